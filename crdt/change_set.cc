#include "crdt/change_set.h"

#include <algorithm>

namespace ypp::internal {

Clock ChangeSet::FirstNew(ClientIndex client) const {
  size_t touched = transaction_.touched.size();
  for (const TransactionState* t = transaction_.next.get(); t != nullptr; t = t->next.get()) {
    touched += t->touched.size();
  }
  if (touched != known_) {
    first_new_.clear();
    for (const TouchedClient& one : TouchedSince(transaction_)) first_new_[one.client] = one.before;
    known_ = touched;
  }
  const auto found = first_new_.find(client);
  return found == first_new_.end() ? kMaxClock : found->second;
}

bool ChangeSet::Deletes(LocalId id) const {
  const auto& deletes = transaction_.deletes;
  const auto behind = std::upper_bound(
      deletes.begin(), deletes.end(), id, [](LocalId a, const DeletedRange& b) {
        return a.client != b.id.client ? a.client < b.id.client : a.clock < b.id.clock;
      });
  if (behind == deletes.begin()) return false;
  const DeletedRange& range = *(behind - 1);
  return range.id.client == id.client && id.clock - range.id.clock < range.length;
}

}  // namespace ypp::internal
