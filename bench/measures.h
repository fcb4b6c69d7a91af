// What is measured, each on any input. The peers' programs measure the same under the same names.
//
//   replay          every step a transaction of one document; nobody listens
//   replay-events   the same, and a listener takes the bytes of each update
//   replay-one      all steps in one transaction
//   encode-v1, -v2  the full state of a loaded document
//   load-v1, -v2    the full state into a new document
//   text            the text of a loaded document
//   apply           each step's update into a new document, one by one
//   apply-one       the same in one transaction, and a look at the content
//   live            the authors send each other every update; then a look at the first two
//   documents merge           all updates to one, without a document diff            what the
//   second half of a full state adds, without a document state-vector    of a full state, without a
//   document held-bytes, allocations   of a document loaded from V1
#ifndef YPP_BENCH_MEASURES_H_
#define YPP_BENCH_MEASURES_H_

#include <cstddef>
#include <functional>
#include <string_view>

#include "bench/inputs.h"

namespace ypp::bench {

struct Sample {
  double value = 0;  // milliseconds, or what the measure counts
  size_t bytes = 0;  // that were read or made
};

// Prepares everything that is not to be measured; each call of what comes back measures once. Null
// for a name that does not exist. `input` must outlive it. Throws std::runtime_error, also later.
using Measure = std::function<Sample()>;
Measure PrepareMeasure(std::string_view name, Input& input);

// The unavoidable part of some measures, by a small program that knows nothing of the rest. Null
// when there is none.
Measure PrepareFloor(std::string_view name, Input& input);

}  // namespace ypp::bench

#endif  // YPP_BENCH_MEASURES_H_
