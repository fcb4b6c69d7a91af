// Runs one case against a server and tells its figures.
#ifndef YPP_BENCH_RELAY_LOAD_RUN_H_
#define YPP_BENCH_RELAY_LOAD_RUN_H_

#include "absl/status/statusor.h"
#include "bench/relay/load_case.h"
#include "bench/relay/measuring.h"

namespace ypp::bench {

// `seconds` of measuring, after a fifth as long for warming up; kIdle, kJoin and kStalled end when
// they are done. Unavailable when the server does not do its part.
absl::StatusOr<Figures> RunLoad(const LoadCase& load_case, const LoadTarget& target,
                                double seconds);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_RUN_H_
