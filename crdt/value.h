// What an array element, a map value or an embed can be: a plain value, a shared type or a
// sub-document that lives in the document, or a shared type that is still to be made (new_type.h).
//
// Values go in and out by this one class. What is read is never a NewType; what is written is never
// a SharedType, since a type lives in one place for good.
#ifndef YPP_CRDT_VALUE_H_
#define YPP_CRDT_VALUE_H_

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "codec/any.h"
#include "crdt/shared_type.h"

namespace ypp {

class Array;
class Doc;
class Map;
class Text;
struct NewType;
class XmlElement;
class XmlFragment;
class XmlHook;
class XmlText;

class Value {
 public:
  Value() = default;  // undefined
  // Whatever an Any can be made of.
  template <typename T, typename = std::enable_if_t<std::is_convertible_v<T&&, Any>>>
  Value(T&& plain) : value_(Any(std::forward<T>(plain))) {}
  Value(SharedType type) : value_(type) {}
  Value(NewType type);
  // A sub-document. It may be in one place of one document only.
  Value(std::shared_ptr<Doc> doc) : value_(std::move(doc)) {}

  bool is_type() const { return std::holds_alternative<SharedType>(value_); }
  // nullptr when it is something else.
  const Any* if_any() const { return std::get_if<Any>(&value_); }
  const SharedType* if_type() const { return std::get_if<SharedType>(&value_); }
  const NewType* if_new_type() const;
  std::shared_ptr<Doc> if_doc() const;

  // The shared type as its own class; a handle that is not valid() when the value is something
  // else. An XML text is a text too, an element a fragment, a hook a map.
  Text text() const;
  Array array() const;
  Map map() const;
  XmlElement xml_element() const;
  XmlFragment xml_fragment() const;
  XmlText xml_text() const;
  XmlHook xml_hook() const;

  // Plain JSON-like content: shared types become what their ToJson gives, a sub-document an object
  // with its guid.
  Any ToAny() const;

  // Types by identity, plain values by content.
  friend bool operator==(const Value& a, const Value& b) { return a.value_ == b.value_; }
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }

 private:
  std::variant<Any, SharedType, std::shared_ptr<const NewType>, std::shared_ptr<Doc>> value_;
};

// Values by key, in the order in which the keys first came.
using Entries = std::vector<std::pair<std::string, Value>>;

}  // namespace ypp

#endif  // YPP_CRDT_VALUE_H_
