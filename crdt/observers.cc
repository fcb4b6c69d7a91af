#include "crdt/observers.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "crdt/doc_state.h"
#include "crdt/event.h"
#include "crdt/event_state.h"
#include "crdt/transaction_event.h"
#include "crdt/values.h"

namespace ypp::internal {

TypeObservers& Observers::FindOrAdd(TypeIndex type, uint32_t generation) {
  *ever_used_ = true;
  std::unique_ptr<TypeObservers>& observers = types_[type];
  if (observers == nullptr || observers->generation != generation) {
    observers = std::make_unique<TypeObservers>();
    observers->generation = generation;
  }
  return *observers;
}

const TypeObservers* Observers::Find(TypeIndex type, uint32_t generation) const {
  const auto found = types_.find(type);
  if (found == types_.end() || found->second->generation != generation) return nullptr;
  return found->second.get();
}

void Observers::Clear() {
  for (auto& [type, observers] : types_) {
    observers->own.Clear();
    observers->deep.Clear();
  }
}

namespace {

std::vector<ChangedType> GroupByType(const std::vector<ChangedKey>& changed) {
  std::vector<ChangedType> types;
  absl::flat_hash_map<TypeIndex, size_t> places;
  absl::flat_hash_set<std::pair<TypeIndex, KeyIndex>> seen;
  for (const ChangedKey one : changed) {
    const auto [place, is_new] = places.try_emplace(one.type, types.size());
    if (is_new) types.push_back({one.type, false, {}});
    ChangedType& type = types[place->second];
    if (one.key == kNoIndex) {
      type.sequence = true;
    } else if (seen.insert({one.type, one.key}).second) {
      type.keys.push_back(one.key);
    }
  }
  return types;
}

bool IsDeleted(const DocState& doc, TypeIndex type) {
  const TypeRecord& record = doc.types[type];
  return !record.is_root() && doc.items[record.item].deleted();
}

const TypeObservers* ObserversOf(const DocState& doc, TypeIndex type) {
  return doc.observers.Find(type, doc.types[type].generation);
}

// Finds the observed types above others, and how deep those lie, looking at each type once.
class Ancestry {
 public:
  struct Entry {
    // The nearest type with deep observers: itself or one that holds it.
    TypeIndex observed = kNoIndex;
    uint32_t depth = 0;
  };

  explicit Ancestry(const DocState& doc) : doc_(doc) {}

  Entry Of(TypeIndex type) {
    std::vector<TypeIndex> path;
    Entry above;
    while (true) {
      if (const auto found = known_.find(type); found != known_.end()) {
        above = found->second;
        break;
      }
      path.push_back(type);
      if (doc_.types[type].is_root()) break;
      type = ParentOf(type);
    }
    for (size_t i = path.size(); i-- > 0;) {
      const TypeObservers* observers = ObserversOf(doc_, path[i]);
      if (observers != nullptr && !observers->deep.empty()) above.observed = path[i];
      ++above.depth;
      known_.emplace(path[i], above);
    }
    return above;
  }
  // The next one with deep observers above an observed type.
  TypeIndex ObservedAbove(TypeIndex type) {
    return doc_.types[type].is_root() ? kNoIndex : Of(ParentOf(type)).observed;
  }

 private:
  TypeIndex ParentOf(TypeIndex type) const { return doc_.items[doc_.types[type].item].parent; }

  const DocState& doc_;
  absl::flat_hash_map<TypeIndex, Entry> known_;
};

struct DeepCall {
  TypeIndex type;
  std::vector<EventState*> events;
};

void CallDeep(DocState& doc, const DeepCall& call, Ancestry& ancestry) {
  const TypeObservers* observers = ObserversOf(doc, call.type);
  if (observers == nullptr) return;
  // Other callbacks may have deleted what changed.
  std::vector<EventState*> states;
  std::copy_if(call.events.begin(), call.events.end(), std::back_inserter(states),
               [&](const EventState* state) { return !IsDeleted(doc, state->type()); });
  std::stable_sort(states.begin(), states.end(), [&](const EventState* a, const EventState* b) {
    return ancestry.Of(a->type()).depth < ancestry.Of(b->type()).depth;
  });
  const SharedType current_target(&doc, call.type, doc.types[call.type].generation);
  std::vector<Event> events;
  for (EventState* state : states) events.emplace_back(*state, current_target);
  observers->deep.Call(events);
}

void CallDeepObservers(DocState& doc, std::deque<EventState>& states) {
  Ancestry ancestry(doc);
  std::vector<DeepCall> calls;  // in the order in which the types first got an event
  absl::flat_hash_map<TypeIndex, size_t> places;
  for (EventState& state : states) {
    for (TypeIndex type = ancestry.Of(state.type()).observed; type != kNoIndex;
         type = ancestry.ObservedAbove(type)) {
      const auto [place, is_new] = places.try_emplace(type, calls.size());
      if (is_new) calls.push_back({type, {}});
      calls[place->second].events.push_back(&state);
    }
  }
  std::erase_if(calls, [&](const DeepCall& call) { return IsDeleted(doc, call.type); });
  for (const DeepCall& call : calls) CallDeep(doc, call, ancestry);
}

}  // namespace

bool ChangedFormattedText(const DocState& doc, const TransactionState& transaction) {
  if (transaction.local) return false;
  for (const ChangedKey changed : transaction.changed) {
    const TypeRecord& type = doc.types[changed.type];
    if (type.has_formatting && IsA(type.kind, TypeKind::kText) && !IsDeleted(doc, changed.type))
      return true;
  }
  return false;
}

bool CallObservers(DocState& doc, const TransactionEvent& transaction) {
  if (doc.observers.empty()) return ChangedFormattedText(doc, transaction.state());
  bool clean_up = false;
  const ChangeSet changes(doc, transaction.state());
  std::deque<EventState> states;  // never move
  for (ChangedType& changed : GroupByType(transaction.state().changed)) {
    const TypeIndex index = changed.type;
    if (doc.types[index].kind == TypeKind::kUntyped || IsDeleted(doc, index)) continue;
    EventState& state = states.emplace_back(changes, transaction, std::move(changed));
    if (const TypeObservers* observers = ObserversOf(doc, index)) {
      observers->own.Call(Event(state, state.target()));
    }
    const TypeRecord& type = doc.types[index];
    clean_up |= !transaction.local && type.has_formatting && IsA(type.kind, TypeKind::kText);
  }
  CallDeepObservers(doc, states);
  return clean_up;
}

}  // namespace ypp::internal
