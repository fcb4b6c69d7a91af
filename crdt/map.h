// Y.Map: values and shared types by key; the last writer of a key wins.
//
//   ypp::Map meta = doc.GetMap("meta");
//   meta.Set("author", "ada");
//   meta.Set("tags", ypp::NewArray({"draft", "short"}));
//   meta.Get("tags").array().Push({"late"});
//
// An edit outside a transaction is a transaction of its own. All edits: nothing changes when one is
// refused; FailedPrecondition when the handle is not valid(), InvalidArgument when the key is not
// UTF-8, ResourceExhausted when the document has no room left.
#ifndef YPP_CRDT_MAP_H_
#define YPP_CRDT_MAP_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp {

class Array;
class Text;

class Map : public SharedType {
 public:
  Map() = default;
  explicit Map(SharedType type) : SharedType(type) {}

  uint32_t size() const;
  bool Has(std::string_view key) const;
  // Undefined when there is no such key.
  Value Get(std::string_view key) const;
  // In the order in which the keys first came; the callback must not edit this map. Keys stay good
  // as long as the document.
  void ForEach(const std::function<void(std::string_view key, const Value&)>& visit) const;
  std::vector<std::string_view> Keys() const;
  Entries ToEntries() const;
  // Keys that are array indices come first, as in every JavaScript object.
  Any ToJson() const;
  // The content without its history, to be inserted somewhere else (new_type.h).
  NewType Clone() const;

  // InvalidArgument also for a shared type that is in a document already, strings that are not
  // UTF-8, nesting deeper than kMaxAnyDepth.
  absl::Status Set(std::string_view key, const Value& value);
  // Deleting a key that is not there changes nothing.
  absl::Status Delete(std::string_view key);
  absl::Status Clear();

  // Sets an empty shared type and gives its handle. InvalidArgument for kinds that need a name.
  absl::StatusOr<SharedType> SetType(std::string_view key, TypeKind kind);
  absl::StatusOr<Map> SetMap(std::string_view key);
  absl::StatusOr<Text> SetText(std::string_view key);
  absl::StatusOr<Array> SetArray(std::string_view key);
};

}  // namespace ypp

#endif  // YPP_CRDT_MAP_H_
