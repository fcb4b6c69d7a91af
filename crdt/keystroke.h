// What an editor does most of the time: a character behind the last one, and the backspace key.
//
// Both change a run in place (no item, no struct, no look-up), and leave nothing to do at the end
// of the transaction. The document is the same, struct for struct, as after the general way
// (edit.h, erase.h), which is there for everything else.
#ifndef YPP_CRDT_KEYSTROKE_H_
#define YPP_CRDT_KEYSTROKE_H_

#include "codec/struct_view.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// An id past this is left for a new one, so that clocks never wrap. Only a peer that claims them
// without content gets there.
inline constexpr Clock kMaxOwnClock = kMaxDocumentClock / 2;

// Whether `left` is the last that the document's own client wrote, and was written before `right`.
// Content of the same kind that is inserted between the two would be joined to it at the end of the
// transaction (join.cc, Joinable), so it may just as well extend it.
inline bool EndsOwnRun(const DocState& doc, const Item& left, ItemRef right,
                       codec::StructKind kind) {
  if (left.kind != kind || left.deleted() || left.id.client != doc.own_client ||
      left.end() != doc.clients[left.id.client].state()) {
    return false;
  }
  return right == ItemRef::kNone ? !left.right_origin.exists()
                                 : left.right_origin == doc.items[right].id;
}

// The run of text to extend (DocState::Extend) in order to insert at `index`; kNone when it has to
// be done the general way.
inline ItemRef RunToTypeOn(const DocState& doc, TypeIndex text, Clock index) {
  const DocState::Cursor& cursor = doc.cursor();
  if (cursor.type != text || cursor.item == ItemRef::kNone) return ItemRef::kNone;
  const Item& run = doc.items[cursor.item];
  if (cursor.start + run.length != index || run.end() > kMaxOwnClock) return ItemRef::kNone;
  if (run.right != ItemRef::kNone && doc.items[run.right].deleted()) return ItemRef::kNone;
  return EndsOwnRun(doc, run, run.right, codec::StructKind::kString) ? cursor.item : ItemRef::kNone;
}

// Types on.
inline void TypeOn(DocState& doc, ItemRef run, std::string_view utf8, Clock units) {
  if (doc.is_unwatched()) {
    doc.ExtendUnwatched(run, utf8, units);
  } else {
    TransactionScope transaction(doc);
    doc.Extend(run, utf8, units);
  }
}

// The run of text whose last `length` units, from `index` on, can go over to the erased item behind
// it (EraseEnd, erase.h); kNone as above.
inline ItemRef RunToEraseEndOf(const DocState& doc, TypeIndex text, Clock index, Clock length) {
  const DocState::Cursor& cursor = doc.cursor();
  if (cursor.type != text || cursor.item == ItemRef::kNone || !doc.erases_at_once())
    return ItemRef::kNone;
  const Item& run = doc.items[cursor.item];
  if (index <= cursor.start || cursor.start + run.length != index + length) return ItemRef::kNone;
  if (run.kind != codec::StructKind::kString || run.flags != 0 || run.content_size != run.length) {
    return ItemRef::kNone;  // a character of more bytes than units might be cut
  }
  if (run.right == ItemRef::kNone) return ItemRef::kNone;
  const Item& erased = doc.items[run.right];
  const bool joins = erased.kind == codec::StructKind::kDeleted &&
                     erased.flags == Item::kDeletedFlag &&
                     erased.id == LocalId{run.id.client, run.end()} &&
                     erased.origin == run.last_id() && erased.right_origin == run.right_origin;
  return joins ? cursor.item : ItemRef::kNone;
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_KEYSTROKE_H_
