// Y.Array: a list of values and shared types.
//
//   ypp::Array list = doc.GetArray("todo");
//   list.Insert(0, {"milk", 2, true});
//   list.Push({ypp::NewMap({{"title", "bread"}, {"done", false}})});  // a nested type, with
//                                                                     content
//   ypp::Map item = list.Get(3).map();                                // its handle
//   for (const ypp::Value& value : list) Print(value.ToAny());
//
// An edit outside a transaction is a transaction of its own. All edits: nothing changes when one is
// refused; FailedPrecondition when the handle is not valid(), ResourceExhausted when the document
// has no room left.
#ifndef YPP_CRDT_ARRAY_H_
#define YPP_CRDT_ARRAY_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "codec/any.h"
#include "crdt/list_iterator.h"
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
  std::vector<Value> ToVector() const { return Slice(0); }
  // From `start` up to before `end`. Negative ones count from the end, and what lies outside is
  // left out.
  std::vector<Value> Slice(int64_t start, int64_t end = INT64_MAX) const;
  // In order, each element once; the callback must not edit this array.
  void ForEach(const std::function<void(const Value&)>& visit) const;
  ListIterator begin() const { return ListIterator(*this); }
  ListIterator end() const { return ListIterator(); }
  Any ToJson() const;
  // The content without its history, to be inserted somewhere else (new_type.h).
  NewType Clone() const;

  // OutOfRange when index > length(); InvalidArgument for what an array cannot hold: undefined or a
  // big integer by itself, a shared type that is in a document already, strings that are not UTF-8,
  // nesting deeper than kMaxAnyDepth.
  absl::Status Insert(uint32_t index, absl::Span<const Value> values);
  // At the very end, behind elements that were deleted there. Insert(length(), …) goes right behind
  // the last element instead.
  absl::Status Push(absl::Span<const Value> values);
  absl::Status Unshift(absl::Span<const Value> values) { return Insert(0, values); }
  // OutOfRange when not all of the range is there.
  absl::Status Delete(uint32_t index, uint32_t length = 1);

  // Inserts an empty shared type and gives its handle. InvalidArgument for kinds that need a name.
  absl::StatusOr<SharedType> InsertType(uint32_t index, TypeKind kind);
  absl::StatusOr<SharedType> PushType(TypeKind kind);
  absl::StatusOr<Map> PushMap();
  absl::StatusOr<Text> PushText();
  absl::StatusOr<Array> PushArray();
};

}  // namespace ypp

#endif  // YPP_CRDT_ARRAY_H_
