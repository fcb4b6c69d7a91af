// Runs one case file through the engine. The contract of ypp-eval as a function.
#ifndef YPP_TESTS_EVAL_EVALUATE_H_
#define YPP_TESTS_EVAL_EVALUATE_H_

#include <string>

#include "tests/eval/json_access.h"

namespace ypp::eval {

// The case with every result replaced by what this engine does. What the engine lacks is named in
// `unsupported`, and those results are left out; a case that could not be run to its end also has
// `error`. A case that could not be run at all is {name, error}.
Json EvaluateCaseFile(const std::string& path);

// Throws CaseError when the file cannot be read or is not JSON.
Json ReadCaseFile(const std::string& path);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_EVALUATE_H_
