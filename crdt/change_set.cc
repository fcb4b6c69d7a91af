#include "crdt/change_set.h"

#include <algorithm>
#include <utility>

namespace ypp::internal {

ChangeSet::ChangeSet(DocState& doc, const TransactionState& transaction)
    : doc_(doc), transaction_(transaction) {
  for (const TouchedClient& one : transaction.touched) known_.first_new[one.client] = one.before;
}

ChangeSet::Known& ChangeSet::Refreshed() const {
  size_t later_changes = 0;
  for (const TransactionState* t = transaction_.next.get(); t != nullptr; t = t->next.get()) {
    later_changes += t->touched.size() + t->deletes.size();
  }
  if (later_changes == known_.later_changes) return known_;
  known_ = Known();
  known_.later_changes = later_changes;
  for (const TouchedClient& one : TouchedSince(transaction_)) {
    known_.first_new[one.client] = one.before;
  }
  return known_;
}

Clock ChangeSet::FirstNew(ClientIndex client) const {
  const Known& known = Refreshed();
  const auto found = known.first_new.find(client);
  return found == known.first_new.end() ? kMaxClock : found->second;
}

bool ChangeSet::Deletes(LocalId id) const {
  const auto& deletes = transaction_.deletes;
  const auto behind =
      std::upper_bound(deletes.begin(), deletes.end(), id, [](LocalId a, const DeletedRange& b) {
        return a.client != b.id.client ? a.client < b.id.client : a.clock < b.id.clock;
      });
  if (behind == deletes.begin()) return false;
  const DeletedRange& range = *(behind - 1);
  return range.id.client == id.client && id.clock - range.id.clock < range.length;
}

bool ChangeSet::Touches(ItemRef ref) const {
  const Item& item = doc_.items[ref];
  return item.end() > FirstNew(item.id.client) || (item.deleted() && Deletes(item.id));
}

absl::Span<const ItemRef> ChangeSet::TouchedItems(TypeIndex type) const {
  Known& known = Refreshed();
  if (!known.has_touched) CollectTouched(known);
  const auto range = std::equal_range(known.types.begin(), known.types.end(), type);
  return absl::MakeConstSpan(known.items)
      .subspan(static_cast<size_t>(range.first - known.types.begin()),
               static_cast<size_t>(range.second - range.first));
}

void ChangeSet::CollectTouched(Known& known) const {
  std::vector<std::pair<TypeIndex, ItemRef>> touched;
  const auto collect = [&](ClientIndex client, Clock from, Clock end) {
    const StructList& structs = doc_.clients[client].structs;
    if (from >= end) return;
    for (StructList::Position p = structs.Find(from); structs[p].clock < end; p = structs.Next(p)) {
      const ItemRef ref = structs[p].ref;
      if (ref != ItemRef::kGc && doc_.items[ref].in_sequence()) {
        touched.emplace_back(doc_.items[ref].parent, ref);
      }
      if (structs.IsLast(p)) return;
    }
  };
  for (const auto& [client, first] : known.first_new) {
    collect(client, first, doc_.clients[client].state());
  }
  for (const DeletedRange& range : transaction_.deletes) {
    collect(range.id.client, range.id.clock, range.id.clock + range.length);
  }
  std::sort(touched.begin(), touched.end());
  for (const auto& [type, item] : touched) {
    known.types.push_back(type);
    known.items.push_back(item);
  }
  known.has_touched = true;
}

}  // namespace ypp::internal
