#include "crdt/format_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/property_order.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

namespace {

Any Decode(std::string_view value) {
  codec::ByteReader in(codec::AsBytes(value));
  return codec::ReadAny(in);
}

bool IsPrimitive(const Any& value) {
  return value.if_object() == nullptr && value.if_array() == nullptr && value.if_bytes() == nullptr;
}

bool IsComposite(std::string_view value) {
  constexpr char kBytesTag = 116;
  constexpr char kArrayTag = 117;
  constexpr char kObjectTag = 118;
  return value[0] == kBytesTag || value[0] == kArrayTag || value[0] == kObjectTag;
}

bool IdenticalPrimitives(const Any& a, const Any& b) {
  if (!IsPrimitive(a) || !IsPrimitive(b)) return false;
  return a == b;  // NaN is not equal to itself, here as there
}

// The members of an object, array or byte string, by property name.
std::vector<std::pair<std::string, Any>> MembersOf(const Any& value) {
  if (const Any::Object* object = value.if_object()) return *object;
  std::vector<std::pair<std::string, Any>> members;
  if (const Any::Array* array = value.if_array()) {
    for (const Any& element : *array) members.emplace_back(std::to_string(members.size()), element);
  } else if (const Any::ByteString* bytes = value.if_bytes()) {
    for (const char byte : bytes->bytes) {
      members.emplace_back(std::to_string(members.size()), static_cast<uint8_t>(byte));
    }
  }
  return members;
}

bool EqualFlat(const Any& a, const Any& b) {
  const auto left = MembersOf(a);
  const auto right = MembersOf(b);
  if (left.size() != right.size()) return false;
  return std::all_of(left.begin(), left.end(), [&](const auto& member) {
    const auto other = std::find_if(right.begin(), right.end(),
                                    [&](const auto& m) { return m.first == member.first; });
    return other != right.end() && IdenticalPrimitives(member.second, other->second);
  });
}

bool IsNaN(std::string_view value) {
  constexpr char kFloat64Tag = 123;
  if (value[0] != kFloat64Tag) return false;
  const Any decoded = Decode(value);
  return std::isnan(*decoded.if_number());
}

}  // namespace

FormatView FormatOf(const DocState& doc, const Item& item) {
  YPP_DCHECK(item.kind == codec::StructKind::kFormat);
  const std::string_view bytes = doc.bytes.View(item.content, item.content_size);
  codec::ByteReader in(codec::AsBytes(bytes));
  const std::string_view key = codec::AsText(in.ReadVarBytes());
  return {key, bytes.substr(in.position()), item.content, item.content_size};
}

bool EqualFormats(const FormatView& a, const FormatView& b) {
  if (IdenticalFormats(a, b)) return true;
  return IsComposite(a.value) && IsComposite(b.value) &&
         EqualFlat(Decode(a.value), Decode(b.value));
}

bool IdenticalFormats(const FormatView& a, const FormatView& b) {
  if (IsComposite(a.value)) return a.content != kNoIndex && a.content == b.content;
  return a.value == b.value && !IsNaN(a.value);
}

FormatSet::FormatSet(const Attributes& attributes) {
  std::vector<std::string_view> keys;
  keys.reserve(attributes.size());
  for (const auto& [key, value] : attributes) keys.push_back(key);
  for (const size_t i : codec::PropertyOrder(keys)) {
    const auto& [key, value] = attributes[i];
    if (value.is_undefined()) continue;
    codec::ByteWriter encoded;
    codec::WriteAny(encoded, value);
    entries_.push_back({key, encoded.Take(), kNoIndex, 0});
  }
}

const FormatSet::Entry* FormatSet::Find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

FormatView FormatSet::Get(std::string_view key) const {
  const Entry* entry = Find(key);
  return entry == nullptr ? FormatView{key, kNullValue, kNoIndex, 0} : entry->view();
}

void FormatSet::Set(const FormatView& format) {
  for (Entry& entry : entries_) {
    if (entry.key != format.key) continue;
    entry.value = format.value;
    entry.content = format.content;
    entry.content_size = format.content_size;
    return;
  }
  entries_.push_back(
      {std::string(format.key), std::string(format.value), format.content, format.content_size});
}

void FormatSet::Erase(std::string_view key) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->key != key) continue;
    entries_.erase(entry);
    return;
  }
}

void FormatSet::SortAsProperties() {
  std::vector<std::string_view> keys;
  keys.reserve(entries_.size());
  for (const Entry& entry : entries_) keys.push_back(entry.key);
  if (codec::InPropertyOrder(keys)) return;
  std::vector<Entry> sorted;
  sorted.reserve(entries_.size());
  for (const size_t i : codec::PropertyOrder(keys)) sorted.push_back(entries_[i]);
  entries_ = std::move(sorted);
}

Attributes FormatSet::ToAttributes() const {
  Attributes attributes;
  for (const Entry& entry : entries_) attributes.emplace_back(entry.key, Decode(entry.value));
  return attributes;
}

}  // namespace ypp::internal
