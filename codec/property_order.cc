#include "codec/property_order.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ypp::codec {
namespace {

// Up to so many keys are compared each with each.
constexpr size_t kFewKeys = 16;
constexpr uint64_t kMaxArrayIndex = 4294967294;  // 2^32 - 2: an array's length must fit 32 bits

// Numbers of keys, equal keys side by side and in their order. Not a table of keys, which would
// take more memory than the keys of a large object.
std::vector<uint32_t> SortedByKey(uint32_t begin, uint32_t end, KeyAt key) {
  std::vector<uint32_t> sorted(end - begin);
  std::iota(sorted.begin(), sorted.end(), begin);
  std::sort(sorted.begin(), sorted.end(), [&key](uint32_t a, uint32_t b) {
    const int order = key(a).compare(key(b));
    return order != 0 ? order < 0 : a < b;
  });
  return sorted;
}

bool HasDuplicate(uint32_t begin, uint32_t end, KeyAt key) {
  if (end - begin <= kFewKeys) {
    for (uint32_t i = begin; i < end; ++i) {
      const std::string_view name = key(i);
      for (uint32_t k = begin; k < i; ++k) {
        if (key(k) == name) return true;
      }
    }
    return false;
  }
  const std::vector<uint32_t> sorted = SortedByKey(begin, end, key);
  const auto same = [&key](uint32_t a, uint32_t b) { return key(a) == key(b); };
  return std::adjacent_find(sorted.begin(), sorted.end(), same) != sorted.end();
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

bool InPropertyOrder(uint32_t count, KeyAt key) {
  uint32_t index;
  int64_t last_index = -1;
  uint32_t names = 0;  // where they begin
  for (; names < count && IsArrayIndex(key(names), &index); ++names) {
    if (index <= last_index) return false;
    last_index = index;
  }
  for (uint32_t i = names; i < count; ++i) {
    if (IsArrayIndex(key(i), &index)) return false;
  }
  return !HasDuplicate(names, count, key);
}

std::vector<uint32_t> PropertyOrder(uint32_t count, KeyAt key) {
  struct Property {
    uint64_t place;  // indices by number, then names by where they are set first
    uint32_t value;  // where it is set last
  };
  constexpr uint64_t kBehindIndices = kMaxArrayIndex + 1;
  std::vector<uint32_t> order = SortedByKey(0, count, key);
  std::vector<Property> properties;
  for (size_t i = 0; i < order.size(); ++i) {
    const std::string_view name = key(order[i]);
    if (i > 0 && key(order[i - 1]) == name) {
      properties.back().value = order[i];
      continue;
    }
    uint32_t index;
    const uint64_t place = IsArrayIndex(name, &index) ? index : kBehindIndices + order[i];
    properties.push_back({place, order[i]});
  }
  std::sort(properties.begin(), properties.end(),
            [](const Property& a, const Property& b) { return a.place < b.place; });
  order.clear();
  for (const Property& property : properties) order.push_back(property.value);
  return order;
}

}  // namespace ypp::codec
