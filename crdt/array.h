// Y.Array: a list of values and shared types.
//
//   ypp::Array list = doc.GetArray("todo");
//   list.Insert(0, {"milk", 2, true});
//   ypp::Map item = *list.PushMap();       // a nested map, live at once
//   item.Set("done", false);
#ifndef YPP_CRDT_ARRAY_H_
#define YPP_CRDT_ARRAY_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "crdt/shared_type.h"

namespace ypp {

class Map;
class Text;
class Value;

class Array : public SharedType {
 public:
  Array() = default;
  explicit Array(SharedType type) : SharedType(type) {}

  uint32_t length() const;
  // Undefined when index >= length().
  Value Get(uint32_t index) const;
  // In order, each element once; the callback must not edit this array.
  void ForEach(const std::function<void(const Value&)>& visit) const;
  Any ToJson() const;

  // OutOfRange when index > length(), InvalidArgument for a value that nests deeper than kMaxAnyDepth; nothing changes then. Values that
  // follow each other are stored packed, as Yjs does.
  absl::Status Insert(uint32_t index, const std::vector<Any>& values);
  // At the very end, behind elements that were deleted there. Insert(length(), …) goes right behind the last element instead.
  absl::Status Push(const std::vector<Any>& values);
  absl::Status Delete(uint32_t index, uint32_t length);

  // Inserts an empty shared type and gives its handle.
  absl::StatusOr<SharedType> InsertType(uint32_t index, TypeKind kind);
  absl::StatusOr<SharedType> PushType(TypeKind kind);
  absl::StatusOr<Map> PushMap();
  absl::StatusOr<Text> PushText();
  absl::StatusOr<Array> PushArray();
};

}  // namespace ypp

#endif  // YPP_CRDT_ARRAY_H_
