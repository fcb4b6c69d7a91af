// The results of a case by themselves, in a form in which two of them can be compared.
#ifndef YPP_TESTS_EVAL_RESULTS_H_
#define YPP_TESTS_EVAL_RESULTS_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/eval/json_access.h"

namespace ypp::eval {

// One result: where it stands in the case, and its value with all indices resolved.
using Result = std::pair<std::string, Json>;

// Every result that exists, in the order of the case. Byte strings are in hex.
std::vector<Result> ResultsOf(const Json& case_json);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_RESULTS_H_
