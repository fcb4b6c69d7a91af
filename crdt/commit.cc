#include "crdt/commit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "crdt/collect.h"
#include "crdt/encode_state.h"
#include "crdt/join.h"

namespace ypp::internal {

namespace {

void SortAndJoin(std::vector<DeletedRange>& deletes) {
  if (deletes.size() < 2) return;
  std::sort(deletes.begin(), deletes.end(), [](const DeletedRange& a, const DeletedRange& b) {
    return a.id.client != b.id.client ? a.id.client < b.id.client : a.id.clock < b.id.clock;
  });
  size_t last = 0;
  for (size_t i = 1; i < deletes.size(); ++i) {
    DeletedRange& into = deletes[last];
    const DeletedRange& range = deletes[i];
    const Clock end = into.id.clock + into.length;
    if (range.id.client == into.id.client && range.id.clock <= end) {
      into.length = std::max(end, range.id.clock + range.length) - into.id.clock;
    } else {
      deletes[++last] = range;
    }
  }
  deletes.resize(last + 1);
}

// Types made by the transaction itself tell nothing, and deleted ones have nothing left to tell.
std::vector<SharedType> ChangedTypes(DocState& doc, const TransactionState& transaction) {
  std::vector<SharedType> changed;
  for (const TypeIndex index : transaction.changed) {
    const TypeRecord& type = doc.types[index];
    if (!type.is_root()) {
      const Item& item = doc.items[type.item];
      const Clock state = doc.clients[item.id.client].state();
      if (item.deleted() || item.id.clock >= transaction.StateBefore(item.id.client, state)) continue;
    }
    changed.emplace_back(&doc, index, type.generation);
  }
  return changed;
}

// Somebody else writes under our id: the edits that follow must not mix with theirs.
void LeaveContestedClientId(DocState& doc, const TransactionState& transaction) {
  if (transaction.local) return;
  const ClientIndex own = doc.clients.Find(doc.options.client_id);
  for (const TouchedClient& touched : transaction.touched) {
    if (touched.client != own || touched.before == touched.after) continue;
    doc.ChooseNewClientId();
    return;
  }
}

void SendUpdate(DocState& doc, const TransactionState& transaction) {
  const auto send = [&](const CallbackList<const UpdateEvent&>& callbacks, codec::Dialect dialect) {
    if (callbacks.empty()) return;
    const std::string update = EncodeTransaction(doc, transaction, dialect);
    callbacks.Call({update, transaction.origin, transaction.local});
  };
  send(doc.on_update_v1, codec::Dialect::kV1);
  send(doc.on_update_v2, codec::Dialect::kV2);
}

}  // namespace

void Commit(DocState& doc, TransactionState& transaction) {
  SortAndJoin(transaction.deletes);
  const bool changed = !transaction.touched.empty() || !transaction.deletes.empty();
  if (changed && !doc.on_transaction.empty()) {
    const std::vector<SharedType> types = ChangedTypes(doc, transaction);
    doc.on_transaction.Call({transaction.origin, transaction.local, types});
  }
  if (doc.options.gc) CollectDeleted(doc, transaction.deletes);
  JoinStructs(doc, transaction);
  if (!changed) return;
  LeaveContestedClientId(doc, transaction);
  SendUpdate(doc, transaction);
  doc.CompactBytesIfWorthwhile();
}

}  // namespace ypp::internal
