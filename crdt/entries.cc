#include "crdt/entries.h"

#include <string>
#include <utility>
#include <vector>

#include "codec/property_order.h"
#include "codec/utf.h"
#include "crdt/check_values.h"
#include "crdt/edit.h"
#include "crdt/insert_values.h"
#include "crdt/integrate.h"
#include "crdt/values.h"

namespace ypp::internal {

namespace {

const MapEntry* FindEntry(const SharedType& type, std::string_view key) {
  const TypeRecord* record = type.record();
  if (record == nullptr) return nullptr;
  const KeyIndex index = type.state()->strings.Find(key);
  return index == kNoIndex ? nullptr : record->map.Find(index);
}

// The item of the current value, or nullptr when the key has none.
const Item* CurrentItem(const DocState& doc, const MapEntry* entry) {
  if (entry == nullptr) return nullptr;
  const Item& item = doc.items[entry->tail];
  return item.deleted() ? nullptr : &item;
}

// A key shows the last element of its item, should a peer have packed several into one.
Value CurrentValue(DocState& doc, const Item& item) {
  return ReadValue(doc, item, item.length - 1);
}

}  // namespace

uint32_t EntryCount(const SharedType& type) {
  const TypeRecord* record = type.record();
  return record == nullptr ? 0 : record->map.live();
}

bool HasEntry(const SharedType& type, std::string_view key) {
  const MapEntry* entry = FindEntry(type, key);
  return entry != nullptr && CurrentItem(*type.state(), entry) != nullptr;
}

Value GetEntry(const SharedType& type, std::string_view key) {
  const MapEntry* entry = FindEntry(type, key);
  if (entry == nullptr) return Value();
  const Item* item = CurrentItem(*type.state(), entry);
  return item == nullptr ? Value() : CurrentValue(*type.state(), *item);
}

void ForEachEntry(const SharedType& type,
                  const std::function<void(std::string_view key, const Value&)>& visit) {
  const TypeRecord* record = type.record();
  if (record == nullptr) return;
  DocState& doc = *type.state();
  for (const MapEntry& entry : record->map) {
    const Item* item = CurrentItem(doc, &entry);
    if (item != nullptr) visit(doc.strings[entry.key], CurrentValue(doc, *item));
  }
}

Entries EntriesAsProperties(const SharedType& type) {
  Entries entries;
  std::vector<std::string_view> keys;
  ForEachEntry(type, [&](std::string_view key, const Value& value) {
    entries.emplace_back(std::string(key), value);
    keys.push_back(key);
  });
  if (codec::InPropertyOrder(keys)) return entries;
  Entries ordered;
  ordered.reserve(entries.size());
  for (const size_t i : codec::PropertyOrder(keys)) ordered.push_back(std::move(entries[i]));
  return ordered;
}

absl::Status PutEntry(const SharedType& type, TypeKind base, std::string_view key,
                      const Value& value) {
  if (absl::Status usable = CheckUsable(type, base); !usable.ok()) return usable;
  if (absl::Status status = CheckEntry(*type.state(), key, value); !status.ok()) return status;
  TransactionScope transaction(*type.state());
  SetEntry(*type.state(), type.index(), key, value);
  return absl::OkStatus();
}

absl::Status RemoveEntry(const SharedType& type, TypeKind base, std::string_view key) {
  if (absl::Status usable = CheckUsable(type, base); !usable.ok()) return usable;
  if (!codec::IsValidUtf8(key)) return absl::InvalidArgumentError("key is not UTF-8");
  const MapEntry* entry = FindEntry(type, key);
  if (CurrentItem(*type.state(), entry) == nullptr) return absl::OkStatus();
  TransactionScope transaction(*type.state());
  Delete(*type.state(), entry->tail);
  return absl::OkStatus();
}

}  // namespace ypp::internal
