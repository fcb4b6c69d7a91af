#include "tests/eval/content.h"

#include <algorithm>

#include "codec/delete_set.h"
#include "codec/update_reader.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

bool IsXml(TypeKind kind) {
  return kind != TypeKind::kText && kind != TypeKind::kArray && kind != TypeKind::kMap;
}

// What the engine would need to show `view`, nullptr when it can.
const char* MissingFor(const codec::StructView& view, const Roots& roots) {
  if (view.parent == codec::StructView::Parent::kRoot && view.kind != codec::StructKind::kGc) {
    for (const Root& root : roots) {
      if (root.name != view.parent_name) continue;
      if (IsXml(root.kind)) return "xml types";
      if (root.kind == TypeKind::kText && view.has_parent_sub) return "text attributes";
    }
  }
  switch (view.kind) {
    case codec::StructKind::kFormat:
      return "text formats";
    case codec::StructKind::kEmbed:
      return "text embeds";
    case codec::StructKind::kDoc:
      return "sub-documents";
    case codec::StructKind::kType:
      return view.type_ref > codec::TypeRef::kText ? "xml types" : nullptr;
    default:
      return nullptr;
  }
}

// Looks for live content of kinds that the engine keeps and passes on but cannot show.
void RefuseWhatCannotBeShown(const Roots& roots, const std::string& update) {
  struct Found {
    Id id;
    bool even_deleted;
    const char* missing;
  };
  std::vector<Found> found;
  codec::UpdateReader reader(codec::AsBytes(update), codec::Dialect::kV1);
  codec::UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    codec::StructView view;
    while (reader.NextStruct(&view)) {
      if (const char* missing = MissingFor(view, roots)) {
        // A deleted attribute may have a successor, which does not name its parent again.
        const bool succeeded = view.has_parent_sub;
        found.push_back({view.id, succeeded, missing});
      }
    }
  }
  DeleteSet deletes = reader.ReadDeleteSet();
  deletes.Normalize();
  for (const Found& item : found) {
    if (item.even_deleted || !deletes.Contains(item.id)) throw Unsupported(item.missing);
  }
}

Json TextContent(const Text& text) {
  const std::string string = text.ToString();
  Any::Array delta;
  if (!string.empty()) delta.push_back(Any::Object{{"insert", Json(string)}});
  return Any::Object{{"kind", "text"},
                     {"length", Json(text.length())},
                     {"string", Json(string)},
                     {"delta", std::move(delta)}};
}

Json RootContent(Doc& doc, const Root& root) {
  switch (root.kind) {
    case TypeKind::kText:
      return TextContent(doc.GetText(root.name));
    case TypeKind::kArray: {
      const Array array = doc.GetArray(root.name);
      return Any::Object{
          {"kind", "array"}, {"length", Json(array.length())}, {"json", ToTagged(array.ToJson())}};
    }
    case TypeKind::kMap: {
      const Map map = doc.GetMap(root.name);
      return Any::Object{
          {"kind", "map"}, {"size", Json(map.size())}, {"json", ToTagged(map.ToJson())}};
    }
    case TypeKind::kXmlFragment:  // an empty one, by what was checked before
      return Any::Object{{"kind", Json(root.kind_name)}, {"length", 0}, {"xml", Json("")}};
    default:
      throw Unsupported("xml types");
  }
}

}  // namespace

Json Content(Doc& doc, const Roots& roots, const std::string& update) {
  RefuseWhatCannotBeShown(roots, update);
  Any::Object content;
  for (const Root& root : roots) content.emplace_back(root.name, RootContent(doc, root));
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
