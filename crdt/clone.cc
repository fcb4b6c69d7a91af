#include "crdt/clone.h"

#include <memory>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "crdt/doc.h"
#include "crdt/elements.h"
#include "crdt/entries.h"
#include "crdt/text.h"
#include "crdt/type_table.h"
#include "crdt/values.h"

namespace ypp::internal {

namespace {

NewType Clone(const SharedType& type, int depth);

// A document is in one place only, so the copy gets one of its own. It is loaded if it loads
// itself, like one that came from others.
std::shared_ptr<Doc> CloneDoc(const Doc& doc) {
  DocOptions options;
  options.guid = doc.guid();
  options.gc = doc.gc();
  options.meta = doc.meta();
  options.auto_load = doc.auto_load();
  options.should_load = doc.auto_load();
  return std::make_shared<Doc>(std::move(options));
}

Value CloneValue(const Value& value, int depth) {
  if (const std::shared_ptr<Doc> doc = value.if_doc()) return Value(CloneDoc(*doc));
  const SharedType* type = value.if_type();
  if (type == nullptr) return value;
  return depth < kMaxAnyDepth ? Value(Clone(*type, depth + 1)) : Value(nullptr);
}

std::vector<Value> CloneElements(const SharedType& list, int depth) {
  std::vector<Value> values;
  values.reserve(ElementCount(list));
  ForEachElement(list, [&](const Value& value) { values.push_back(CloneValue(value, depth)); });
  return values;
}

TextDelta CloneText(const SharedType& text, int depth) {
  TextDelta delta = Text(text).ToDelta();
  for (TextStep& step : delta) step.insert = CloneValue(step.insert, depth);
  return delta;
}

// Attributes are copied in the order of JavaScript's properties, entries of maps in their own, as
// Yjs does.
Entries CloneEntries(const SharedType& type, int depth) {
  Entries entries;
  if (IsA(type.kind(), TypeKind::kMap)) {
    ForEachEntry(type, [&](std::string_view key, const Value& value) {
      entries.emplace_back(std::string(key), CloneValue(value, depth));
    });
    return entries;
  }
  entries = EntriesAsProperties(type);
  for (auto& [key, value] : entries) value = CloneValue(value, depth);
  return entries;
}

NewType Clone(const SharedType& type, int depth) {
  NewType copy;
  copy.kind = type.kind();
  copy.name = NameOf(type);
  switch (type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kXmlFragment:
      copy.children = CloneElements(type, depth);
      break;
    case TypeKind::kXmlElement:
      copy.children = CloneElements(type, depth);
      copy.entries = CloneEntries(type, depth);
      break;
    case TypeKind::kText:
    case TypeKind::kXmlText:
      copy.text = CloneText(type, depth);
      copy.entries = CloneEntries(type, depth);
      break;
    case TypeKind::kMap:
    case TypeKind::kXmlHook:
      copy.entries = CloneEntries(type, depth);
      break;
    case TypeKind::kUntyped:
      break;
  }
  return copy;
}

}  // namespace

NewType CloneType(const SharedType& type) { return Clone(type, 1); }

}  // namespace ypp::internal
