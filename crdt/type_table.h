// The shared types of a document: what each holds, and the roots by name.
#ifndef YPP_CRDT_TYPE_TABLE_H_
#define YPP_CRDT_TYPE_TABLE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "crdt/item.h"
#include "crdt/shared_type.h"

namespace ypp::internal {

// The values of one key form a chain of items; the last one is current (and may be deleted: the key
// is then absent).
struct MapEntry {
  KeyIndex key = kNoIndex;
  ItemRef head = ItemRef::kNone;
  ItemRef tail = ItemRef::kNone;
};

// The keys of one type, in the order in which they first came.
class MapEntries {
 public:
  MapEntry* Find(KeyIndex key) {
    return const_cast<MapEntry*>(static_cast<const MapEntries*>(this)->Find(key));
  }
  const MapEntry* Find(KeyIndex key) const;
  MapEntry& FindOrAdd(KeyIndex key);

  bool empty() const { return table_ == nullptr; }
  size_t size() const { return empty() ? 0 : table_->entries.size(); }
  // Keys whose current value is not deleted. Whoever deletes or sets one counts.
  uint32_t live() const { return empty() ? 0 : table_->live; }
  void CountOneMore() { ++table_->live; }
  void CountOneLess() { --table_->live; }
  MapEntry* begin() { return empty() ? nullptr : table_->entries.data(); }
  MapEntry* end() { return begin() + size(); }
  const MapEntry* begin() const { return empty() ? nullptr : table_->entries.data(); }
  const MapEntry* end() const { return begin() + size(); }

 private:
  // Up to here a walk over the entries is faster than a hash table, and most maps stay below.
  static constexpr size_t kSmall = 12;

  struct Table {
    std::vector<MapEntry> entries;
    absl::flat_hash_map<KeyIndex, uint32_t> index;  // empty while there are few
    uint32_t live = 0;
  };
  // None without keys: most types are lists, and a record should be small.
  std::unique_ptr<Table> table_;
};

struct TypeRecord {
  TypeKind kind = TypeKind::kUntyped;
  bool has_formatting = false;    // a format was put into it, maybe long ago, since it has its kind
  bool ever_formatted = false;    // the same, also before it had its kind
  uint32_t generation = 0;        // rises when the record is used for another type
  uint64_t changed_in = 0;        // number of the transaction that changed its sequence last
  ItemRef item = ItemRef::kNone;  // the item that holds it; none for a root
  KeyIndex name = kNoIndex;       // of a root, an element or a hook
  ItemRef start = ItemRef::kNone;  // the sequence
  ItemRef tail = ItemRef::kNone;
  Clock length = 0;          // of the visible part of the sequence
  uint32_t tree = kNoIndex;  // root node of its position tree, once there is one
  MapEntries map;

  bool is_root() const { return item == ItemRef::kNone; }
};
// An update may make one of every four of its bytes.
static_assert(sizeof(TypeRecord) <= 48);

class TypeTable {
 public:
  TypeIndex Add(TypeKind kind, ItemRef item, KeyIndex name);
  // The type was collected: its record waits for another use, and handles to it go stale.
  void Release(TypeIndex index);

  TypeRecord& operator[](TypeIndex index) { return *Locate(index); }
  const TypeRecord& operator[](TypeIndex index) const { return *Locate(index); }
  size_t size() const { return size_; }
  // nullptr when the record is used for another type by now.
  TypeRecord* Find(TypeIndex index, uint32_t generation) {
    if (index >= size_) return nullptr;
    TypeRecord* const record = Locate(index);
    return record->generation == generation ? record : nullptr;
  }

  // kNoIndex when there is no such root.
  TypeIndex FindRoot(KeyIndex name) const;
  TypeIndex FindOrAddRoot(KeyIndex name);
  // In the order in which they came to be.
  const std::vector<TypeIndex>& roots() const { return roots_; }

 private:
  static constexpr uint32_t kChunkBits = 4;  // small, since most documents have a handful of types
  static constexpr uint32_t kChunkRecords = 1u << kChunkBits;

  TypeRecord* Locate(TypeIndex index) const {
    return &chunks_[index >> kChunkBits][index & (kChunkRecords - 1)];
  }

  std::vector<std::unique_ptr<TypeRecord[]>> chunks_;  // so that no record ever moves
  size_t size_ = 0;
  std::vector<TypeIndex> free_;
  std::vector<TypeIndex> roots_;
  absl::flat_hash_map<KeyIndex, TypeIndex> root_index_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_TYPE_TABLE_H_
