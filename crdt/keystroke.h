// What an editor does most of the time: a character behind the last one, and the backspace
// and delete keys.
//
// All change a run in place (no item, no struct), and leave nothing to do at the end of the
// transaction. The first of them finds the run from the cursor (RunToTypeOn, FindRunToErase) and
// makes it the typing spot; those that follow at the spot look nothing up, and where nobody
// watches they need no transaction: their update is told at once. The document is the same, struct
// for struct, as after the general way (edit.h, erase.h), which is there for everything else.
#ifndef YPP_CRDT_KEYSTROKE_H_
#define YPP_CRDT_KEYSTROKE_H_

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "codec/struct_view.h"
#include "crdt/commit.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"
#include "crdt/text.h"
#include "crdt/typing_spot.h"

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

// The run of text to extend (TypeOn) in order to insert at `index`; kNone when it has to be done
// the general way.
inline ItemRef RunToTypeOn(const DocState& doc, TypeIndex text, Clock index) {
  const DocState::Cursor& cursor = doc.cursor();
  if (cursor.type != text || cursor.item == ItemRef::kNone) return ItemRef::kNone;
  const Item& run = doc.items[cursor.item];
  if (cursor.start + run.length != index || run.end() > kMaxOwnClock) return ItemRef::kNone;
  if (run.right != ItemRef::kNone && doc.items[run.right].deleted()) return ItemRef::kNone;
  return EndsOwnRun(doc, run, run.right, codec::StructKind::kString) ? cursor.item : ItemRef::kNone;
}

// Whether `left` and `right` are one run that was written in one go, of which one part is erased
// and the other one is text. Not if characters of more bytes than units might be cut.
inline bool BordersOnErased(const Item& text, const Item& erased, const Item& left,
                            const Item& right) {
  return text.kind == codec::StructKind::kString && text.flags == 0 &&
         text.content_size == text.length && erased.kind == codec::StructKind::kDeleted &&
         erased.flags == Item::kDeletedFlag && right.id == LocalId{left.id.client, left.end()} &&
         right.origin == left.last_id() && right.right_origin == left.right_origin;
}

// A run of text with an erased item beside it that can take in `length` units from `index` on.
struct RunToErase {
  ItemRef run = ItemRef::kNone;  // kNone when it has to be done the general way
  ItemRef erased = ItemRef::kNone;
  TypingSpot::Key key = TypingSpot::Key::kBackspace;
};
inline RunToErase FindRunToErase(const DocState& doc, TypeIndex text, Clock index, Clock length) {
  const DocState::Cursor& cursor = doc.cursor();
  if (cursor.type != text || cursor.item == ItemRef::kNone || !doc.erases_at_once()) return {};
  const Item& run = doc.items[cursor.item];
  if (length >= run.length) return {};
  if (cursor.start + run.length == index + length) {
    if (run.right == ItemRef::kNone) return {};
    const Item& erased = doc.items[run.right];
    if (!BordersOnErased(run, erased, run, erased)) return {};
    return {cursor.item, run.right, TypingSpot::Key::kBackspace};
  }
  if (cursor.start != index || run.left == ItemRef::kNone) return {};
  const Item& erased = doc.items[run.left];
  if (!BordersOnErased(run, erased, erased, run)) return {};
  return {cursor.item, run.left, TypingSpot::Key::kDelete};
}

// The next keystrokes are for this run, at which the cursor is. REQUIRES: inside a transaction, it
// was noted that the text changes.
inline TypingSpot& MoveSpotTo(DocState& doc, const Text& text, TypingSpot::Key key, ItemRef ref,
                              Clock index) {
  TypingSpot& spot = doc.typing_spot;
  spot.changes = doc.changes();
  spot.key = key;
  spot.index = index;
  spot.text = text.index();
  spot.generation = text.generation();
  spot.ref = ref;
  spot.room = 0;
  spot.run = &doc.items[ref];
  spot.type = &doc.types[text.index()];
  doc.DropTextCursor(text.index());  // a text without formats needs none
  return spot;
}

// The next characters are for the end of this run, which is the last of the document's own client.
// REQUIRES: as above.
inline void MoveSpotToEnd(DocState& doc, const Text& text, ItemRef ref, Clock index) {
  TypingSpot& spot = MoveSpotTo(doc, text, TypingSpot::Key::kCharacter, ref, index);
  const Item& run = *spot.run;
  const Clock end = run.end();
  const size_t clocks = end <= kMaxOwnClock ? kMaxOwnClock - end + 1 : 0;
  const size_t bytes = doc.bytes.RoomBehind(run.content + run.content_size);
  spot.room = static_cast<Clock>(std::min(clocks, bytes));
  spot.border = doc.clients[run.id.client].structs.EndBorder();
}

// Whether nothing but keystrokes has happened since, and nobody looked elsewhere.
inline bool IsAtSpot(const DocState& doc, const Text& text) {
  const TypingSpot& spot = doc.typing_spot;
  return spot.changes == doc.changes() && spot.text == text.index() &&
         spot.generation == text.generation() && spot.ref == doc.cursor().item &&
         doc.takes_keystrokes();
}

// Whether the tree, if there is one, takes note that the text shows `delta` units more at the spot.
inline bool CountAtSpot(DocState& doc, const TypingSpot& spot, int64_t delta) {
  return spot.type->tree == kNoIndex || doc.tree.AddToPending(spot.run->leaf, delta);
}

// Inserts an ASCII character at the spot. False when it is not one, or is for another place. Who
// calls tells of it (DocState::tells_keystrokes).
inline bool TypeAtSpot(DocState& doc, const Text& text, Clock index, std::string_view utf8) {
  TypingSpot& spot = doc.typing_spot;
  if (spot.index != index || spot.room == 0 || !IsAtSpot(doc, text)) return false;
  if (utf8.size() != 1 || static_cast<uint8_t>(utf8[0]) >= 0x80) return false;
  if (!CountAtSpot(doc, spot, 1)) return false;
  doc.bytes.AppendByte(utf8[0]);
  ++spot.run->content_size;
  ++spot.run->length;
  ++*spot.border;
  ++spot.type->length;
  ++spot.index;
  --spot.room;
  return true;
}

// Erases `length` units at the spot. False when that would leave nothing of the run, or is for
// another place. Who calls notes it in the transaction, or tells of it.
inline bool EraseAtSpot(DocState& doc, const Text& text, Clock index, Clock length) {
  using Key = TypingSpot::Key;
  TypingSpot& spot = doc.typing_spot;
  if (spot.key == Key::kCharacter || !IsAtSpot(doc, text)) return false;
  Item& run = *spot.run;
  const bool is_back = spot.key == Key::kBackspace;
  if (length == 0 || length >= run.length || spot.index != (is_back ? index + length : index))
    return false;
  if (doc.ever_watched || doc.IsCompactionDue()) return false;
  if (!CountAtSpot(doc, spot, -int64_t{length})) return false;
  Item& erased = *spot.erased;
  Item& right = is_back ? erased : run;
  doc.siblings.Leaving(right);  // its first clock is about to be another one
  const Clock moved = is_back ? -length : length;
  right.id.clock += moved;
  right.origin.clock += moved;
  *spot.border = right.id.clock;
  erased.length += length;
  run.length -= length;
  run.content_size -= length;
  if (!is_back) run.content += length;
  doc.bytes.Drop(length);
  spot.type->length -= length;
  spot.index = index;
  return true;
}

// The first of the `length` units that EraseAtSpot has just erased.
inline LocalId ErasedAtSpot(const TypingSpot& spot, Clock length) {
  const Item& run = *spot.run;
  const bool is_back = spot.key == TypingSpot::Key::kBackspace;
  return {run.id.client, is_back ? run.end() : run.id.clock - length};
}

// Types on, after RunToTypeOn.
inline void TypeOn(DocState& doc, const Text& text, ItemRef run, Clock index,
                   std::string_view utf8) {
  TransactionScope transaction(doc);
  doc.Extend(run, utf8, static_cast<Clock>(utf8.size()));
  MoveSpotToEnd(doc, text, run, index + static_cast<Clock>(utf8.size()));
}

// Erases, after FindRunToErase. False when it has to be done the general way.
inline bool EraseFrom(DocState& doc, const Text& text, RunToErase found, Clock index,
                      Clock length) {
  using Key = TypingSpot::Key;
  TransactionScope transaction(doc);
  doc.MarkChanged(text.index());
  const Clock place = found.key == Key::kBackspace ? index + length : index;
  TypingSpot& spot = MoveSpotTo(doc, text, found.key, found.run, place);
  spot.erased = &doc.items[found.erased];
  const Item& right = found.key == Key::kBackspace ? *spot.erased : *spot.run;
  StructList& structs = doc.clients[right.id.client].structs;
  spot.border = structs.BorderAt(structs.Find(right.id.clock));
  if (spot.type->tree != kNoIndex) doc.tree.AddVisible(spot.run->leaf, 0);  // its leaf's turn
  if (!EraseAtSpot(doc, text, index, length)) return false;
  doc.transaction().AddDeleted(ErasedAtSpot(spot, length), length);
  return true;
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_KEYSTROKE_H_
