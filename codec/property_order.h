// The order in which JavaScript lists the properties of an object: keys that are array indices ("0"
// to "4294967294", written canonically) first and ascending, then the others as they were first
// set. A key set twice keeps its first place and its last value.
#ifndef YPP_CODEC_PROPERTY_ORDER_H_
#define YPP_CODEC_PROPERTY_ORDER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace ypp::codec {

// Assigning to this key sets the prototype instead of a property: JavaScript readers of Any lose
// the member.
inline constexpr std::string_view kProtoKey = "__proto__";

// Whether `key` is an array index; sets *index if so.
bool IsArrayIndex(std::string_view key, uint32_t* index);

// Keys by number: a large object's need not be in memory side by side.
using KeyAt = absl::FunctionRef<std::string_view(uint32_t)>;

// Whether listing the keys as they are is already the order, without a duplicate. n log n at most,
// no allocation for few keys.
bool InPropertyOrder(uint32_t count, KeyAt key);
// For each property in order, the number of the key that its value comes with: the last of equal
// ones.
std::vector<uint32_t> PropertyOrder(uint32_t count, KeyAt key);

inline bool InPropertyOrder(absl::Span<const std::string_view> keys) {
  return InPropertyOrder(static_cast<uint32_t>(keys.size()),
                         [keys](uint32_t i) { return keys.data()[i]; });
}
inline std::vector<uint32_t> PropertyOrder(absl::Span<const std::string_view> keys) {
  return PropertyOrder(static_cast<uint32_t>(keys.size()),
                       [keys](uint32_t i) { return keys.data()[i]; });
}

}  // namespace ypp::codec

#endif  // YPP_CODEC_PROPERTY_ORDER_H_
