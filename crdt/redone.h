// Links from deleted items to the copies that undo made of them, and the mark that keeps what undo
// may bring back from being collected. Both live in memory alone: no encoding shows them. Source:
// followRedone and keepItem, yjs src/structs/Item.js.
#ifndef YPP_CRDT_REDONE_H_
#define YPP_CRDT_REDONE_H_

#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Undo made a copy of `item` that begins at `copy`. Cutting the item later cuts the link too.
void SetRedone(DocState& doc, ItemRef item, LocalId copy);
// Where the copy of `item` begins; does not exist() when there is none.
LocalId RedoneOf(const DocState& doc, const Item& item);

struct UnitPlace {
  ItemRef item = ItemRef::kNone;  // kGc when it was collected
  Clock offset = 0;               // of the unit in the item
};
// Where the unit `id` is now: in the copy of the copy …, or where it always was. REQUIRES: the
// document has it.
UnitPlace FollowRedone(const DocState& doc, LocalId id);

// Sets or clears kKeepFlag on the item and on the items that hold its parents, up to the first that
// has it so already.
void SetKeep(DocState& doc, ItemRef item, bool keep);

}  // namespace ypp::internal

#endif  // YPP_CRDT_REDONE_H_
