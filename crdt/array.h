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
#include "crdt/value.h"

namespace ypp {

class Map;
class Text;

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

  // All edits: FailedPrecondition when the handle is not valid(); nothing changes when an edit is refused.
  //
  // OutOfRange when index > length(); InvalidArgument for what an array cannot hold: undefined or a big integer by itself, a shared type
  // that is in a document already, strings that are not UTF-8, nesting deeper than kMaxAnyDepth.
  absl::Status Insert(uint32_t index, const std::vector<Value>& values);
  // At the very end, behind elements that were deleted there. Insert(length(), …) goes right behind the last element instead.
  absl::Status Push(const std::vector<Value>& values);
  absl::Status Unshift(const std::vector<Value>& values);
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
