// Runs one case file through the engine. The contract of ypp-eval as a function.
#ifndef YPP_TESTS_EVAL_EVALUATE_H_
#define YPP_TESTS_EVAL_EVALUATE_H_

#include <string>

#include "tests/eval/json_access.h"

namespace ypp::eval {

// The case with every result replaced by what this engine does; {name, error} when the case cannot
// be run.
Json EvaluateCaseFile(const std::string& path);
// The same for a case at hand. `folder`: where the data lies that it may name. Throws CaseError.
Json EvaluateCase(const Json& case_json, const std::string& folder);

// Throws CaseError when the file cannot be read or is not JSON.
Json ReadCaseFile(const std::string& path);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_EVALUATE_H_
