#include "crdt/edit.h"

#include <algorithm>

#include "crdt/content.h"
#include "crdt/erase.h"
#include "crdt/integrate.h"
#include "crdt/keystroke.h"

namespace ypp::internal {

using codec::StructKind;

ClientIndex OwnClient(DocState& doc) {
  if (doc.own_client == kNoIndex) doc.own_client = doc.clients.Intern(doc.options.client_id);
  if (doc.clients[doc.own_client].state() > kMaxOwnClock) {
    doc.ChooseNewClientId();
    doc.own_client = doc.clients.Intern(doc.options.client_id);
  }
  return doc.own_client;
}

namespace {

// An item for what is inserted at `at`, which is still to be integrated.
ItemRef MakeItem(DocState& doc, ClientIndex own, const InsertionPoint& at,
                 const NewContent& content) {
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
    item.content =
        content.shared ? doc.bytes.OffsetOf(content.bytes) : doc.bytes.Append(content.bytes);
    item.content_size = static_cast<uint32_t>(content.bytes.size());
  }
  return ref;
}

}  // namespace

ItemRef InsertContent(DocState& doc, InsertionPoint& at, const NewContent& content) {
  const ClientIndex own = OwnClient(doc);
  const bool joins = content.kind == StructKind::kString || content.kind == StructKind::kAny;
  if (joins && at.left != ItemRef::kNone && at.key == kNoIndex &&
      EndsOwnRun(doc, doc.items[at.left], at.right, content.kind)) {
    doc.Extend(at.left, content.bytes, content.length);
    return at.left;
  }
  const ItemRef ref = MakeItem(doc, own, at, content);
  Integrate(doc, ref);
  return at.left = ref;
}

ItemRef InsertUnwatched(DocState& doc, InsertionPoint& at, const NewContent& content) {
  const ClientIndex own = OwnClient(doc);
  if (at.left != ItemRef::kNone && EndsOwnRun(doc, doc.items[at.left], at.right, content.kind)) {
    doc.ExtendUnwatched(at.left, content.bytes, content.length);
    return at.left;
  }
  doc.CountUnwatchedChange();
  const ItemRef ref = MakeItem(doc, own, at, content);
  IntegrateUnwatched(doc, ref);
  return at.left = ref;
}

void InsertText(DocState& doc, TypeIndex text, Clock index, std::string_view utf8, Clock units) {
  InsertionPoint at = PointAfterDeleted(doc, text, index);
  const NewContent content = {StructKind::kString, units, utf8, {}};
  const ItemRef ref =
      doc.in_transaction() ? InsertContent(doc, at, content) : InsertUnwatched(doc, at, content);
  doc.SetCursor(text, ref, index + units - doc.items[ref].length);
}

InsertionPoint PointAfter(DocState& doc, TypeIndex parent, Clock index) {
  InsertionPoint at;
  at.parent = parent;
  const SequencePosition position = doc.FindPosition(parent, index);
  if (position.item == ItemRef::kNone) {
    at.right = doc.types[parent].start;
    return at;
  }
  // What is inserted here stays between the halves for good, be it as a deleted item.
  if (position.offset < doc.items[position.item].length) doc.Cut(position.item, position.offset);
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
  const bool erases = doc.erases_at_once();
  const VisiblePlace first = doc.FindVisible(parent, index);
  ItemRef ref = first.item;
  Clock offset = index - first.start;
  const ItemRef kept = offset > 0 ? first.item : ItemRef::kNone;  // some of it is left at its place
  while (true) {
    const Item& item = doc.items[ref];
    const Clock visible = item.visible_length();
    const Clock here = visible == 0 ? 0 : std::min(length, visible - offset);
    if (here == 0) {
      ref = item.right;
      continue;
    }
    if (erases && IsErasable(item)) {
      ref = Erase(doc, ref, offset, here);
    } else {
      if (offset > 0) ref = doc.Split(ref, offset);
      if (here < doc.items[ref].length) doc.Split(ref, here);
      Delete(doc, ref);
      ref = doc.items[ref].right;
    }
    length -= here;
    if (length == 0) break;
    offset = 0;
  }
  // Whoever deletes backwards goes on in what is kept, whoever deletes forwards in what comes
  // behind.
  if (kept != ItemRef::kNone) {
    doc.SetCursor(parent, kept, first.start);
  } else {
    doc.SetCursor(parent, ref, index);
  }
}

}  // namespace ypp::internal
