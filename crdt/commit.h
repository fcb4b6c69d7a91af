// The end of a transaction. What happens here decides the bytes that a document encodes to, so it
// follows Yjs step by step (cleanupTransactions, yjs src/utils/Transaction.js):
//
//   1. sort and join the delete set           6. join structs around deletions, new structs, cut
//                                             structs
//   2. beforeObserverCalls                    7. pick a new client id if somebody else used ours
//   3. observers, deep observers              8. afterTransactionCleanup
//   4. afterTransaction, formatting cleanup   9. update V1, update V2
//   5. collect deleted content               10. subdocs
#ifndef YPP_CRDT_COMMIT_H_
#define YPP_CRDT_COMMIT_H_

#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

void Commit(DocState& doc, TransactionState& transaction);

// Of a transaction that was a keystroke at the typing spot (keystroke.h) there is but step 9. What
// the callbacks change is committed behind it, as ever. REQUIRES: DocState::tells_keystrokes().
void CommitTyped(DocState& doc, const Item& run);
void CommitErased(DocState& doc, LocalId first, Clock length);

}  // namespace ypp::internal

#endif  // YPP_CRDT_COMMIT_H_
