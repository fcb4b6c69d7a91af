// The kinds of cases other than sessions, each a function from the case to its answer. FORMAT:
// crdt-fixture/1.
#ifndef YPP_TESTS_EVAL_KINDS_H_
#define YPP_TESTS_EVAL_KINDS_H_

#include <string>

#include "tests/eval/answer.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

Any::Object EvaluateApply(const Json& case_json, Answer& answer);
Any::Object EvaluateAwareness(const Json& case_json);
// `folder`: of the case file, which names its data relative to it.
Any::Object EvaluateFile(const Json& case_json, const std::string& folder);
Any::Object EvaluateLib0(const Json& case_json);
Any::Object EvaluateMalformed(const Json& case_json, Answer& answer);
Any::Object EvaluateSync(const Json& case_json, Answer& answer);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_KINDS_H_
