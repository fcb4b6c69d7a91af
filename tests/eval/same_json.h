// Equality of JSON values without regard to the order of members.
#ifndef YPP_TESTS_EVAL_SAME_JSON_H_
#define YPP_TESTS_EVAL_SAME_JSON_H_

#include "tests/eval/json_access.h"

namespace ypp::eval {

bool SameJson(const Json& a, const Json& b);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_SAME_JSON_H_
