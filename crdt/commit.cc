#include "crdt/commit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "crdt/collect.h"
#include "crdt/deleted_ranges.h"
#include "crdt/encode_state.h"
#include "crdt/format_cleanup.h"
#include "crdt/join.h"
#include "crdt/observers.h"
#include "crdt/write_small_update.h"

namespace ypp::internal {

namespace {

void NoteClients(const std::vector<DeletedRange>& deletes, std::vector<ClientIndex>* clients) {
  clients->clear();
  if (deletes.empty()) return;
  ClientIndex last = deletes.front().id.client;
  clients->push_back(last);
  const auto other =
      std::find_if(deletes.begin(), deletes.end(),
                   [last](const DeletedRange& range) { return range.id.client != last; });
  if (other == deletes.end()) return;  // mostly
  absl::flat_hash_set<ClientIndex> known = {last};
  for (auto range = other; range != deletes.end(); ++range) {
    if (range->id.client == last) continue;
    last = range->id.client;
    if (known.insert(last).second) clients->push_back(last);
  }
}

// The state of the document is what Yjs compares with at the end of a transaction. So a transaction
// also counts what was added after it, by transactions that callbacks of the commits before this
// one ran.
void NoteStateAfter(DocState& doc, TransactionState& transaction) {
  if (transaction.next != nullptr) transaction.touched = TouchedSince(transaction);
  for (TouchedClient& touched : transaction.touched) {
    touched.after = doc.clients[touched.client].state();
  }
}

// For those who are told about transactions; empty when there is nobody.
std::vector<SharedType> ChangedTypes(DocState& doc, const TransactionState& transaction) {
  std::vector<SharedType> types;
  if (doc.on_before_observer_calls.empty() && doc.on_after_transaction.empty() &&
      doc.on_transaction.empty() && doc.on_after_transaction_cleanup.empty()) {
    return types;
  }
  absl::flat_hash_set<TypeIndex> seen;
  for (const ChangedKey changed : transaction.changed) {
    if (!seen.insert(changed.type).second) continue;
    types.emplace_back(&doc, changed.type, doc.types[changed.type].generation);
  }
  return types;
}

// Somebody else writes under our id: the edits that follow must not mix with theirs.
void LeaveContestedClientId(DocState& doc, const TransactionState& transaction) {
  if (transaction.local) return;
  const ClientIndex own = doc.clients.Find(doc.options.client_id);
  if (own == kNoIndex) return;
  for (const TouchedClient& touched : transaction.touched) {
    if (touched.client != own || touched.before == touched.after) continue;
    doc.ChooseNewClientId();
    return;
  }
}

void SendUpdateV1(DocState& doc, const TransactionState& transaction) {
  constexpr size_t kMaxKeptBytes = 4 * 1024;  // a writer fills all of it with zeros first
  codec::ByteWriter& writer = doc.update_writer;
  if (WriteSmallUpdate(writer, doc.last_sent_client, doc, transaction)) {
    doc.on_update_v1.Call({writer.bytes(), transaction.origin, transaction.local});
    if (writer.size() > kMaxKeptBytes) writer = codec::ByteWriter();
    return;
  }
  std::string update =
      EncodeTransaction(doc, transaction, codec::Dialect::kV1, writer.TakeMemory());
  doc.on_update_v1.Call({update, transaction.origin, transaction.local});
  if (update.capacity() <= kMaxKeptBytes) writer = codec::ByteWriter(std::move(update));
}

void SendUpdate(DocState& doc, const TransactionState& transaction) {
  if (!doc.on_update_v1.empty()) SendUpdateV1(doc, transaction);
  if (doc.on_update_v2.empty()) return;
  const std::string update = EncodeTransaction(doc, transaction, codec::Dialect::kV2);
  doc.on_update_v2.Call({update, transaction.origin, transaction.local});
}

// Everybody who is told about a transaction as such.
class Watchers {
 public:
  Watchers(DocState& doc, TransactionState& transaction)
      : doc_(doc), types_(ChangedTypes(doc, transaction)), event_(doc, transaction, types_) {}

  // Returns whether formats have to be cleaned up.
  bool CallObservers() {
    doc_.on_before_observer_calls.Call(event_);
    const bool clean_up_formatting = internal::CallObservers(doc_, event_);
    doc_.on_after_transaction.Call(event_);
    if (event_.state().changed_content()) doc_.on_transaction.Call(event_);
    return clean_up_formatting;
  }
  void CallAfterCleanup() { doc_.on_after_transaction_cleanup.Call(event_); }

 private:
  DocState& doc_;
  std::vector<SharedType> types_;
  TransactionEvent event_;
};

}  // namespace

void Commit(DocState& doc, TransactionState& transaction) {
  NoteClients(transaction.deletes, &transaction.delete_clients);
  SortAndJoin(transaction.deletes);
  NoteStateAfter(doc, transaction);
  std::optional<Watchers> watchers;
  if (doc.ever_watched) watchers.emplace(doc, transaction);
  const bool clean_up_formatting =
      watchers ? watchers->CallObservers() : ChangedFormattedText(doc, transaction);
  if (clean_up_formatting) CleanUpFormattingAfter(doc, transaction);

  if (transaction.needs_tidying) {
    // A filter is asked about everything, as in Yjs.
    const bool collects = transaction.needs_collecting || doc.options.gc_filter != nullptr;
    if (doc.options.gc && collects) CollectDeleted(doc, transaction.deletes);
    JoinStructs(doc, transaction);
  }
  LeaveContestedClientId(doc, transaction);
  if (watchers) watchers->CallAfterCleanup();
  if (transaction.changed_content()) SendUpdate(doc, transaction);
  if (transaction.has_subdocs()) doc.subdocs.Commit(transaction);
  if (doc.IsCompactionDue()) doc.CompactBytes();
}

void CommitTyped(DocState& doc, const Item& run) {
  WriteTyped(doc.update_writer, doc.last_sent_client, doc, run);
  doc.TellOfKeystroke(doc.update_writer.bytes());
}

void CommitErased(DocState& doc, LocalId first, Clock length) {
  WriteErased(doc.update_writer, doc.last_sent_client, doc, first, length);
  doc.TellOfKeystroke(doc.update_writer.bytes());
}

}  // namespace ypp::internal
