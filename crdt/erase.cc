#include "crdt/erase.h"

#include "crdt/content.h"
#include "crdt/join.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

bool IsErased(const Item& item) {
  return item.kind == StructKind::kDeleted && item.flags == Item::kDeletedFlag;
}

// Whether `right` was made behind `left` by the same client, between the same neighbours; a
// condition of joining them (join.cc).
bool Continues(const Item& left, const Item& right) {
  return right.id == LocalId{left.id.client, left.end()} && right.origin == left.last_id() &&
         right.right_origin == left.right_origin;
}

// The part of a text run before `units` units of it. False when that cuts a character.
bool SizeOfUnits(const DocState& doc, const Item& run, Clock units, uint32_t* size_bytes) {
  const codec::Utf16Cut cut =
      CutText(doc.bytes.View(run.content, run.content_size), run.length, units);
  *size_bytes = static_cast<uint32_t>(cut.size_bytes);
  return !cut.splits_pair;
}

void MoveBorder(DocState& doc, Item& right, Clock clock) {
  doc.siblings.Leaving(right);
  StructList& structs = doc.clients[right.id.client].structs;
  structs.SetClock(structs.Find(right.id.clock), clock);
  right.id.clock = clock;
}

// The last `length` units of the run go to the erased item behind it. False when that is not
// possible.
bool EraseIntoRight(DocState& doc, Item& run, Clock length) {
  if (run.right == ItemRef::kNone) return false;
  Item& erased = doc.items[run.right];
  if (!IsErased(erased) || !Continues(run, erased)) return false;
  uint32_t kept_bytes;
  if (!SizeOfUnits(doc, run, run.length - length, &kept_bytes)) return false;
  MoveBorder(doc, erased, erased.id.clock - length);
  erased.length += length;
  erased.origin.clock -= length;
  run.length -= length;
  doc.bytes.Drop(run.content_size - kept_bytes);
  run.content_size = kept_bytes;
  return true;
}

// The first `length` units of the run go to the erased item before it. False when that is not
// possible.
bool EraseIntoLeft(DocState& doc, Item& run, Clock length) {
  if (run.left == ItemRef::kNone) return false;
  Item& erased = doc.items[run.left];
  if (!IsErased(erased) || !Continues(erased, run)) return false;
  uint32_t erased_bytes;
  if (!SizeOfUnits(doc, run, length, &erased_bytes)) return false;
  MoveBorder(doc, run, run.id.clock + length);
  erased.length += length;
  run.origin.clock += length;
  run.length -= length;
  doc.bytes.Drop(erased_bytes);
  run.content += erased_bytes;
  run.content_size -= erased_bytes;
  return true;
}

// A value of a key that was just erased goes to the erased item before it, which holds the earlier
// values of the same client. False when that is not possible, or not all there is to be joined.
bool JoinIntoEarlierValues(DocState& doc, ItemRef ref) {
  const Item& item = doc.items[ref];
  if (item.left == ItemRef::kNone || item.right == ItemRef::kNone) return false;
  Item& erased = doc.items[item.left];
  Item& next = doc.items[item.right];
  if (!IsErased(erased) || !Continues(erased, item) || next.deleted()) return false;
  doc.siblings.Leaving(item);
  StructList& structs = doc.clients[item.id.client].structs;
  structs.EraseAfter(structs.Previous(structs.FindNearEnd(item.id.clock)), 1);
  erased.length += item.length;
  erased.right = item.right;
  next.left = item.left;
  doc.items.Release(ref);
  return true;
}

void CountErased(DocState& doc, ItemRef run, Clock length) {
  if (doc.IsCompactionDue()) doc.transaction().needs_tidying = true;
  TypeRecord& type = doc.types[doc.items[run].parent];
  type.length -= length;
  doc.DropTextCursor(doc.items[run].parent);
  if (type.tree != kNoIndex) doc.tree.AddVisible(run, -static_cast<int64_t>(length));
}

// Returns the item right of it.
ItemRef EraseWhole(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  CountErased(doc, ref, item.length);
  DropContent(doc, item);
  item.flags = Item::kDeletedFlag;
  ItemRef right = item.right;
  if (right != ItemRef::kNone) {
    const Item& next = doc.items[right];
    if (IsErased(next) && Continues(item, next)) right = next.right;  // it is about to be joined
  }
  JoinDeleted(doc, ref);
  return right;
}

}  // namespace

bool IsErasable(const Item& item) { return item.kind == StructKind::kString && item.flags == 0; }

bool IsErasableValue(const Item& item) {
  return (item.kind == StructKind::kAny || item.kind == StructKind::kBinary) && item.flags == 0;
}

void EraseValue(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  TransactionState& transaction = doc.transaction();
  transaction.AddDeleted(item.id, item.length);
  doc.MarkChanged(item.parent, item.key);
  DropContent(doc, item);
  item.flags = Item::kDeletedFlag;
  if (doc.IsCompactionDue()) transaction.needs_tidying = true;
  if (!JoinIntoEarlierValues(doc, ref)) JoinDeleted(doc, ref);
}

ItemRef Erase(DocState& doc, ItemRef ref, Clock offset, Clock length) {
  Item& run = doc.items[ref];
  doc.transaction().AddDeleted({run.id.client, run.id.clock + offset}, length);
  doc.MarkChanged(run.parent);

  const bool to_its_end = offset + length == run.length;
  if (to_its_end && offset > 0 && EraseIntoRight(doc, run, length)) {
    CountErased(doc, ref, length);
    return run.right;
  }
  if (!to_its_end && offset == 0 && EraseIntoLeft(doc, run, length)) {
    CountErased(doc, ref, length);
    return ref;
  }
  if (!to_its_end) doc.Cut(ref, offset + length);
  if (offset > 0) ref = doc.Cut(ref, offset);
  return EraseWhole(doc, ref);
}

}  // namespace ypp::internal
