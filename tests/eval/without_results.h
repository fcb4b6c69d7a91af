// A case with all its results taken out: what is left is what an answer may be made from.
#ifndef YPP_TESTS_EVAL_WITHOUT_RESULTS_H_
#define YPP_TESTS_EVAL_WITHOUT_RESULTS_H_

#include "tests/eval/json_access.h"

namespace ypp::eval {

enum class Results { kMissing, kNull };

Json WithoutResults(const Json& case_json, Results results);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_WITHOUT_RESULTS_H_
