#include "crdt/event.h"

#include <algorithm>
#include <utility>

#include "crdt/changed_runs.h"
#include "crdt/changed_text.h"
#include "crdt/event_state.h"
#include "crdt/values.h"

namespace ypp {

namespace internal {

EventState::EventState(const ChangeSet& changes, const TransactionEvent& transaction,
                       ChangedType changed)
    : changes_(changes), transaction_(transaction), changed_(std::move(changed)) {}

SharedType EventState::target() const {
  DocState& doc = changes_.doc();
  return SharedType(&doc, changed_.type, doc.types[changed_.type].generation);
}

const std::vector<std::string>& EventState::keys_changed() {
  if (!keys_changed_) {
    keys_changed_.emplace();
    for (const KeyIndex key : changed_.keys) {
      keys_changed_->emplace_back(changes_.doc().strings[key]);
    }
  }
  return *keys_changed_;
}

const std::vector<KeyChange>& EventState::keys() {
  if (!keys_) ComputeKeys();
  return *keys_;
}

void EventState::ComputeKeys() {
  DocState& doc = changes_.doc();
  keys_.emplace();
  // What the key showed, or shows: the last element of the item.
  const auto value_of = [&](const Item& item) {
    return item.countable() ? ReadValue(doc, item, item.length - 1) : Value();
  };
  for (const KeyIndex key : changed_.keys) {
    const MapEntry* entry = doc.types[changed_.type].map.Find(key);
    if (entry == nullptr) continue;
    const Item* item = &doc.items[entry->tail];
    const Item* before = item;  // the value before the transaction, if it is there yet
    while (before != nullptr && changes_.Adds(before->id)) {
      before = before->left == ItemRef::kNone ? nullptr : &doc.items[before->left];
    }
    const bool is_new = before != item;
    const bool is_gone = changes_.Deletes(item->id);
    const bool had_value = before != nullptr && changes_.Deletes(before->id);
    const std::string name(doc.strings[key]);
    if (is_gone && had_value) {
      keys_->push_back({name, KeyAction::kDelete, value_of(*before)});
    } else if (is_new && !is_gone && had_value) {
      keys_->push_back({name, KeyAction::kUpdate, value_of(*before)});
    } else if (is_new && !is_gone) {
      keys_->push_back({name, KeyAction::kAdd, Value()});
    }
  }
}

const ListDelta& EventState::list_delta() {
  if (!list_delta_) ComputeList();
  return *list_delta_;
}

const IdRanges& EventState::added() {
  list_delta();
  return added_;
}

const IdRanges& EventState::deleted() {
  list_delta();
  return deleted_;
}

void EventState::ComputeList() {
  DocState& doc = changes_.doc();
  list_delta_.emplace();
  const TypeRecord& type = doc.types[changed_.type];
  if (!changed_.sequence || IsA(type.kind, TypeKind::kText)) return;
  ListDelta& delta = *list_delta_;
  const auto step = [&](DeltaAction action) -> ListStep& {
    if (delta.empty() || delta.back().action != action) delta.push_back({action, {}, 0});
    return delta.back();
  };
  const auto visit = [&](ItemRef ref) {
    const Item& item = doc.items[ref];
    const Id id = doc.clients.Global(item.id);
    // An element that was pushed may have joined the item before it already.
    const Clock first_new = changes_.FirstNew(item.id.client);
    const Clock old_length =
        first_new <= item.id.clock ? 0 : std::min(item.length, first_new - item.id.clock);
    if (item.deleted()) {
      if (old_length == 0 || !changes_.Deletes(item.id)) return;
      step(DeltaAction::kDelete).length += old_length;
      deleted_.Add(id.client, {id.clock, old_length});
    } else {
      if (old_length > 0) step(DeltaAction::kRetain).length += old_length;
      if (old_length == item.length) return;
      // Formats, which only a broken peer puts into an array, have a length but no value.
      ListStep& insert = step(DeltaAction::kInsert);
      for (Clock i = old_length; i < item.length && item.countable(); ++i) {
        insert.insert.push_back(ReadValue(doc, item, i));
      }
      added_.Add(id.client, {id.clock + old_length, item.length - old_length});
    }
  };
  const auto retain = [&](Clock length) { step(DeltaAction::kRetain).length += length; };
  ForEachChange(changes_, changed_.type, retain, visit);
  if (!delta.empty() && delta.back().action == DeltaAction::kRetain) delta.pop_back();
  added_.Normalize();
  deleted_.Normalize();
}

const TextDelta& EventState::text_delta() {
  if (!text_delta_) {
    const bool is_text = IsA(changes_.doc().types[changed_.type].kind, TypeKind::kText);
    text_delta_ = is_text ? ChangeOfText(changes_, changed_.type) : TextDelta();
  }
  return *text_delta_;
}

EventPath PathFromTo(DocState& doc, TypeIndex ancestor, TypeIndex type) {
  EventPath path;
  while (type != ancestor && !doc.types[type].is_root()) {
    const ItemRef ref = doc.types[type].item;
    const Item& item = doc.items[ref];
    if (item.in_sequence()) {
      path.emplace_back(doc.IndexOf(ref));
    } else {
      path.emplace_back(std::string(doc.strings[item.key]));
    }
    type = item.parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace internal

SharedType Event::target() const { return state_->target(); }

EventPath Event::path() const {
  return internal::PathFromTo(state_->changes().doc(), current_target_.index(), state_->type());
}

const TransactionEvent& Event::transaction() const { return state_->transaction(); }
bool Event::child_list_changed() const { return state_->sequence_changed(); }
const std::vector<std::string>& Event::keys_changed() const { return state_->keys_changed(); }
const std::vector<KeyChange>& Event::keys() const { return state_->keys(); }
const ListDelta& Event::delta() const { return state_->list_delta(); }
const TextDelta& Event::text_delta() const { return state_->text_delta(); }
const IdRanges& Event::added() const { return state_->added(); }
const IdRanges& Event::deleted() const { return state_->deleted(); }

bool Event::Adds(const Id& id) const {
  const internal::ChangeSet& changes = state_->changes();
  const internal::LocalId local = changes.doc().clients.Local(id);
  return local.exists() && changes.Adds(local);
}

bool Event::Deletes(const Id& id) const {
  const internal::ChangeSet& changes = state_->changes();
  const internal::LocalId local = changes.doc().clients.Local(id);
  return local.exists() && changes.Deletes(local);
}

}  // namespace ypp
