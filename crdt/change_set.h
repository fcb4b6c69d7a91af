// What one transaction added and deleted, as its events ask for it.
#ifndef YPP_CRDT_CHANGE_SET_H_
#define YPP_CRDT_CHANGE_SET_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

class ChangeSet {
 public:
  // `transaction` is being committed: its delete set is sorted and joined.
  ChangeSet(DocState& doc, const TransactionState& transaction);

  // The structs of `client` from this clock on are new. That includes what callbacks added
  // meanwhile: Yjs, too, knows only the state before.
  Clock FirstNew(ClientIndex client) const;
  bool Adds(LocalId id) const { return id.clock >= FirstNew(id.client); }
  bool Deletes(LocalId id) const;
  DocState& doc() const { return doc_; }

  // Whether some of the item is new, or it was deleted.
  bool Touches(ItemRef item) const;
  // All such items in the sequence of `type`, in no order.
  absl::Span<const ItemRef> TouchedItems(TypeIndex type) const;

 private:
  // Computed when first asked for, and again when later transactions have changed something.
  struct Known {
    size_t later_changes = 0;
    absl::flat_hash_map<ClientIndex, Clock> first_new;
    bool has_touched = false;
    std::vector<TypeIndex> types;  // ascending; of each item in `items`
    std::vector<ItemRef> items;
  };

  Known& Refreshed() const;
  void CollectTouched(Known& known) const;

  DocState& doc_;
  const TransactionState& transaction_;
  mutable Known known_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CHANGE_SET_H_
