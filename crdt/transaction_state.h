// What a transaction remembers between its begin and the end of its commit. It costs what it touches, and is used again for the next.
#ifndef YPP_CRDT_TRANSACTION_STATE_H_
#define YPP_CRDT_TRANSACTION_STATE_H_

#include <cstdint>
#include <vector>

#include "crdt/item.h"
#include "crdt/origin.h"

namespace ypp::internal {

struct TouchedClient {
  ClientIndex client = kNoIndex;
  Clock before = 0;
  Clock after = 0;  // set when the transaction's own edits are over
};

struct DeletedRange {
  LocalId id;
  Clock length = 0;
};

struct TransactionState {
  uint64_t number = 0;
  bool local = true;
  Origin origin;
  std::vector<TouchedClient> touched;      // clients that got new structs
  std::vector<DeletedRange> deletes;       // as they happened; sorted and joined at commit
  std::vector<LocalId> merge_candidates;   // structs to try to join with their neighbours at commit
  std::vector<TypeIndex> changed;          // types whose content changed, each once

  // The state of `client` before this transaction, given its state now.
  Clock StateBefore(ClientIndex client, Clock now) const {
    for (const TouchedClient& touched_client : touched) {
      if (touched_client.client == client) return touched_client.before;
    }
    return now;
  }
  void Reset() {
    local = true;
    origin = Origin();
    touched.clear();
    deletes.clear();
    merge_candidates.clear();
    changed.clear();
  }
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_TRANSACTION_STATE_H_
