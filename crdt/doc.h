// A document: shared types by name, edited locally, merged with what other replicas send,
// wire-compatible with Yjs 13.6.
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
// Thread rule: a document and its handles belong to one thread at a time; even a read by index
// moves a cursor inside. No locks.
// Errors: foreign bytes that are refused give DataLoss with the byte offset, a passed limit
// ResourceExhausted; the document is then as it was and no event is sent. Running out of memory
// ends the process.
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
#include "codec/any.h"
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
  // 0: a random one, as Yjs picks it. Two replicas that edit at the same time must never share an
  // id.
  ClientId client_id = 0;
  // Deleted content is dropped at the end of the transaction that deleted it. Off, it is kept,
  // which snapshots need.
  bool gc = true;
  // With gc on: what it answers false for is kept. Must not edit. What lives inside a deleted type
  // goes with that type, unasked.
  std::function<bool(const CollectibleItem&)> gc_filter = nullptr;
  // What a V2 update may claim. The default is for foreign bytes.
  DecodeLimits decode_limits = {};

  // A name for the document that is unique in the world. Empty: a random UUID.
  std::string guid = {};
  // A name for the collection that it belongs to, if providers have collections. Empty: none; a
  // sub-document then gets that of its parent.
  std::string collection_id = {};
  // What an application wants to know about the document. With a sub-document it goes to all
  // replicas. Null: nothing.
  Any meta = nullptr;
  // A sub-document that every replica loads as soon as it gets it.
  bool auto_load = false;
  // Whether providers should sync the document now. False for sub-documents that came from others,
  // unless auto_load.
  bool should_load = true;
};

// Clocks that the document waits for before it can show what it already received.
struct PendingInfo {
  std::vector<std::pair<ClientId, Clock>> missing_structs;
  bool has_deletes = false;
  size_t size_bytes = 0;

  bool empty() const { return missing_structs.empty() && !has_deletes; }
};

class Doc : public std::enable_shared_from_this<Doc> {
 public:
  explicit Doc(DocOptions options = {});
  // Ends it without a word. Destroy() tells others first.
  ~Doc();
  Doc(Doc&&) noexcept;
  Doc& operator=(Doc&&) noexcept;

  ClientId client_id() const;
  // For the edits that follow.
  void set_client_id(ClientId client);

  const std::string& guid() const;
  const std::string& collection_id() const;
  const Any& meta() const;
  bool gc() const;
  bool auto_load() const;
  bool should_load() const;

  // Root types are created by being asked for. Asking for one under another kind than it was opened
  // with gives a handle that is not valid().
  Text GetText(std::string_view name);
  Array GetArray(std::string_view name);
  Map GetMap(std::string_view name);
  XmlFragment GetXmlFragment(std::string_view name);
  XmlElement GetXmlElement(std::string_view name);
  XmlText GetXmlText(std::string_view name);
  SharedType GetRoot(std::string_view name, TypeKind kind);
  // Names of all roots, in the order in which they came to be.
  std::vector<std::string> RootNames() const;
  // What each root holds, as its own ToJson gives it, by name. Roots that nobody opened yet are
  // left out.
  Any ToJson() const;

  // Applies as one transaction. What lacks its dependencies is kept and applied once they arrive.
  absl::Status ApplyUpdate(codec::Bytes update, const Origin& origin = {},
                           UpdateFormat format = UpdateFormat::kV1);
  absl::Status ApplyUpdate(std::string_view update, const Origin& origin = {},
                           UpdateFormat format = UpdateFormat::kV1) {
    return ApplyUpdate(codec::AsBytes(update), origin, format);
  }

  // What a replica with `known` lacks, and all deletions. Includes what is still waiting for its
  // dependencies.
  std::string EncodeUpdate(const StateVector& known = {},
                           UpdateFormat format = UpdateFormat::kV1) const;
  StateVector GetStateVector() const;
  PendingInfo GetPending() const;

  // Events. A callback may edit: that is a transaction of its own, run when this one is through.
  // Each transaction goes through these stages, in this order; all but OnUpdate and OnTransaction
  // also when it changed nothing:
  //
  //   OnBeforeAllTransactions    the first of a series begins; those that callbacks open belong to
  //                              the series
  //   OnBeforeTransaction        it begins, and has edited nothing yet
  //   OnBeforeObserverCalls      its edits are over
  //   SharedType::Observe, ObserveDeep
  //   OnAfterTransaction
  //   OnTransaction              if it changed something: all that a listener wants who needs no
  //                              bytes
  //   OnAfterTransactionCleanup  what it deleted is collected, structs are joined
  //   OnUpdate                   if it changed something
  //   OnSubdocs                  if sub-documents came, went, or are to be loaded
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
  Subscription OnSubdocs(std::function<void(const SubdocsEvent&)> callback);
  Subscription OnAfterAllTransactions(std::function<void()> callback);

  // Calls `edit` inside a transaction. Inside another transaction it joins that one, and `origin`
  // is ignored. When `edit` throws, what it did so far is committed, as in Yjs; no other callback
  // may throw.
  template <typename Edit>
  void Transact(Edit&& edit, const Origin& origin = {});

  // Sub-documents: a document of its own (its content is never part of its parent's updates) that
  // lives in an array or map of another one. Make it with std::make_shared<Doc>(options) and insert
  // it as a value; it can be in one place only. Everybody gets its guid and options, not its
  // content. A replica that wants the content calls Load, and providers hear of it in OnSubdocs.
  //
  // Those in this document now, in the order in which they came.
  std::vector<std::shared_ptr<Doc>> Subdocs() const;
  std::vector<std::string> SubdocGuids() const;
  // Asks for the content of this sub-document. Does nothing when that was done already, or when it
  // is no sub-document.
  void Load();
  // Destroys the sub-documents, calls OnDestroy, and cancels all subscriptions of the document (not
  // those of its types). A sub-document is replaced in its parent by a fresh one with the same guid
  // and options, which is not loaded. Handles stay good for as long as the Doc.
  void Destroy();
  bool is_destroyed() const;
  Subscription OnDestroy(std::function<void()> callback);

  // What providers say. Loaded: the content came from a store (or, the first time, from the
  // network). Synced: it is that of the server.
  void SetLoaded();
  void SetSynced(bool synced);
  bool is_loaded() const;
  bool is_synced() const;
  Subscription OnLoad(std::function<void()> callback);
  Subscription OnSync(std::function<void(bool synced)> callback);
  // Calls once: now if it is so, else as soon as it is.
  Subscription WhenLoaded(std::function<void()> callback);
  Subscription WhenSynced(std::function<void()> callback);

  // For the library's own parts.
  internal::DocState* state() const { return state_.get(); }

 private:
  std::unique_ptr<internal::DocState> state_;
};

// A transaction as a scope: begun here, committed when it ends. One inside another joins it. Must
// not outlive the document.
class Transaction {
 public:
  explicit Transaction(Doc& doc);
  Transaction(Doc& doc, const Origin& origin);
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
