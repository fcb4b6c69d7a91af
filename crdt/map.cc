#include "crdt/map.h"

#include "codec/utf.h"
#include "crdt/array.h"
#include "crdt/check_values.h"
#include "crdt/edit.h"
#include "crdt/insert_values.h"
#include "crdt/integrate.h"
#include "crdt/text.h"
#include "crdt/value.h"
#include "crdt/values.h"

namespace ypp {

using internal::DocState;
using internal::InsertionPoint;
using internal::Item;
using internal::ItemRef;
using internal::KeyIndex;
using internal::MapEntry;
using internal::TransactionScope;

namespace {

// The item of the key's current value, or nullptr when it has none.
const Item* CurrentItem(const DocState& doc, const MapEntry* entry) {
  if (entry == nullptr) return nullptr;
  const Item& item = doc.items[entry->tail];
  return item.deleted() ? nullptr : &item;
}

const MapEntry* EntryOf(const DocState& doc, const internal::TypeRecord& type, std::string_view key) {
  const KeyIndex index = doc.strings.Find(key);
  return index == internal::kNoIndex ? nullptr : type.map.Find(index);
}

absl::Status CheckSet(const Map& map, std::string_view key) {
  if (absl::Status usable = internal::CheckUsable(map, TypeKind::kMap); !usable.ok()) return usable;
  if (!codec::IsValidUtf8(key)) return absl::InvalidArgumentError("key is not UTF-8");
  return absl::OkStatus();
}

}  // namespace

uint32_t Map::size() const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return 0;
  uint32_t size = 0;
  for (const MapEntry& entry : type->map) {
    if (CurrentItem(*state(), &entry) != nullptr) ++size;
  }
  return size;
}

bool Map::Has(std::string_view key) const {
  const internal::TypeRecord* type = record();
  return type != nullptr && CurrentItem(*state(), EntryOf(*state(), *type, key)) != nullptr;
}

Value Map::Get(std::string_view key) const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return Value();
  const Item* item = CurrentItem(*state(), EntryOf(*state(), *type, key));
  if (item == nullptr || !item->countable()) return Value();
  // A key shows the last element of its item, should a peer have packed several into one.
  return internal::ReadValue(*state(), *item, item->length - 1);
}

void Map::ForEach(const std::function<void(std::string_view key, const Value&)>& visit) const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return;
  DocState& doc = *state();
  for (const MapEntry& entry : type->map) {
    const Item* item = CurrentItem(doc, &entry);
    if (item == nullptr || !item->countable()) continue;
    visit(doc.strings[entry.key], internal::ReadValue(doc, *item, item->length - 1));
  }
}

std::vector<std::string_view> Map::Keys() const {
  std::vector<std::string_view> keys;
  const internal::TypeRecord* type = record();
  if (type == nullptr) return keys;
  for (const MapEntry& entry : type->map) {
    if (CurrentItem(*state(), &entry) != nullptr) keys.push_back(state()->strings[entry.key]);
  }
  return keys;
}

Any Map::ToJson() const { return valid() ? internal::TypeToAny(*this, 0) : Any(Any::Object()); }

absl::Status Map::Set(std::string_view key, const Value& value) {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kMap); !usable.ok()) return usable;
  if (absl::Status status = internal::CheckEntry(*state(), key, value); !status.ok()) return status;
  TransactionScope transaction(*state());
  internal::SetEntry(*state(), index(), key, value);
  return absl::OkStatus();
}

absl::Status Map::Delete(std::string_view key) {
  if (absl::Status status = CheckSet(*this, key); !status.ok()) return status;
  const MapEntry* entry = EntryOf(*state(), *record(), key);
  if (CurrentItem(*state(), entry) == nullptr) return absl::OkStatus();
  TransactionScope transaction(*state());
  internal::Delete(*state(), entry->tail);
  return absl::OkStatus();
}

absl::Status Map::Clear() {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kMap); !usable.ok()) return usable;
  TransactionScope transaction(*state());
  for (const MapEntry& entry : record()->map) internal::Delete(*state(), entry.tail);
  return absl::OkStatus();
}

absl::StatusOr<SharedType> Map::SetType(std::string_view key, TypeKind kind) {
  if (absl::Status status = CheckSet(*this, key); !status.ok()) return status;
  if (absl::Status nestable = internal::CheckNestable(kind); !nestable.ok()) return nestable;
  DocState& doc = *state();
  TransactionScope transaction(doc);
  InsertionPoint at = internal::PointAtKey(doc, index(), doc.strings.Intern(key));
  return internal::InsertNewType(doc, at, {kind, {}, {}, {}, {}});
}

absl::StatusOr<Map> Map::SetMap(std::string_view key) {
  absl::StatusOr<SharedType> type = SetType(key, TypeKind::kMap);
  if (!type.ok()) return type.status();
  return Map(*type);
}

absl::StatusOr<Text> Map::SetText(std::string_view key) {
  absl::StatusOr<SharedType> type = SetType(key, TypeKind::kText);
  if (!type.ok()) return type.status();
  return Text(*type);
}

absl::StatusOr<Array> Map::SetArray(std::string_view key) {
  absl::StatusOr<SharedType> type = SetType(key, TypeKind::kArray);
  if (!type.ok()) return type.status();
  return Array(*type);
}

}  // namespace ypp
