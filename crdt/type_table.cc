#include "crdt/type_table.h"

namespace ypp::internal {

const MapEntry* MapEntries::Find(KeyIndex key) const {
  if (index_ == nullptr) {
    for (const MapEntry& entry : entries_) {
      if (entry.key == key) return &entry;
    }
    return nullptr;
  }
  const auto found = index_->find(key);
  return found == index_->end() ? nullptr : &entries_[found->second];
}

MapEntry& MapEntries::FindOrAdd(KeyIndex key) {
  if (MapEntry* found = Find(key)) return *found;
  entries_.push_back({key, ItemRef::kNone, ItemRef::kNone});
  if (index_ != nullptr) {
    index_->emplace(key, static_cast<uint32_t>(entries_.size() - 1));
  } else if (entries_.size() > kSmall) {
    index_ = std::make_unique<absl::flat_hash_map<KeyIndex, uint32_t>>();
    for (uint32_t i = 0; i < entries_.size(); ++i) index_->emplace(entries_[i].key, i);
  }
  return entries_.back();
}

TypeIndex TypeTable::Add(TypeKind kind, ItemRef item, KeyIndex name) {
  TypeIndex index;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    index = static_cast<TypeIndex>(records_.size());
    records_.emplace_back();
  }
  TypeRecord& record = records_[index];
  record.kind = kind;
  record.item = item;
  record.name = name;
  return index;
}

void TypeTable::Release(TypeIndex index) {
  const uint32_t generation = records_[index].generation + 1;
  records_[index] = TypeRecord();
  records_[index].generation = generation;
  free_.push_back(index);
}

TypeIndex TypeTable::FindRoot(KeyIndex name) const {
  const auto found = root_index_.find(name);
  return found == root_index_.end() ? kNoIndex : found->second;
}

TypeIndex TypeTable::FindOrAddRoot(KeyIndex name) {
  const auto found = root_index_.find(name);
  if (found != root_index_.end()) return found->second;
  const TypeIndex index = Add(TypeKind::kUntyped, ItemRef::kNone, name);
  root_index_.emplace(name, index);
  roots_.push_back(index);
  return index;
}

}  // namespace ypp::internal
