// The edits of a session step: paths to shared types, and what is done there.
#ifndef YPP_TESTS_EVAL_OPERATIONS_H_
#define YPP_TESTS_EVAL_OPERATIONS_H_

#include "crdt/doc.h"
#include "tests/eval/json_access.h"
#include "tests/eval/roots.h"

namespace ypp::eval {

// `path`: a root's name, then map keys and array indices. Throws CaseError when it leads nowhere.
SharedType ResolvePath(Doc& doc, const Roots& roots, const Json& path);

// Throws CaseError when the engine refuses the edit or the operation is unknown.
void ApplyOperation(Doc& doc, const Roots& roots, const Json& operation);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_OPERATIONS_H_
