// Undo and redo of one's own edits, beside those of others.
//
//   ypp::UndoManager undo(doc, {doc.GetText("notes")});
//   doc.GetText("notes").Insert(0, "hello");
//   undo.Undo();                                  // the text is empty again
//   undo.Redo();
//
// Each step holds what one or more transactions inserted and deleted; undoing one deletes the
// former and inserts copies of the latter, as a transaction of its own whose origin is the
// manager's. Only transactions of tracked origins count, and only what they change inside the
// scope. Content that a step may bring back is not collected while the step exists. Works as Yjs'
// UndoManager does.
//
// Thread rule: that of its document. Must not be used once its document is gone; may be destroyed
// later.
#ifndef YPP_CRDT_UNDO_MANAGER_H_
#define YPP_CRDT_UNDO_MANAGER_H_

#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/delete_set.h"
#include "codec/id.h"
#include "crdt/doc.h"
#include "crdt/origin.h"
#include "crdt/shared_type.h"
#include "crdt/subscription.h"
#include "crdt/transaction_event.h"

namespace ypp {

// What an undo is about to delete: a run of characters or values, or a type.
struct UndoneItem {
  Id id;
  uint32_t length;
  SharedType parent;
  std::string_view key;  // empty: part of the sequence of `parent`
  SharedType type;       // valid() when the item holds a type
};

struct UndoOptions {
  // Transactions that follow each other faster than this become one step; zero: never.
  std::chrono::milliseconds capture_timeout{500};
  // The empty origin is that of edits outside a named transaction. The manager's own is always
  // tracked.
  std::vector<Origin> tracked_origins = {Origin()};
  // Whether to take a transaction of a tracked origin into account. Empty: always.
  std::function<bool(const TransactionEvent&)> capture_transaction;
  // Whether undo may delete this. Empty: always.
  std::function<bool(const UndoneItem&)> delete_filter;
  // Undo of a key's change also when somebody else has set the key since.
  bool ignore_remote_map_changes = false;
  // The time, for tests. Empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> now;
};

enum class UndoDirection { kUndo, kRedo };

// What an application keeps with a step, such as the selection to restore, by names of its own.
using UndoMeta = std::map<std::string, std::any, std::less<>>;

// Good during the callback.
struct UndoEvent {
  UndoDirection direction;  // the stack of the step
  UndoMeta& meta;
  // Of the transaction that made or changed the step; when popped the manager's own.
  const Origin& origin;
  // The types that changed and all that hold them.
  const std::vector<SharedType>& changed;
};

// One step on a stack: a copy of what it inserted and deleted, and the step's own notes.
struct UndoStep {
  DeleteSet insertions;
  DeleteSet deletions;
  UndoMeta& meta;  // good until the step leaves its stack
};

class UndoManager {
 public:
  // For edits of these types and what is in them.
  UndoManager(Doc& doc, std::vector<SharedType> scope, UndoOptions options = {});
  // For all edits of the document.
  explicit UndoManager(Doc& doc, UndoOptions options = {});
  ~UndoManager();
  UndoManager(UndoManager&&) noexcept;
  UndoManager& operator=(UndoManager&&) noexcept;

  // True when something changed. Steps that change nothing any more are passed over.
  bool Undo();
  bool Redo();
  bool CanUndo() const { return undo_steps() > 0; }
  bool CanRedo() const { return redo_steps() > 0; }
  size_t undo_steps() const;
  size_t redo_steps() const;
  // The step at `index` of a stack, 0 the oldest. REQUIRES: less than undo_steps() or redo_steps().
  UndoStep StepAt(UndoDirection direction, size_t index);
  // The next edit begins a new step.
  void StopCapturing();
  void Clear(bool undo_steps = true, bool redo_steps = true);

  void AddToScope(SharedType type);
  void AddWholeDocumentToScope();
  void AddTrackedOrigin(Origin origin);
  void RemoveTrackedOrigin(const Origin& origin);
  // That of the transactions in which the manager undoes and redoes.
  Origin origin() const;

  // A step was put on its stack; grew; was undone or redone.
  Subscription OnStepAdded(std::function<void(const UndoEvent&)> callback);
  Subscription OnStepUpdated(std::function<void(const UndoEvent&)> callback);
  Subscription OnStepPopped(std::function<void(const UndoEvent&)> callback);
  Subscription OnCleared(std::function<void(bool undo_steps, bool redo_steps)> callback);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace ypp

#endif  // YPP_CRDT_UNDO_MANAGER_H_
