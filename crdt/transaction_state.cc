#include "crdt/transaction_state.h"

#include "absl/container/flat_hash_set.h"

namespace ypp::internal {

std::vector<TouchedClient> TouchedSince(const TransactionState& transaction) {
  std::vector<TouchedClient> all = transaction.touched;
  if (transaction.next == nullptr) return all;
  absl::flat_hash_set<ClientIndex> seen;
  for (const TouchedClient& touched : all) seen.insert(touched.client);
  for (const TransactionState* t = transaction.next.get(); t != nullptr; t = t->next.get()) {
    for (const TouchedClient& touched : t->touched) {
      if (!seen.insert(touched.client).second) continue;
      all.push_back(touched);
      all.back().after = touched.before;
    }
  }
  return all;
}

}  // namespace ypp::internal
