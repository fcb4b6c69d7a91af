// Joining neighbouring structs of one client into one, at the places where Yjs tries it and nowhere
// else: which structs a document consists of shows in its bytes. Source: tryToMergeWithLefts and
// Item.mergeWith, yjs.
#ifndef YPP_CRDT_JOIN_H_
#define YPP_CRDT_JOIN_H_

#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

// Of whatever is joined to the struct before it.
inline bool LeansOnTheUnitBefore(const Item& item) {
  return item.origin.client == item.id.client && item.origin.clock + 1 == item.id.clock;
}

// Around deleted ranges, from the right; over new structs; around structs that were cut. `deletes`
// is sorted and joined.
void JoinStructs(DocState& doc, const TransactionState& transaction);

// An item that was just deleted and collected, with what fits to its left and right.
void JoinDeleted(DocState& doc, ItemRef item);

}  // namespace ypp::internal

#endif  // YPP_CRDT_JOIN_H_
