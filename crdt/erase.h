// Deleting content that nobody can look at any more, as the editor of a text without listeners does
// with every second keystroke.
//
// What Yjs does in three steps, the first now and the others at the end of the transaction (mark
// the units deleted, drop their content, join them with the deleted units beside them), is done at
// once. Erasing with the backspace key then moves the border between a run and the deleted units
// behind it, and makes nothing. The document is the same struct for struct.
#ifndef YPP_CRDT_ERASE_H_
#define YPP_CRDT_ERASE_H_

#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Whether units of the item can be erased. REQUIRES: DocState::erases_at_once().
bool IsErasable(const Item& item);

// Erases `length` units of the item from `offset` on. Returns the item right of them. REQUIRES:
// IsErasable; offset + length is at most the item's length; inside a transaction.
ItemRef Erase(DocState& doc, ItemRef item, Clock offset, Clock length);

// The same for the value of a key that another one has taken the place of, inside a transaction.
bool IsErasableValue(const Item& item);
void EraseValue(DocState& doc, ItemRef item);

}  // namespace ypp::internal

#endif  // YPP_CRDT_ERASE_H_
