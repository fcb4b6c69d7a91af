#include "transport/backoff.h"

#include <algorithm>

namespace ypp {
namespace {

// Options come from people and files: negative or crossed bounds become the nearest sensible ones.
BackoffOptions Sane(BackoffOptions options) {
  options.delay_ms = std::max<int64_t>(options.delay_ms, 0);
  options.min_delay_ms = std::max<int64_t>(options.min_delay_ms, 0);
  options.max_delay_ms = std::max(options.max_delay_ms, options.min_delay_ms);
  if (!(options.factor >= 1)) options.factor = 1;
  return options;
}

}  // namespace

Backoff::Backoff(const BackoffOptions& options, uint64_t seed)
    : options_(Sane(options)), random_(seed) {}

int64_t Backoff::NextDelayMs() {
  if (failures_ != UINT32_MAX) ++failures_;
  const double max_ms = static_cast<double>(options_.max_delay_ms);
  double high_ms = static_cast<double>(options_.delay_ms);
  // The bound stops growing at the maximum, so the loop ends soon whatever the number of failures.
  for (uint32_t i = 1; i < failures_ && high_ms < max_ms && options_.factor > 1 && high_ms > 0; ++i)
    high_ms *= options_.factor;
  const int64_t high = static_cast<int64_t>(std::min(high_ms, max_ms));
  return Draw(options_.min_delay_ms, std::max(high, options_.min_delay_ms));
}

int64_t Backoff::DelayAfterSuccessMs() {
  const int64_t low = std::min(options_.delay_ms, options_.max_delay_ms);
  return Draw(low, options_.jitter ? std::min(2 * low, options_.max_delay_ms) : low);
}

int64_t Backoff::Draw(int64_t low, int64_t high) {
  if (!options_.jitter) return high;
  return std::uniform_int_distribution<int64_t>(low, high)(random_);
}

}  // namespace ypp
