#include "tests/eval/roots.h"

namespace ypp::eval {

namespace {

TypeKind RootKind(const std::string& name) {
  if (name == "text") return TypeKind::kText;
  if (name == "array") return TypeKind::kArray;
  if (name == "map") return TypeKind::kMap;
  if (name == "xml") return TypeKind::kXmlFragment;
  if (name == "xmlelement") return TypeKind::kXmlElement;
  if (name == "xmltext") return TypeKind::kXmlText;
  throw CaseError("unknown kind of root \"" + name + "\"");
}

}  // namespace

Roots ReadRoots(const Json& case_json) {
  Roots roots;
  for (const auto& [name, kind] : AsObject(Need(case_json, "roots"))) {
    roots.push_back({name, AsString(kind), RootKind(AsString(kind))});
  }
  return roots;
}

const Root& FindRoot(const Roots& roots, std::string_view name) {
  for (const Root& root : roots) {
    if (root.name == name) return root;
  }
  throw CaseError("no root \"" + std::string(name) + "\"");
}

SharedType OpenRoot(Doc& doc, const Root& root) { return doc.GetRoot(root.name, root.kind); }

void OpenRoots(Doc& doc, const Roots& roots) {
  for (const Root& root : roots) OpenRoot(doc, root);
}

}  // namespace ypp::eval
