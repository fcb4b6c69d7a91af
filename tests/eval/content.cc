#include "tests/eval/content.h"

#include <algorithm>

#include "crdt/xml.h"
#include "tests/eval/tagged_value.h"

namespace ypp::eval {

namespace {

// What texts of both kinds have in common.
void AddTextMembers(const Text& text, Any::Object& content) {
  content.emplace_back("length", Json(text.length()));
  content.emplace_back("delta", FromDelta(text.ToDelta(), TypesAs::kContent));
  const Entries attributes = text.GetAttributes();
  if (!attributes.empty()) content.emplace_back("attributes", FromEntries(attributes));
}

Json RootContent(SharedType type, const Root& root) {
  Any::Object content = {{"kind", Json(root.kind_name)}};
  switch (root.kind) {
    case TypeKind::kText:
      AddTextMembers(Text(type), content);
      content.emplace_back("string", Json(Text(type).ToString()));
      break;
    case TypeKind::kXmlText:
      AddTextMembers(XmlText(type), content);
      content.emplace_back("xml", Json(XmlText(type).ToString()));
      break;
    case TypeKind::kArray:
      content.emplace_back("length", Json(Array(type).length()));
      content.emplace_back("json", PlainContent(Value(type)));
      break;
    case TypeKind::kMap:
      content.emplace_back("size", Json(Map(type).size()));
      content.emplace_back("json", PlainContent(Value(type)));
      break;
    default:
      content.emplace_back("length", Json(XmlFragment(type).length()));
      content.emplace_back("xml", Json(XmlFragment(type).ToString()));
  }
  return content;
}

}  // namespace

Json Content(Doc& doc, const Roots& roots) {
  Any::Object content;
  for (const Root& root : roots) {
    content.emplace_back(root.name, RootContent(OpenRoot(doc, root), root));
  }
  return content;
}

int Depth(const Json& value) {
  int deepest = 0;
  if (const Any::Array* array = value.if_array()) {
    for (const Json& element : *array) deepest = std::max(deepest, Depth(element));
  } else if (const Any::Object* object = value.if_object()) {
    for (const auto& member : *object) deepest = std::max(deepest, Depth(member.second));
  } else {
    return 0;
  }
  return deepest + 1;
}

}  // namespace ypp::eval
