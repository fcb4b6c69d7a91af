// What a document tells about a transaction, at its stages (Doc::OnBeforeTransaction and so on).
//
// Everything here is good during the callback only.
#ifndef YPP_CRDT_TRANSACTION_EVENT_H_
#define YPP_CRDT_TRANSACTION_EVENT_H_

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/delete_set.h"
#include "codec/state_vector.h"
#include "crdt/origin.h"
#include "crdt/shared_type.h"

namespace ypp {

class Doc;

namespace internal {
struct TransactionState;
}  // namespace internal

// Ranges of clocks by client.
using IdRanges = DeleteSet;

class TransactionEvent {
 public:
  const Origin& origin;
  bool local;  // false when it came in through ApplyUpdate
  // Types that were there before the transaction and whose own content changed, each once. Empty
  // until the transaction's edits are over.
  const std::vector<SharedType>& changed;

  // The types in `changed` and all types that hold them, each once: those whose deep observers are
  // called.
  std::vector<SharedType> ChangedParents() const;
  // What the document had before the transaction, and what it has since. Until the edits are over
  // both tell the state of now.
  StateVector BeforeState() const;
  StateVector AfterState() const;
  // The structs that the transaction added, also those that it deleted again.
  IdRanges Inserts() const;
  // What it deleted, also what it had added itself.
  DeleteSet Deletes() const;

  // For the library's own parts.
  TransactionEvent(internal::DocState& doc, internal::TransactionState& state,
                   const std::vector<SharedType>& changed_types);
  internal::DocState& doc() const { return doc_; }
  internal::TransactionState& state() const { return state_; }

 private:
  internal::DocState& doc_;
  internal::TransactionState& state_;
};

struct UpdateEvent {
  std::string_view update;  // V1 or V2, by what was subscribed to; good during the callback
  const Origin& origin;
  bool local;  // false when it came in through ApplyUpdate
};

// Sub-documents that a transaction added to the document, took away, or asks to be loaded; a
// provider that syncs sub-documents connects and disconnects here. What was removed is destroyed
// right after the callbacks.
struct SubdocsEvent {
  std::vector<std::shared_ptr<Doc>> added;
  std::vector<std::shared_ptr<Doc>> removed;
  std::vector<std::shared_ptr<Doc>> loaded;
  const Origin& origin;
  bool local;
};

}  // namespace ypp

#endif  // YPP_CRDT_TRANSACTION_EVENT_H_
