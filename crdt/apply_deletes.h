// Deletions that come with foreign updates: of what the document has at once, of the rest when it
// comes.
#ifndef YPP_CRDT_APPLY_DELETES_H_
#define YPP_CRDT_APPLY_DELETES_H_

#include <cstddef>

#include "codec/delete_set.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

// Deletes the part of the range that the document has. REQUIRES: it has the first clock; inside a
// transaction.
void DeleteKnown(DocState& doc, ClientIndex client, ClockRange range);

// Deletes what the document has of the set, and keeps the rest in `pending`. The transaction's
// deletes from the `first_of_update` on are what came deleted with the same update. REQUIRES:
// inside a transaction.
void ApplyDeletes(DocState& doc, const DeleteSet& deletes, size_t first_of_update);

// Applies those that waited for the clients that this transaction brought forward.
void RetryPendingDeletes(DocState& doc);

}  // namespace ypp::internal

#endif  // YPP_CRDT_APPLY_DELETES_H_
