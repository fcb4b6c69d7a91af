// The roots of a case: names and kinds of the shared types that every document of the case opens.
#ifndef YPP_TESTS_EVAL_ROOTS_H_
#define YPP_TESTS_EVAL_ROOTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "crdt/doc.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

struct Root {
  std::string name;
  std::string kind_name;  // as the case writes it
  TypeKind kind;
};
using Roots = std::vector<Root>;

// In file order.
Roots ReadRoots(const Json& case_json);
const Root& FindRoot(const Roots& roots, std::string_view name);
SharedType OpenRoot(Doc& doc, const Root& root);
void OpenRoots(Doc& doc, const Roots& roots);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_ROOTS_H_
