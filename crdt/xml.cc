#include "crdt/xml.h"

#include "codec/unicode_case.h"
#include "crdt/clone.h"
#include "crdt/elements.h"
#include "crdt/new_type.h"
#include "crdt/sequence_reader.h"
#include "crdt/values.h"
#include "crdt/xml_print.h"

namespace ypp {

using internal::DocState;
using internal::Item;
using internal::ItemRef;

namespace {

// The node that an undeleted item holds; not valid() when it is something else.
SharedType NodeOf(DocState& doc, const Item& item) {
  if (item.deleted() || item.kind != codec::StructKind::kType) return SharedType();
  return SharedType(&doc, item.content, doc.types[item.content].generation);
}

// The item behind `ref` in document order below `root`: into it, else beside it, else beside the
// nearest parent that has a neighbour.
ItemRef NextItem(const DocState& doc, ItemRef ref, internal::TypeIndex root) {
  const Item& item = doc.items[ref];
  if (item.kind == codec::StructKind::kType && !item.deleted()) {
    const internal::TypeRecord& type = doc.types[item.content];
    const bool has_nodes = internal::IsA(type.kind, TypeKind::kXmlFragment);
    if (has_nodes && type.start != ItemRef::kNone) return type.start;
  }
  while (doc.items[ref].right == ItemRef::kNone) {
    if (doc.items[ref].parent == root) return ItemRef::kNone;
    ref = doc.types[doc.items[ref].parent].item;
  }
  return doc.items[ref].right;
}

// The value next to a type's own item, `step` being Item::left or Item::right.
Value Sibling(const SharedType& node, ItemRef Item::*step) {
  const internal::TypeRecord* type = node.record();
  if (type == nullptr || type->is_root()) return Value();
  DocState& doc = *node.state();
  if (!doc.items[type->item].in_sequence()) return Value();
  ItemRef ref = doc.items[type->item].*step;
  while (ref != ItemRef::kNone && doc.items[ref].visible_length() == 0) ref = doc.items[ref].*step;
  if (ref == ItemRef::kNone) return Value();
  const Item& item = doc.items[ref];
  return internal::ReadValue(doc, item, step == &Item::left ? item.length - 1 : 0);
}

bool HasName(const SharedType& node, std::string_view upper_case_name) {
  return node.kind() == TypeKind::kXmlElement &&
         codec::ToUpperCase(internal::NameOf(node)) == upper_case_name;
}

// As in Yjs, nothing is found by an empty name.
XmlTreeWalker ElementsNamed(const SharedType& root, std::string_view node_name) {
  return XmlTreeWalker(root, [name = codec::ToUpperCase(node_name)](const SharedType& node) {
    return !name.empty() && HasName(node, name);
  });
}

}  // namespace

SharedType XmlTreeWalker::Next() {
  if (!root_.valid() || (started_ && !current_.valid())) return SharedType();
  DocState& doc = *root_.state();
  ItemRef ref =
      started_ ? NextItem(doc, current_.record()->item, root_.index()) : root_.record()->start;
  started_ = true;
  for (; ref != ItemRef::kNone; ref = NextItem(doc, ref, root_.index())) {
    current_ = NodeOf(doc, doc.items[ref]);
    if (current_.valid() && (filter_ == nullptr || filter_(current_))) return current_;
  }
  current_ = SharedType();
  return current_;
}

uint32_t XmlFragment::length() const { return internal::ElementCount(*this); }
Value XmlFragment::Get(uint32_t index) const { return internal::ElementAt(*this, index); }

std::vector<Value> XmlFragment::Slice(int64_t start, int64_t end) const {
  return internal::SliceElements(*this, start, end);
}

void XmlFragment::ForEach(const std::function<void(const Value&)>& visit) const {
  internal::ForEachElement(*this, visit);
}

XmlElement XmlFragment::QuerySelector(std::string_view node_name) const {
  return XmlElement(ElementsNamed(*this, node_name).Next());
}

std::vector<XmlElement> XmlFragment::QuerySelectorAll(std::string_view node_name) const {
  std::vector<XmlElement> elements;
  XmlTreeWalker walker = ElementsNamed(*this, node_name);
  for (const SharedType& node : walker) elements.emplace_back(node);
  return elements;
}

std::string XmlFragment::ToString() const { return internal::PrintXml(*this, 0); }

NewType XmlFragment::Clone() const {
  return valid() ? internal::CloneType(*this) : NewXmlFragment();
}

absl::Status XmlFragment::Insert(uint32_t index, absl::Span<const Value> children) {
  return internal::InsertElements(*this, TypeKind::kXmlFragment, index, children);
}

absl::Status XmlFragment::InsertAfter(const Value& child, absl::Span<const Value> children) {
  return internal::InsertElementsAfter(*this, TypeKind::kXmlFragment, child, children);
}

absl::Status XmlFragment::Delete(uint32_t index, uint32_t length) {
  return internal::DeleteElements(*this, TypeKind::kXmlFragment, index, length);
}

std::string XmlElement::node_name() const { return internal::NameOf(*this); }
Value XmlElement::NextSibling() const { return Sibling(*this, &Item::right); }
Value XmlElement::PrevSibling() const { return Sibling(*this, &Item::left); }

std::string XmlText::ToString() const { return internal::PrintXml(*this, 0); }
Value XmlText::NextSibling() const { return Sibling(*this, &Item::right); }
Value XmlText::PrevSibling() const { return Sibling(*this, &Item::left); }

std::string XmlHook::hook_name() const { return internal::NameOf(*this); }

}  // namespace ypp
