// A document: shared types by name, edited locally, merged with what other replicas send, wire-compatible with Yjs 13.6.
//
//   ypp::Doc doc;
//   ypp::Subscription updates = doc.OnUpdate([&](const ypp::UpdateEvent& e) { Send(e.update); });
//   {
//     ypp::Transaction transaction(doc);           // everything in this scope is one update
//     doc.GetText("notes").Insert(0, "hello");
//     doc.GetMap("meta").Set("author", "ada");
//   }
//   absl::Status status = doc.ApplyUpdate(received_bytes);   // all or nothing
//   std::string diff = doc.EncodeUpdate(their_state_vector); // what they lack
//
// Thread rule: a document and its handles belong to one thread at a time; even a read by index moves a cursor inside. No locks.
// Errors: foreign bytes that are refused give DataLoss with the byte offset, a passed limit ResourceExhausted; the document is then as
// it was and no event is sent. Running out of memory ends the process.
#ifndef YPP_CRDT_DOC_H_
#define YPP_CRDT_DOC_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "codec/id.h"
#include "codec/state_vector.h"
#include "codec/update_reader.h"
#include "crdt/array.h"
#include "crdt/map.h"
#include "crdt/new_type.h"
#include "crdt/origin.h"
#include "crdt/shared_type.h"
#include "crdt/subscription.h"
#include "crdt/text.h"
#include "crdt/transaction_event.h"
#include "crdt/value.h"
#include "crdt/xml.h"

namespace ypp {

// A run of deleted content that garbage collection is about to drop.
struct CollectibleItem {
  Id id;
  uint32_t length = 0;
  SharedType parent;
};

struct DocOptions {
  // 0: a random one, as Yjs picks it. Two replicas that edit at the same time must never share an id.
  ClientId client_id = 0;
  // Deleted content is dropped at the end of the transaction that deleted it. Off, it is kept, which snapshots need.
  bool gc = true;
  // With gc on: what it answers false for is kept. Must not edit. What lives inside a deleted type goes with that type, unasked.
  std::function<bool(const CollectibleItem&)> gc_filter = nullptr;
};

// Clocks that the document waits for before it can show what it already received.
struct PendingInfo {
  std::vector<std::pair<ClientId, Clock>> missing_structs;
  bool has_deletes = false;
  size_t size_bytes = 0;

  bool empty() const { return missing_structs.empty() && !has_deletes; }
};

class Doc {
 public:
  explicit Doc(DocOptions options = {});
  ~Doc();
  Doc(Doc&&) noexcept;
  Doc& operator=(Doc&&) noexcept;

  ClientId client_id() const;
  // For the edits that follow.
  void set_client_id(ClientId client);

  // Root types are created by being asked for. Asking for one under another kind than it was opened with gives a handle that is not
  // valid().
  Text GetText(std::string_view name);
  Array GetArray(std::string_view name);
  Map GetMap(std::string_view name);
  XmlFragment GetXmlFragment(std::string_view name);
  XmlElement GetXmlElement(std::string_view name);
  XmlText GetXmlText(std::string_view name);
  SharedType GetRoot(std::string_view name, TypeKind kind);
  // Names of all roots, in the order in which they came to be.
  std::vector<std::string> RootNames() const;

  // Applies as one transaction. What lacks its dependencies is kept and applied once they arrive.
  absl::Status ApplyUpdate(codec::Bytes update, const Origin& origin = {},
                           UpdateFormat format = UpdateFormat::kV1);
  absl::Status ApplyUpdate(std::string_view update, const Origin& origin = {},
                           UpdateFormat format = UpdateFormat::kV1) {
    return ApplyUpdate(codec::AsBytes(update), origin, format);
  }

  // What a replica with `known` lacks, and all deletions. Includes what is still waiting for its dependencies.
  std::string EncodeUpdate(const StateVector& known = {}, UpdateFormat format = UpdateFormat::kV1) const;
  StateVector GetStateVector() const;
  PendingInfo GetPending() const;

  // Events. A callback may edit: that is a transaction of its own, run when this one is through. Each transaction goes through these
  // stages, in this order; all but OnUpdate and OnTransaction also when it changed nothing:
  //
  //   OnBeforeAllTransactions    the first of a series begins; those that callbacks open belong to the series
  //   OnBeforeTransaction        it begins, and has edited nothing yet
  //   OnBeforeObserverCalls      its edits are over
  //   SharedType::Observe, ObserveDeep
  //   OnAfterTransaction
  //   OnTransaction              if it changed something: all that a listener wants who needs no bytes
  //   OnAfterTransactionCleanup  what it deleted is collected, structs are joined
  //   OnUpdate                   if it changed something
  //   OnAfterAllTransactions     the last of the series is through
  using TransactionCallback = std::function<void(const TransactionEvent&)>;
  Subscription OnBeforeAllTransactions(std::function<void()> callback);
  Subscription OnBeforeTransaction(TransactionCallback callback);
  Subscription OnBeforeObserverCalls(TransactionCallback callback);
  Subscription OnAfterTransaction(TransactionCallback callback);
  Subscription OnTransaction(TransactionCallback callback);
  Subscription OnAfterTransactionCleanup(TransactionCallback callback);
  Subscription OnUpdate(std::function<void(const UpdateEvent&)> callback,
                        UpdateFormat format = UpdateFormat::kV1);
  Subscription OnAfterAllTransactions(std::function<void()> callback);

  // Calls `edit` inside a transaction. Inside another transaction it joins that one, and `origin` is ignored. When `edit` throws, what it
  // did so far is committed, as in Yjs; no other callback may throw.
  template <typename Edit>
  void Transact(Edit&& edit, const Origin& origin = {});

  // For the library's own parts.
  internal::DocState* state() const { return state_.get(); }

 private:
  std::unique_ptr<internal::DocState> state_;
};

// A transaction as a scope: begun here, committed when it ends. One inside another joins it. Must not outlive the document.
class Transaction {
 public:
  explicit Transaction(Doc& doc, const Origin& origin = {});
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  internal::DocState* state_;
};

// A template, so that it is compiled where exceptions may be.
template <typename Edit>
void Doc::Transact(Edit&& edit, const Origin& origin) {
  Transaction transaction(*this, origin);
  std::forward<Edit>(edit)();
}

}  // namespace ypp

#endif  // YPP_CRDT_DOC_H_
