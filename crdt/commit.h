// The end of a transaction. What happens here decides the bytes that a document encodes to, so it follows Yjs step by step
// (cleanupTransactions, yjs src/utils/Transaction.js):
//
//   1. sort and join the delete set           4. join structs around deletions, new structs, cut structs
//   2. transaction callbacks                  5. pick a new client id if somebody else used ours
//   3. collect deleted content                6. update callbacks
#ifndef YPP_CRDT_COMMIT_H_
#define YPP_CRDT_COMMIT_H_

#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

void Commit(DocState& doc, TransactionState& transaction);

}  // namespace ypp::internal

#endif  // YPP_CRDT_COMMIT_H_
