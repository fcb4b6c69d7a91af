// What callbacks wrote down.
#ifndef YPP_TESTS_CRDT_LOG_LINES_H_
#define YPP_TESTS_CRDT_LOG_LINES_H_

#include <string>
#include <utility>
#include <vector>

namespace ypp {

using Lines = std::vector<std::string>;

// What was said since the last call.
inline Lines Take(Lines& log) { return std::exchange(log, {}); }

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_LOG_LINES_H_
