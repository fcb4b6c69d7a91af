// Any: the self-describing JSON-like value of lib0. FORMAT.md, "Any".
//
// Two ways to hold one: decoded, as the class Any below, for programs; and encoded, as a view of
// canonical bytes, which is how the engine keeps it. Canonical means: the bytes that Yjs 13.6
// writes for the value it read (its number rule, JavaScript's property order, the last of duplicate
// keys, no `__proto__`).
#ifndef YPP_CODEC_ANY_H_
#define YPP_CODEC_ANY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace ypp {

// Deeper values are refused: nothing real nests so far, and a bound on depth is a bound on the
// stack of whoever walks the value.
inline constexpr int kMaxAnyDepth = 512;

class Any {
 public:
  struct Undefined {
    friend bool operator==(Undefined, Undefined) { return true; }
  };
  struct Null {
    friend bool operator==(Null, Null) { return true; }
  };
  struct BigInt {
    int64_t value = 0;
    friend bool operator==(BigInt a, BigInt b) { return a.value == b.value; }
  };
  struct ByteString {
    std::string bytes;
    friend bool operator==(const ByteString& a, const ByteString& b) { return a.bytes == b.bytes; }
  };
  using Array = std::vector<Any>;
  // In JavaScript's property order: keys that are array indices first and ascending, the others in
  // insertion order. Writers put them into that order; a reader always gets them so.
  using Object = std::vector<std::pair<std::string, Any>>;
  enum class Kind { kUndefined, kNull, kBool, kNumber, kBigInt, kString, kBytes, kArray, kObject };

  Any() = default;  // undefined
  Any(std::nullptr_t) : value_(Null{}) {}
  Any(bool value) : value_(value) {}
  Any(double value) : value_(value) {}
  Any(int value) : value_(static_cast<double>(value)) {}
  Any(int64_t value) : value_(static_cast<double>(value)) {}
  Any(uint32_t value) : value_(static_cast<double>(value)) {}
  Any(uint64_t value) : value_(static_cast<double>(value)) {}
  Any(const char* value) : value_(std::string(value)) {}
  Any(std::string_view value) : value_(std::string(value)) {}
  Any(std::string value) : value_(std::move(value)) {}
  Any(BigInt value) : value_(value) {}
  Any(ByteString value) : value_(std::move(value)) {}
  Any(Array value) : value_(std::move(value)) {}
  Any(Object value) : value_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_undefined() const { return kind() == Kind::kUndefined; }
  bool is_null() const { return kind() == Kind::kNull; }

  // nullptr when the value is of another kind.
  const bool* if_bool() const { return std::get_if<bool>(&value_); }
  const double* if_number() const { return std::get_if<double>(&value_); }
  const BigInt* if_bigint() const { return std::get_if<BigInt>(&value_); }
  const std::string* if_string() const { return std::get_if<std::string>(&value_); }
  const ByteString* if_bytes() const { return std::get_if<ByteString>(&value_); }
  const Array* if_array() const { return std::get_if<Array>(&value_); }
  const Object* if_object() const { return std::get_if<Object>(&value_); }
  // The member of an object, or nullptr when this is no object or has no such key.
  const Any* Find(std::string_view key) const;

  friend bool operator==(const Any& a, const Any& b) { return a.value_ == b.value_; }
  friend bool operator!=(const Any& a, const Any& b) { return !(a == b); }

 private:
  std::variant<Undefined, Null, bool, double, BigInt, std::string, ByteString, Array, Object>
      value_;
};

namespace codec {

// Writes canonical bytes.
void WriteAny(ByteWriter& out, const Any& value);
// Fails the reader on bad bytes or on nesting past kMaxAnyDepth.
Any ReadAny(ByteReader& in);
// Passes over one value and checks it as ReadAny does, without building it. Does not recurse.
// `canonical`, when given, is set to false if writing the value again would give other bytes, and
// is left alone otherwise.
void SkipAny(ByteReader& in, bool* canonical = nullptr);

}  // namespace codec
}  // namespace ypp

#endif  // YPP_CODEC_ANY_H_
