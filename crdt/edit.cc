#include "crdt/edit.h"

#include "crdt/content.h"
#include "crdt/integrate.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

// An id past this is left for a new one, so that clocks never wrap. Only a peer that claims them without content gets there.
constexpr Clock kMaxOwnClock = kMaxDocumentClock / 2;

// Typing extends in place: what follows directly on the client's last run, between the same neighbours, would be joined to it at the end
// of the transaction anyway (commit.cc, Joinable).
bool ContinuesRun(const DocState& doc, const InsertionPoint& at, StructKind kind, ClientIndex own) {
  if (at.left == ItemRef::kNone || at.key != kNoIndex) return false;
  const Item& left = doc.items[at.left];
  if (left.kind != kind || left.deleted() || left.id.client != own ||
      left.end() != doc.clients[own].state()) {
    return false;
  }
  const LocalId right_origin =
      at.right == ItemRef::kNone ? LocalId() : doc.items[at.right].id;
  return left.right_origin == right_origin;
}

void ExtendRun(DocState& doc, ItemRef ref, const NewContent& content) {
  Item& run = doc.items[ref];
  doc.Touch(run.id.client);
  run.content = doc.bytes.Extend(run.content, run.content_size, content.bytes);
  run.content_size += static_cast<uint32_t>(content.bytes.size());
  run.length += content.length;
  doc.clients[run.id.client].structs.AppendLength(content.length);
  TypeRecord& type = doc.types[run.parent];
  type.length += content.length;
  if (type.tree != kNoIndex) doc.tree.AddVisible(ref, content.length);
  doc.MarkChanged(run.parent);
}

}  // namespace

ClientIndex OwnClient(DocState& doc) {
  if (doc.own_client == kNoIndex) doc.own_client = doc.clients.Intern(doc.options.client_id);
  if (doc.clients[doc.own_client].state() > kMaxOwnClock) {
    doc.ChooseNewClientId();
    doc.own_client = doc.clients.Intern(doc.options.client_id);
  }
  return doc.own_client;
}

ItemRef InsertContent(DocState& doc, InsertionPoint& at, const NewContent& content) {
  const ClientIndex own = OwnClient(doc);
  const bool joins = content.kind == StructKind::kString || content.kind == StructKind::kAny;
  if (joins && ContinuesRun(doc, at, content.kind, own)) {
    ExtendRun(doc, at.left, content);
    return at.left;
  }
  const ItemRef ref = doc.items.Allocate();
  Item& item = doc.items[ref];
  item.id = {own, doc.clients[own].state()};
  item.parent = at.parent;
  item.key = at.key;
  item.left = at.left;
  item.right = at.right;
  if (at.left != ItemRef::kNone) item.origin = doc.items[at.left].last_id();
  if (at.right != ItemRef::kNone) item.right_origin = doc.items[at.right].id;
  item.kind = content.kind;
  item.length = content.length;
  if (content.kind == StructKind::kType) {
    item.content = doc.types.Add(content.type, ref, content.name);
  } else {
    item.content = content.shared ? doc.bytes.OffsetOf(content.bytes) : doc.bytes.Append(content.bytes);
    item.content_size = static_cast<uint32_t>(content.bytes.size());
  }
  Integrate(doc, ref);
  at.left = ref;
  return ref;
}

InsertionPoint PointAfter(DocState& doc, TypeIndex parent, Clock index) {
  InsertionPoint at;
  at.parent = parent;
  const SequencePosition position = doc.FindPosition(parent, index);
  if (position.item == ItemRef::kNone) {
    at.right = doc.types[parent].start;
    return at;
  }
  if (position.offset < doc.items[position.item].length) doc.Split(position.item, position.offset);
  at.left = position.item;
  at.right = doc.items[position.item].right;
  return at;
}

InsertionPoint PointAfterDeleted(DocState& doc, TypeIndex parent, Clock index) {
  InsertionPoint at = PointAfter(doc, parent, index);
  while (at.right != ItemRef::kNone && doc.items[at.right].deleted()) {
    at.left = at.right;
    at.right = doc.items[at.right].right;
  }
  return at;
}

InsertionPoint PointAtEnd(DocState& doc, TypeIndex parent) {
  InsertionPoint at;
  at.parent = parent;
  at.left = doc.types[parent].tail;
  return at;
}

InsertionPoint PointAtKey(DocState& doc, TypeIndex parent, KeyIndex key) {
  InsertionPoint at;
  at.parent = parent;
  at.key = key;
  const MapEntry* entry = doc.types[parent].map.Find(key);
  if (entry != nullptr) at.left = entry->tail;
  return at;
}

void DeleteRange(DocState& doc, TypeIndex parent, Clock index, Clock length) {
  ItemRef ref = PointAfter(doc, parent, index).right;
  ItemRef first = ItemRef::kNone;
  while (length > 0) {
    const Clock visible = doc.items[ref].visible_length();
    if (visible > 0) {
      if (length < visible) doc.Split(ref, length);
      length -= doc.items[ref].length;
      Delete(doc, ref);
      if (first == ItemRef::kNone) first = ref;
    }
    ref = doc.items[ref].right;
  }
  if (first != ItemRef::kNone) doc.SetCursor(parent, first, index);
}

}  // namespace ypp::internal
