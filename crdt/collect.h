// Garbage collection: deleted content is dropped, what lived inside a deleted type is reduced to
// its length.
#ifndef YPP_CRDT_COLLECT_H_
#define YPP_CRDT_COLLECT_H_

#include <vector>

#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

// For the structs in `deletes` (sorted, joined). A deleted item keeps its place with kDeleted
// content, since others may have it as origin; only the children of a deleted type become kGc.
// Items that undo or DocOptions::gc_filter keeps are left alone. Source: tryGcDeleteSet and
// Item.gc, yjs.
void CollectDeleted(DocState& doc, const std::vector<DeletedRange>& deletes);

}  // namespace ypp::internal

#endif  // YPP_CRDT_COLLECT_H_
