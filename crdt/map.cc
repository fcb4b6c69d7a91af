#include "crdt/map.h"

#include <string>

#include "codec/utf.h"
#include "crdt/array.h"
#include "crdt/clone.h"
#include "crdt/edit.h"
#include "crdt/entries.h"
#include "crdt/insert_values.h"
#include "crdt/integrate.h"
#include "crdt/new_type.h"
#include "crdt/text.h"
#include "crdt/values.h"

namespace ypp {

using internal::DocState;
using internal::InsertionPoint;
using internal::MapEntry;
using internal::TransactionScope;

namespace {

template <typename Handle>
absl::StatusOr<Handle> As(const absl::StatusOr<SharedType>& type) {
  if (!type.ok()) return type.status();
  return Handle(*type);
}

}  // namespace

uint32_t Map::size() const { return internal::EntryCount(*this); }
bool Map::Has(std::string_view key) const { return internal::HasEntry(*this, key); }
Value Map::Get(std::string_view key) const { return internal::GetEntry(*this, key); }

void Map::ForEach(const std::function<void(std::string_view key, const Value&)>& visit) const {
  internal::ForEachEntry(*this, visit);
}

std::vector<std::string_view> Map::Keys() const {
  std::vector<std::string_view> keys;
  keys.reserve(size());
  ForEach([&](std::string_view key, const Value&) { keys.push_back(key); });
  return keys;
}

Entries Map::ToEntries() const {
  Entries entries;
  entries.reserve(size());
  ForEach([&](std::string_view key, const Value& value) { entries.emplace_back(key, value); });
  return entries;
}

Any Map::ToJson() const { return valid() ? internal::TypeToAny(*this, 0) : Any(Any::Object()); }
NewType Map::Clone() const { return valid() ? internal::CloneType(*this) : NewMap(); }

absl::Status Map::Set(std::string_view key, const Value& value) {
  return internal::PutEntry(*this, TypeKind::kMap, key, value);
}

absl::Status Map::Delete(std::string_view key) {
  return internal::RemoveEntry(*this, TypeKind::kMap, key);
}

absl::Status Map::Clear() {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kMap); !usable.ok())
    return usable;
  TransactionScope transaction(*state());
  for (const MapEntry& entry : record()->map) internal::Delete(*state(), entry.tail);
  return absl::OkStatus();
}

absl::StatusOr<SharedType> Map::SetType(std::string_view key, TypeKind kind) {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kMap); !usable.ok())
    return usable;
  if (!codec::IsValidUtf8(key)) return absl::InvalidArgumentError("key is not UTF-8");
  if (absl::Status nestable = internal::CheckNestable(kind); !nestable.ok()) return nestable;
  DocState& doc = *state();
  TransactionScope transaction(doc);
  InsertionPoint at = internal::PointAtKey(doc, index(), doc.strings.Intern(key));
  return internal::InsertNewType(doc, at, internal::EmptyType(kind));
}

absl::StatusOr<Map> Map::SetMap(std::string_view key) {
  return As<Map>(SetType(key, TypeKind::kMap));
}

absl::StatusOr<Text> Map::SetText(std::string_view key) {
  return As<Text>(SetType(key, TypeKind::kText));
}

absl::StatusOr<Array> Map::SetArray(std::string_view key) {
  return As<Array>(SetType(key, TypeKind::kArray));
}

}  // namespace ypp
