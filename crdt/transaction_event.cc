#include "crdt/transaction_event.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "crdt/doc_state.h"
#include "crdt/encode_state.h"
#include "crdt/transaction_state.h"

namespace ypp {

using internal::TouchedClient;
using internal::TypeIndex;
using internal::TypeRecord;

TransactionEvent::TransactionEvent(internal::DocState& doc, internal::TransactionState& state,
                                   const std::vector<SharedType>& changed_types)
    : origin(state.origin), local(state.local), changed(changed_types), doc_(doc), state_(state) {}

std::vector<SharedType> TransactionEvent::ChangedParents() const {
  std::vector<SharedType> all;
  absl::flat_hash_set<TypeIndex> seen;
  for (const SharedType& type : changed) {
    if (!type.live()) continue;
    for (TypeIndex index = type.index(); seen.insert(index).second;) {
      const TypeRecord& record = doc_.types[index];
      all.emplace_back(&doc_, index, record.generation);
      if (record.is_root()) break;
      index = doc_.items[record.item].parent;
    }
  }
  return all;
}

namespace {

// The state of now, but for what is known of the given clients.
StateVector WithClocks(const internal::DocState& doc, const std::vector<TouchedClient>& touched,
                       internal::Clock TouchedClient::*clock) {
  absl::flat_hash_map<internal::ClientIndex, internal::Clock> known;
  for (const TouchedClient& client : touched) known.emplace(client.client, client.*clock);
  StateVector vector;
  for (const internal::ClientIndex client : doc.clients.Descending()) {
    const auto found = known.find(client);
    const Clock state = found == known.end() ? doc.clients[client].state() : found->second;
    if (state > 0) vector.Set(doc.clients[client].id, state);
  }
  return vector;
}

}  // namespace

StateVector TransactionEvent::BeforeState() const {
  return WithClocks(doc_, internal::TouchedSince(state_), &TouchedClient::before);
}

StateVector TransactionEvent::AfterState() const {
  return WithClocks(doc_, internal::TouchedSince(state_), &TouchedClient::after);
}

IdRanges TransactionEvent::Inserts() const {
  IdRanges inserts;
  for (const TouchedClient& client : state_.touched) {
    if (client.after > client.before) {
      inserts.Add(doc_.clients[client.client].id, {client.before, client.after - client.before});
    }
  }
  inserts.Normalize();
  return inserts;
}

DeleteSet TransactionEvent::Deletes() const {
  DeleteSet deletes;
  for (const internal::DeletedRange& range : state_.deletes) {
    deletes.Add(doc_.clients[range.id.client].id, {range.id.clock, range.length});
  }
  deletes.Normalize();
  return deletes;
}

}  // namespace ypp
