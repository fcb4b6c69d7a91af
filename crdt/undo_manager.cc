#include "crdt/undo_manager.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "crdt/callback_list.h"
#include "crdt/doc_state.h"
#include "crdt/integrate.h"
#include "crdt/redo_item.h"
#include "crdt/redone.h"
#include "crdt/undo_ranges.h"

namespace ypp {

using internal::DocState;
using internal::Item;
using internal::ItemRef;
using internal::TypeIndex;
using internal::UndoRanges;
using Time = std::chrono::steady_clock::time_point;

namespace {

struct Step {
  UndoRanges insertions;
  UndoRanges deletions;
  UndoMeta meta;
};

using Stack = std::vector<std::unique_ptr<Step>>;

}  // namespace

class UndoManager::State {
 public:
  State(Doc& doc, bool whole_document, std::vector<SharedType> scope, UndoOptions options)
      : doc_(*doc.state()),
        whole_document_(whole_document),
        scope_(std::move(scope)),
        options_(std::move(options)),
        on_after_transaction_(
            doc.OnAfterTransaction([this](const TransactionEvent& e) { Capture(e); })) {}

  bool Pop(UndoDirection direction);
  void Clear(bool undo_steps, bool redo_steps);
  Origin origin() const { return Origin(static_cast<const void*>(this)); }
  Stack& StackOf(UndoDirection direction) {
    return direction == UndoDirection::kUndo ? undo_ : redo_;
  }

  bool whole_document() const { return whole_document_; }

  DocState& doc_;
  bool whole_document_;
  std::vector<SharedType> scope_;
  UndoOptions options_;
  Stack undo_;
  Stack redo_;
  std::optional<Time> last_change_;  // unless the next one begins a new step
  internal::CallbackList<const UndoEvent&> on_added_;
  internal::CallbackList<const UndoEvent&> on_updated_;
  internal::CallbackList<const UndoEvent&> on_popped_;
  internal::CallbackList<bool, bool> on_cleared_;

 private:
  Time Now() const { return options_.now ? options_.now() : std::chrono::steady_clock::now(); }

  void Capture(const TransactionEvent& event);
  bool Tracks(const Origin& origin) const;
  bool InScope(TypeIndex type) const;
  bool InScope(ItemRef item) const { return whole_document_ || InScope(doc_.items[item].parent); }
  bool Revert(Step& step);
  bool MayDelete(ItemRef item) const;
  void Release(Stack& stack);

  std::optional<UndoDirection> popping_;
  std::unique_ptr<Step> popped_;
  std::vector<SharedType> popped_changes_;
  Subscription on_after_transaction_;
};

bool UndoManager::State::Tracks(const Origin& origin) const {
  return origin == this->origin() ||
         std::find(options_.tracked_origins.begin(), options_.tracked_origins.end(), origin) !=
             options_.tracked_origins.end();
}

bool UndoManager::State::InScope(TypeIndex type) const {
  for (;;) {
    const internal::TypeRecord& record = doc_.types[type];
    const SharedType handle(&doc_, type, record.generation);
    if (std::find(scope_.begin(), scope_.end(), handle) != scope_.end()) return true;
    if (record.is_root()) return false;
    type = doc_.items[record.item].parent;
  }
}

void UndoManager::State::Capture(const TransactionEvent& event) {
  const bool own = event.origin == origin();
  if (options_.capture_transaction && !options_.capture_transaction(event)) return;
  if (!Tracks(event.origin)) return;
  if (!whole_document_ &&
      std::none_of(event.changed.begin(), event.changed.end(),
                   [&](const SharedType& type) { return type.live() && InScope(type.index()); })) {
    return;
  }
  const std::vector<SharedType> changed = event.ChangedParents();
  if (own && popping_) popped_changes_ = changed;

  const UndoDirection direction =
      popping_ == UndoDirection::kUndo ? UndoDirection::kRedo : UndoDirection::kUndo;
  if (popping_ == UndoDirection::kUndo) {
    last_change_.reset();
  } else if (!popping_) {
    Clear(false, true);
  }
  Stack& stack = StackOf(direction);
  const Time now = Now();
  const bool joins =
      last_change_ && now - *last_change_ < options_.capture_timeout && !stack.empty() && !popping_;
  if (!joins) stack.push_back(std::make_unique<Step>());
  Step& step = *stack.back();
  const internal::TransactionState& transaction = event.state();
  std::vector<internal::TouchedClient> touched = transaction.touched;
  std::sort(touched.begin(), touched.end(),
            [](const auto& a, const auto& b) { return a.client < b.client; });
  for (const internal::TouchedClient& client : touched) {
    if (client.after > client.before)
      step.insertions.Add({client.client, client.before}, client.after - client.before);
  }
  UndoRanges deletions;
  for (const internal::ClientIndex client : transaction.delete_clients)
    step.deletions.AddClient(client);
  for (const internal::DeletedRange& range : transaction.deletes) {
    step.deletions.Add(range.id, range.length);
    deletions.Add(range.id, range.length);
  }
  if (!popping_) last_change_ = now;
  deletions.ForEachItem(doc_, [&](ItemRef item) {
    if (InScope(item)) internal::SetKeep(doc_, item, true);
  });
  const UndoEvent undo_event = {direction, step.meta, event.origin, changed};
  (joins ? on_updated_ : on_added_).Call(undo_event);
}

bool UndoManager::State::MayDelete(ItemRef ref) const {
  if (!options_.delete_filter) return true;
  const Item& item = doc_.items[ref];
  const auto handle = [&](TypeIndex type) {
    return SharedType(&doc_, type, doc_.types[type].generation);
  };
  UndoneItem undone = {doc_.clients.Global(item.id), item.length, handle(item.parent), {}, {}};
  if (!item.in_sequence()) undone.key = doc_.strings[item.key];
  if (item.kind == codec::StructKind::kType) undone.type = handle(item.content);
  return options_.delete_filter(undone);
}

bool UndoManager::State::Revert(Step& step) {
  step.insertions.Normalize();
  step.deletions.Normalize();
  std::vector<ItemRef> to_delete;
  step.insertions.ForEachItem(doc_, [&](ItemRef item) {
    if (internal::RedoneOf(doc_, doc_.items[item]).exists()) {
      const internal::UnitPlace place = internal::FollowRedone(doc_, doc_.items[item].id);
      if (place.item == ItemRef::kGc) return;
      item = place.offset > 0 ? doc_.Split(place.item, place.offset) : place.item;
    }
    if (!doc_.items[item].deleted() && InScope(item)) to_delete.push_back(item);
  });
  std::vector<ItemRef> to_redo;
  step.deletions.ForEachItem(doc_, [&](ItemRef item) {
    // What the step inserted itself was deleted within it, and nobody ever saw it.
    if (InScope(item) && !step.insertions.Contains(doc_.items[item].id)) to_redo.push_back(item);
  });

  for (const std::unique_ptr<Step>& other : undo_) other->deletions.Normalize();
  for (const std::unique_ptr<Step>& other : redo_) other->deletions.Normalize();
  const auto deleted_by = [](const Stack& stack, internal::LocalId id) {
    return std::any_of(stack.begin(), stack.end(),
                       [&](const auto& s) { return s->deletions.Contains(id); });
  };
  const absl::flat_hash_set<ItemRef> items(to_redo.begin(), to_redo.end());
  const internal::RedoContext context = {items,
                                         [&](internal::LocalId id) {
                                           return step.insertions.Contains(id) ||
                                                  deleted_by(undo_, id) || deleted_by(redo_, id);
                                         },
                                         options_.ignore_remote_map_changes};
  bool changed = false;
  for (const ItemRef item : to_redo) {
    if (internal::RedoItem(doc_, item, context) != ItemRef::kNone) changed = true;
  }
  // Backwards, so that the filter sees children before the types that hold them go.
  for (size_t i = to_delete.size(); i-- > 0;) {
    if (!MayDelete(to_delete[i])) continue;
    internal::Delete(doc_, to_delete[i]);
    changed = true;
  }
  return changed;
}

bool UndoManager::State::Pop(UndoDirection direction) {
  Stack& stack = StackOf(direction);
  popping_ = direction;
  popped_changes_.clear();
  const Origin itself = origin();
  doc_.Begin(&itself, /*local=*/true);
  while (!stack.empty() && popped_ == nullptr) {
    std::unique_ptr<Step> step = std::move(stack.back());
    stack.pop_back();
    if (Revert(*step)) popped_ = std::move(step);
  }
  doc_.End();
  popping_.reset();
  const std::unique_ptr<Step> step = std::move(popped_);
  if (step == nullptr) return false;
  on_popped_.Call({direction, step->meta, origin(), popped_changes_});
  return true;
}

void UndoManager::State::Release(Stack& stack) {
  for (const std::unique_ptr<Step>& step : stack) {
    step->deletions.Normalize();
    step->deletions.ForEachItem(doc_, [&](ItemRef item) {
      if (InScope(item)) internal::SetKeep(doc_, item, false);
    });
  }
  stack.clear();
}

void UndoManager::State::Clear(bool undo_steps, bool redo_steps) {
  if (!(undo_steps && !undo_.empty()) && !(redo_steps && !redo_.empty())) return;
  internal::TransactionScope transaction(doc_);
  if (undo_steps) Release(undo_);
  if (redo_steps) Release(redo_);
  on_cleared_.Call(undo_steps, redo_steps);
}

UndoManager::UndoManager(Doc& doc, std::vector<SharedType> scope, UndoOptions options)
    : state_(std::make_unique<State>(doc, false, std::move(scope), std::move(options))) {}
UndoManager::UndoManager(Doc& doc, UndoOptions options)
    : state_(std::make_unique<State>(doc, true, std::vector<SharedType>(), std::move(options))) {}
UndoManager::~UndoManager() = default;
UndoManager::UndoManager(UndoManager&&) noexcept = default;
UndoManager& UndoManager::operator=(UndoManager&&) noexcept = default;

bool UndoManager::Undo() { return state_->Pop(UndoDirection::kUndo); }
bool UndoManager::Redo() { return state_->Pop(UndoDirection::kRedo); }
size_t UndoManager::undo_steps() const { return state_->undo_.size(); }
size_t UndoManager::redo_steps() const { return state_->redo_.size(); }
UndoStep UndoManager::StepAt(UndoDirection direction, size_t index) {
  Step& step = *state_->StackOf(direction)[index];
  return {step.insertions.ToDeleteSet(state_->doc_), step.deletions.ToDeleteSet(state_->doc_),
          step.meta};
}
void UndoManager::StopCapturing() { state_->last_change_.reset(); }
void UndoManager::Clear(bool undo_steps, bool redo_steps) { state_->Clear(undo_steps, redo_steps); }

void UndoManager::AddToScope(SharedType type) {
  auto& scope = state_->scope_;
  if (std::find(scope.begin(), scope.end(), type) == scope.end()) scope.push_back(type);
}
void UndoManager::AddWholeDocumentToScope() { state_->whole_document_ = true; }
void UndoManager::AddTrackedOrigin(Origin origin) {
  state_->options_.tracked_origins.push_back(std::move(origin));
}
void UndoManager::RemoveTrackedOrigin(const Origin& origin) {
  std::erase(state_->options_.tracked_origins, origin);
}
Origin UndoManager::origin() const { return state_->origin(); }

Subscription UndoManager::OnStepAdded(std::function<void(const UndoEvent&)> callback) {
  return state_->on_added_.Add(std::move(callback));
}
Subscription UndoManager::OnStepUpdated(std::function<void(const UndoEvent&)> callback) {
  return state_->on_updated_.Add(std::move(callback));
}
Subscription UndoManager::OnStepPopped(std::function<void(const UndoEvent&)> callback) {
  return state_->on_popped_.Add(std::move(callback));
}
Subscription UndoManager::OnCleared(std::function<void(bool, bool)> callback) {
  return state_->on_cleared_.Add(std::move(callback));
}

}  // namespace ypp
