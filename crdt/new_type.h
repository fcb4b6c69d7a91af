// A shared type that is still to be made, with its content: what is inserted where a nested type
// shall be.
//
//   list.Push({ypp::NewMap({{"title", "milk"}, {"tags", ypp::NewArray({"food", "cold"})}})});
//   fragment.Push({ypp::NewXmlElement("p", {ypp::NewXmlText("hello")}, {{"class", "intro"}})});
//
// It becomes part of the document in the same transaction, children before attributes, as Yjs
// orders them.
#ifndef YPP_CRDT_NEW_TYPE_H_
#define YPP_CRDT_NEW_TYPE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crdt/delta.h"
#include "crdt/value.h"

namespace ypp {

struct NewType {
  TypeKind kind = TypeKind::kMap;
  std::string name;             // of an XML element or hook
  std::vector<Value> children;  // of an array, XML element or fragment
  TextDelta text;               // of a text or XML text
  // Entries of a map or hook; attributes of all others. A key that comes twice keeps its first
  // place and its last value.
  Entries entries;
};

inline NewType NewMap(Entries entries = {}) {
  return {TypeKind::kMap, {}, {}, {}, std::move(entries)};
}
inline NewType NewArray(std::vector<Value> children = {}) {
  return {TypeKind::kArray, {}, std::move(children), {}, {}};
}
inline NewType NewText(TextDelta text) { return {TypeKind::kText, {}, {}, std::move(text), {}}; }
inline NewType NewText(std::string_view text = {}) {
  return NewText(text.empty() ? TextDelta() : TextDelta{TextStep::Insert(text)});
}
inline NewType NewXmlFragment(std::vector<Value> children = {}) {
  return {TypeKind::kXmlFragment, {}, std::move(children), {}, {}};
}
inline NewType NewXmlElement(std::string_view node_name, std::vector<Value> children = {},
                             Entries attributes = {}) {
  return {TypeKind::kXmlElement,
          std::string(node_name),
          std::move(children),
          {},
          std::move(attributes)};
}
inline NewType NewXmlText(TextDelta text, Entries attributes = {}) {
  return {TypeKind::kXmlText, {}, {}, std::move(text), std::move(attributes)};
}
inline NewType NewXmlText(std::string_view text = {}) {
  return NewXmlText(text.empty() ? TextDelta() : TextDelta{TextStep::Insert(text)});
}
inline NewType NewXmlHook(std::string_view hook_name, Entries entries = {}) {
  return {TypeKind::kXmlHook, std::string(hook_name), {}, {}, std::move(entries)};
}

}  // namespace ypp

#endif  // YPP_CRDT_NEW_TYPE_H_
