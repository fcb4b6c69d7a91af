// What one transaction added and deleted, as its events ask for it.
#ifndef YPP_CRDT_CHANGE_SET_H_
#define YPP_CRDT_CHANGE_SET_H_

#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

class ChangeSet {
 public:
  // `transaction` is being committed: its delete set is sorted and joined.
  ChangeSet(DocState& doc, const TransactionState& transaction)
      : doc_(doc), transaction_(transaction) {}

  // The structs of `client` from this clock on are new. That includes what callbacks added meanwhile: Yjs, too, knows only the state
  // before.
  Clock FirstNew(ClientIndex client) const;
  bool Adds(LocalId id) const { return id.clock >= FirstNew(id.client); }
  bool Deletes(LocalId id) const;
  DocState& doc() const { return doc_; }

 private:
  DocState& doc_;
  const TransactionState& transaction_;
  // From all clients touched since; made again when there are more of them.
  mutable absl::flat_hash_map<ClientIndex, Clock> first_new_;
  mutable size_t known_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CHANGE_SET_H_
