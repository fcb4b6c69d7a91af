#include "codec/property_order.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace ypp::codec {
namespace {

// Up to so many keys are compared each with each.
constexpr size_t kFewKeys = 16;
constexpr uint64_t kMaxArrayIndex = 4294967294;  // 2^32 - 2: an array's length must fit 32 bits

bool HasDuplicate(absl::Span<const std::string_view> keys) {
  const std::string_view* begin = keys.data();
  const std::string_view* end = begin + keys.size();
  if (keys.size() <= kFewKeys) {
    for (const std::string_view* key = begin; key != end; ++key) {
      if (std::find(begin, key, *key) != key) return true;
    }
    return false;
  }
  std::vector<std::string_view> sorted(begin, end);
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

}  // namespace

bool IsArrayIndex(std::string_view key, uint32_t* index) {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return false;
  uint64_t value = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > kMaxArrayIndex) return false;
  *index = static_cast<uint32_t>(value);
  return true;
}

bool InPropertyOrder(absl::Span<const std::string_view> keys) {
  const std::string_view* key = keys.data();
  const std::string_view* end = key + keys.size();
  uint32_t index;
  int64_t last_index = -1;
  for (; key != end && IsArrayIndex(*key, &index); ++key) {
    if (index <= last_index) return false;
    last_index = index;
  }
  const std::string_view* names = key;
  for (; key != end; ++key) {
    if (IsArrayIndex(*key, &index)) return false;
  }
  return !HasDuplicate(absl::Span<const std::string_view>(names, static_cast<size_t>(end - names)));
}

std::vector<size_t> PropertyOrder(absl::Span<const std::string_view> keys) {
  std::vector<std::pair<uint32_t, size_t>> indices;  // array index, position in keys
  std::vector<size_t> names;
  absl::flat_hash_map<std::string_view, size_t> place;  // key -> position in `names`
  for (size_t i = 0; i < keys.size(); ++i) {
    uint32_t index;
    if (IsArrayIndex(keys[i], &index)) {
      indices.emplace_back(index, i);
      continue;
    }
    const auto [it, inserted] = place.try_emplace(keys[i], names.size());
    if (inserted) {
      names.push_back(i);
    } else {
      names[it->second] = i;
    }
  }
  std::sort(indices.begin(), indices.end());
  std::vector<size_t> order;
  order.reserve(indices.size() + names.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    const bool set_again = i + 1 < indices.size() && indices[i + 1].first == indices[i].first;
    if (!set_again) order.push_back(indices[i].second);
  }
  order.insert(order.end(), names.begin(), names.end());
  return order;
}

}  // namespace ypp::codec
