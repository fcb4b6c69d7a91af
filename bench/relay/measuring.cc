#include "bench/relay/measuring.h"

#include <algorithm>

#include "bench/relay/client_pool.h"
#include "bench/relay/server_usage.h"

namespace ypp::bench {
namespace {

constexpr double kNsPerMs = 1e6;

struct Percentiles {
  double p50_ms = 0;
  double p99_ms = 0;
};

Percentiles PercentilesOf(std::vector<float> times_ns) {
  if (times_ns.empty()) return {};
  const auto at = [&times_ns](double share) {
    const auto nth = times_ns.begin() +
                     static_cast<std::ptrdiff_t>(share * static_cast<double>(times_ns.size() - 1));
    std::nth_element(times_ns.begin(), nth, times_ns.end());
    return static_cast<double>(*nth) / kNsPerMs;
  };
  return {at(0.5), at(0.99)};
}

}  // namespace

absl::StatusOr<Figures> Measure(ClientPool& pool, const LoadTarget& target, double seconds,
                                LoadCounts& counts) {
  const auto duration_ns = static_cast<int64_t>(seconds * kNsPerSecond);
  pool.loop().RunFor(duration_ns / 5);
  counts = {};
  const int64_t cpu_ns = CpuNs(target.pid);
  const int64_t start_ns = NowNs();
  pool.loop().RunFor(duration_ns);
  const double took_ns = static_cast<double>(NowNs() - start_ns);
  const double used_ns = static_cast<double>(CpuNs(target.pid) - cpu_ns);
  if (absl::Status status = pool.Check(); !status.ok()) return status;
  if (counts.sent == 0 || counts.deliveries == 0) {
    return absl::UnavailableError("nothing was delivered");
  }
  const Percentiles delivered = PercentilesOf(counts.delivery_ns);
  const Percentiles acknowledged = PercentilesOf(counts.acknowledgement_ns);
  const double per_second = kNsPerSecond / took_ns;
  Figures figures = {
      {"updates_per_s", static_cast<double>(counts.sent) * per_second},
      {"deliveries_per_s", static_cast<double>(counts.deliveries) * per_second},
      {"frames_per_s", static_cast<double>(counts.frames) * per_second},
      {"p50_ms", delivered.p50_ms},
      {"p99_ms", delivered.p99_ms},
      {"cpu_us", used_ns / kNsPerUs / static_cast<double>(counts.sent)},
      {"cpu_percent", 100 * used_ns / took_ns},
  };
  if (!counts.acknowledgement_ns.empty()) {
    figures.emplace_back("ack_p50_ms", acknowledged.p50_ms);
    figures.emplace_back("ack_p99_ms", acknowledged.p99_ms);
  }
  return figures;
}

}  // namespace ypp::bench
