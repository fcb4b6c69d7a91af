// A document, or a part of it, as bytes.
#ifndef YPP_CRDT_ENCODE_STATE_H_
#define YPP_CRDT_ENCODE_STATE_H_

#include <string>

#include "codec/delete_set.h"
#include "codec/state_vector.h"
#include "codec/update_reader.h"
#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

// Everything beyond `known`, all deletions, and what is pending. Source: encodeStateAsUpdate, yjs
// src/utils/encoding.js.
std::string EncodeState(const DocState& doc, const StateVector& known, codec::Dialect dialect);

// The structs below `state`, with these deletions and no others. Cuts items at the border.
// REQUIRES: inside a transaction, and the document has all of `state`. Source:
// createDocFromSnapshot, yjs src/utils/Snapshot.js.
std::string EncodeUpTo(DocState& doc, const StateVector& state, const DeleteSet& deletes,
                       codec::Dialect dialect);

// What one transaction deleted, and all that was added since it began: like Yjs up to the end of
// every client's structs, so also what callbacks of its commit added. `deletes` must be sorted and
// joined. A V1 update is written into the memory of `buffer`.
std::string EncodeTransaction(const DocState& doc, const TransactionState& transaction,
                              codec::Dialect dialect, std::string buffer = {});

StateVector StateVectorOf(const DocState& doc);
DeleteSet DeleteSetOf(const DocState& doc);

}  // namespace ypp::internal

#endif  // YPP_CRDT_ENCODE_STATE_H_
