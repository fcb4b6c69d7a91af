// The content of a document as cases record it: for each root its kind, length and JSON or text.
#ifndef YPP_TESTS_EVAL_CONTENT_H_
#define YPP_TESTS_EVAL_CONTENT_H_

#include "crdt/doc.h"
#include "tests/eval/json_access.h"
#include "tests/eval/roots.h"

namespace ypp::eval {

Json Content(Doc& doc, const Roots& roots);

// How deep arrays and objects nest: 0 for a plain value, 1 for `[]`.
int Depth(const Json& value);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_CONTENT_H_
