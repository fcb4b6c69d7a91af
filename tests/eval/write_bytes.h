// How a byte string is written into an answer: as an index of its blobs, or as base64.
#ifndef YPP_TESTS_EVAL_WRITE_BYTES_H_
#define YPP_TESTS_EVAL_WRITE_BYTES_H_

#include <functional>
#include <string_view>

#include "tests/eval/json_access.h"

namespace ypp::eval {

using WriteBytes = std::function<Json(std::string_view)>;

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_WRITE_BYTES_H_
