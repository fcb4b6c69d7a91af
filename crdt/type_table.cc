#include "crdt/type_table.h"

namespace ypp::internal {

const MapEntry* MapEntries::Find(KeyIndex key) const {
  if (size() <= kSmall) {
    for (const MapEntry& entry : *this) {
      if (entry.key == key) return &entry;
    }
    return nullptr;
  }
  const auto found = table_->index.find(key);
  return found == table_->index.end() ? nullptr : &table_->entries[found->second];
}

MapEntry& MapEntries::FindOrAdd(KeyIndex key) {
  if (MapEntry* found = Find(key)) return *found;
  if (table_ == nullptr) table_ = std::make_unique<Table>();
  std::vector<MapEntry>& entries = table_->entries;
  entries.push_back({key, ItemRef::kNone, ItemRef::kNone});
  if (entries.size() > kSmall) {
    for (size_t i = table_->index.size(); i < entries.size(); ++i) {
      table_->index.emplace(entries[i].key, static_cast<uint32_t>(i));
    }
  }
  return entries.back();
}

TypeIndex TypeTable::Add(TypeKind kind, ItemRef item, KeyIndex name) {
  TypeIndex index;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    index = static_cast<TypeIndex>(size_++);
    if (chunks_.size() * kChunkRecords < size_) {
      chunks_.push_back(std::make_unique<TypeRecord[]>(kChunkRecords));
    }
  }
  TypeRecord& record = (*this)[index];
  record.kind = kind;
  record.item = item;
  record.name = name;
  return index;
}

void TypeTable::Release(TypeIndex index) {
  TypeRecord& record = (*this)[index];
  const uint32_t generation = record.generation + 1;
  record = TypeRecord();
  record.generation = generation;
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
