// Relative position: a place in a shared type that stays where it is when others edit. It names a
// neighbour instead of an index. FORMAT.md, "Relative position".
#ifndef YPP_CODEC_RELATIVE_POSITION_H_
#define YPP_CODEC_RELATIVE_POSITION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/id.h"

namespace ypp {

// A value. `item` says where it is; without one it is the end of the type (the beginning, if
// `assoc` is negative). The type is named by its root name or by the item that holds it; beside an
// item it says nothing new and is not encoded.
struct RelativePosition {
  std::optional<Id> item;
  std::optional<std::string> root_name;
  std::optional<Id> type;
  // Which neighbour the position sticks to: the one behind it, or, if negative, the one before it.
  int64_t assoc = 0;

  // Names nothing. What decoding gives for a kind that does not exist.
  bool is_null() const { return !item && !root_name && !type; }

  friend bool operator==(const RelativePosition& a, const RelativePosition& b) {
    return a.item == b.item && a.root_name == b.root_name && a.type == b.type && a.assoc == b.assoc;
  }
  friend bool operator!=(const RelativePosition& a, const RelativePosition& b) { return !(a == b); }
};

// The first of item, root name and type that is there. InvalidArgument for a null position.
absl::StatusOr<std::string> EncodeRelativePosition(const RelativePosition& position);
// A position that ends before its `assoc` has 0 (older writers). Bytes behind it are ignored.
// DataLoss with a byte offset for bad bytes.
absl::StatusOr<RelativePosition> DecodeRelativePosition(codec::Bytes bytes);

}  // namespace ypp

#endif  // YPP_CODEC_RELATIVE_POSITION_H_
