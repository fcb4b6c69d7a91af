// Runs one case against a server and tells its figures.
#ifndef YPP_BENCH_RELAY_LOAD_RUN_H_
#define YPP_BENCH_RELAY_LOAD_RUN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/relay/load_case.h"

namespace ypp::bench {

struct LoadTarget {
  uint16_t port = 0;
  int pid = 0;  // whose processor time and memory count
};

// By name, in the order in which they are told.
using Figures = std::vector<std::pair<std::string, double>>;

// `seconds` of measuring, after a fifth as long for warming up; kIdle, kJoin and kStalled end when
// they are done. Unavailable when the server does not do its part.
absl::StatusOr<Figures> RunLoad(const LoadCase& load_case, const LoadTarget& target,
                                double seconds);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_RUN_H_
