// What an array element or a map value can be: a plain value, or a shared type that lives in the document.
#ifndef YPP_CRDT_VALUE_H_
#define YPP_CRDT_VALUE_H_

#include <string>
#include <utility>
#include <variant>

#include "codec/any.h"
#include "crdt/array.h"
#include "crdt/map.h"
#include "crdt/shared_type.h"
#include "crdt/text.h"

namespace ypp {

class Value {
 public:
  Value() = default;  // undefined
  explicit Value(Any value) : value_(std::move(value)) {}
  explicit Value(SharedType type) : value_(type) {}

  bool is_type() const { return std::holds_alternative<SharedType>(value_); }
  // nullptr when it is a shared type.
  const Any* if_any() const { return std::get_if<Any>(&value_); }
  const SharedType* if_type() const { return std::get_if<SharedType>(&value_); }

  // The shared type as its own class; a handle that is not valid() when the value is something else.
  Text text() const;
  Array array() const;
  Map map() const;

  // Plain JSON-like content: shared types become what their ToJson gives.
  Any ToAny() const;

 private:
  std::variant<Any, SharedType> value_;
};

}  // namespace ypp

#endif  // YPP_CRDT_VALUE_H_
