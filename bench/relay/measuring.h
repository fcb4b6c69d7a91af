// What is counted while a load runs, and the figures that come of it.
#ifndef YPP_BENCH_RELAY_MEASURING_H_
#define YPP_BENCH_RELAY_MEASURING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace ypp::bench {

inline constexpr double kNsPerSecond = 1e9;
inline constexpr double kNsPerUs = 1e3;

struct LoadTarget {
  uint16_t port = 0;
  int pid = 0;  // whose processor time and memory count
};

// By name, in the order in which they are told.
using Figures = std::vector<std::pair<std::string, double>>;

// What a load counts while it is measured.
struct LoadCounts {
  size_t sent = 0;
  size_t deliveries = 0;  // of single edits or states
  size_t frames = 0;      // in which these came
  std::vector<float> delivery_ns;
  std::vector<float> acknowledgement_ns;
};

class ClientPool;

// Of `seconds`, after a fifth as long for warming up, in which a load that has started goes on. It
// adds to `counts`, which are emptied in between. Unavailable when the server does not do its part.
absl::StatusOr<Figures> Measure(ClientPool& pool, const LoadTarget& target, double seconds,
                                LoadCounts& counts);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_MEASURING_H_
