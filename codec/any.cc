#include "codec/any.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/container/inlined_vector.h"
#include "codec/any_tags.h"
#include "codec/property_order.h"

namespace ypp {

const Any* Any::Find(std::string_view key) const {
  const Object* object = if_object();
  if (object == nullptr) return nullptr;
  for (const auto& [name, value] : *object) {
    if (name == key) return &value;
  }
  return nullptr;
}

namespace codec {
namespace {

constexpr int64_t kMaxTaggedInteger = 2147483647;  // 2^31 - 1
constexpr uint64_t kCanonicalNan = 0x7ff8000000000000;
// Elements an array or object is given room for before they are read. Each of many nested ones may
// claim as many as there are bytes left, so the claim says little about how many there will be in
// all.
constexpr uint64_t kMaxReserved = 32;
constexpr char kTooDeep[] = "value nested too deeply";
constexpr char kUnknownTag[] = "unknown tag of a value";

using Keys = absl::InlinedVector<std::string_view, 16>;

// Compared as numbers, so that a NaN never fits. The range is checked first: beyond it the
// conversion is undefined.
bool FitsFloat32(double value) {
  if (std::isinf(value)) return true;
  if (!(std::fabs(value) <= std::numeric_limits<float>::max())) return false;
  return static_cast<double>(static_cast<float>(value)) == value;
}

// The tag under which Yjs writes a number. Whatever the bits of a NaN are, JavaScript keeps them.
AnyTag NumberTag(double value) {
  if (std::fabs(value) <= kMaxTaggedInteger &&
      static_cast<double>(static_cast<int64_t>(value)) == value) {
    return kTagInteger;
  }
  return FitsFloat32(value) ? kTagFloat32 : kTagFloat64;
}

void WriteNumber(ByteWriter& out, double value) {
  const AnyTag tag = NumberTag(value);
  out.WriteUint8(tag);
  switch (tag) {
    case kTagInteger:
      out.WriteVarInt(static_cast<uint64_t>(std::fabs(value)), std::signbit(value));
      break;
    case kTagFloat32:
      out.WriteFloat32(static_cast<float>(value));
      break;
    default:
      if (std::isnan(value)) {
        out.WriteBigInt64(static_cast<int64_t>(kCanonicalNan));
      } else {
        out.WriteFloat64(value);
      }
  }
}

Keys KeysOf(const Any::Object& object) {
  Keys keys;
  keys.reserve(object.size());
  for (const auto& member : object) keys.push_back(member.first);
  return keys;
}

void WriteObject(ByteWriter& out, const Any::Object& object) {
  const Keys keys = KeysOf(object);
  const auto write_member = [&out](const std::pair<std::string, Any>& member) {
    out.WriteVarString(member.first);
    WriteAny(out, member.second);
  };
  out.WriteUint8(kTagObject);
  if (InPropertyOrder(keys)) {
    out.WriteVarUint(object.size());
    for (const auto& member : object) write_member(member);
    return;
  }
  const std::vector<uint32_t> order = PropertyOrder(keys);
  out.WriteVarUint(order.size());
  for (const uint32_t i : order) write_member(object[i]);
}

double ReadInteger(ByteReader& in) {
  const ByteReader::SignedVarint integer = in.ReadVarInt();
  if (integer.value == 0 && integer.negative) return -0.0;
  return static_cast<double>(integer.value);
}

Any ReadNested(ByteReader& in, int depth);

Any ReadArray(ByteReader& in, int depth) {
  Any::Array array;
  const uint64_t count = in.ReadCount();
  array.reserve(std::min(count, kMaxReserved));
  for (uint64_t i = 0; i < count && in.ok(); ++i) array.push_back(ReadNested(in, depth));
  return array;
}

Any ReadObject(ByteReader& in, int depth) {
  Any::Object object;
  const uint64_t count = in.ReadCount(2);
  object.reserve(std::min(count, kMaxReserved));
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view key = in.ReadVarString();
    Any value = ReadNested(in, depth);
    if (key != kProtoKey) object.emplace_back(key, std::move(value));
  }
  const Keys keys = KeysOf(object);
  if (InPropertyOrder(keys)) return object;
  Any::Object ordered;
  for (const uint32_t i : PropertyOrder(keys)) ordered.push_back(std::move(object[i]));
  return ordered;
}

// Recursion is bounded by kMaxAnyDepth. `depth` counts the arrays and objects around the value.
Any ReadNested(ByteReader& in, int depth) {
  const uint8_t tag = in.ReadUint8();
  if (!in.ok()) return Any();
  if ((tag == kTagArray || tag == kTagObject) && depth == kMaxAnyDepth) {
    in.Fail(kTooDeep);
    return Any();
  }
  switch (tag) {
    case kTagUndefined:
      return Any();
    case kTagNull:
      return Any(nullptr);
    case kTagInteger:
      return Any(ReadInteger(in));
    case kTagFloat32:
      return Any(static_cast<double>(in.ReadFloat32()));
    case kTagFloat64:
      return Any(in.ReadFloat64());
    case kTagBigInt:
      return Any(Any::BigInt{in.ReadBigInt64()});
    case kTagFalse:
      return Any(false);
    case kTagTrue:
      return Any(true);
    case kTagString:
      return Any(in.ReadVarString());
    case kTagObject:
      return ReadObject(in, depth + 1);
    case kTagArray:
      return ReadArray(in, depth + 1);
    case kTagBytes:
      return Any(Any::ByteString{std::string(AsText(in.ReadVarBytes()))});
    default:
      in.Fail(kUnknownTag);
      return Any();
  }
}

// Walks over one value with a stack of its own. One frame for each array or object that is open.
class Skipper {
 public:
  Skipper(ByteReader& in, bool* canonical) : in_(in), canonical_(canonical), begin_(in.cursor()) {}

  void Skip() {
    SkipValue();
    while (!frames_.empty() && in_.ok()) {
      Frame& top = frames_.back();
      if (top.left == 0) {
        Close();
        continue;
      }
      --top.left;
      if (top.is_object) SkipKey();
      SkipValue();
    }
  }

 private:
  struct Frame {
    uint64_t left;
    size_t first_key;  // of this object, in keys_
    bool is_object;
  };

  void NotCanonical() {
    if (canonical_ != nullptr) *canonical_ = false;
  }

  // A varint is written canonically when its last byte adds something.
  void CheckVarint(const uint8_t* start) {
    if (in_.ok() && in_.cursor() - start > 1 && in_.cursor()[-1] == 0) NotCanonical();
  }

  void SkipKey() {
    const uint8_t* start = in_.cursor();
    const std::string_view key = in_.ReadVarString();
    CheckLength(start, key.size());
    if (canonical_ == nullptr) return;
    if (key == kProtoKey) NotCanonical();
    keys_.push_back(static_cast<uint32_t>(start - begin_));
  }

  // Of a string or bytes that began at `start`: the length prefix must have as many bytes as it
  // needs.
  void CheckLength(const uint8_t* start, size_t size) {
    if (canonical_ == nullptr || !in_.ok()) return;
    size_t prefix = 1;
    for (size_t rest = size >> 7; rest != 0; rest >>= 7) ++prefix;
    if (static_cast<size_t>(in_.cursor() - start) != prefix + size) NotCanonical();
  }

  void CheckNumber(AnyTag tag, double value) {
    if (canonical_ == nullptr || !in_.ok()) return;
    if (NumberTag(value) != tag) NotCanonical();
  }

  void Open(bool is_object) {
    if (frames_.size() == static_cast<size_t>(kMaxAnyDepth)) return in_.Fail(kTooDeep);
    const uint8_t* start = in_.cursor();
    const uint64_t count = in_.ReadCount(is_object ? 2 : 1);
    CheckVarint(start);
    if (count != 0) frames_.push_back({count, keys_.size(), is_object});
  }

  void Close() {
    const Frame& frame = frames_.back();
    if (frame.is_object && canonical_ != nullptr) {
      const auto key_at = [&](uint32_t i) {
        const uint8_t* key = begin_ + keys_[frame.first_key + i];
        return AsText(
            ByteReader(Bytes(key, static_cast<size_t>(in_.cursor() - key))).ReadVarBytes());
      };
      const auto count = static_cast<uint32_t>(keys_.size() - frame.first_key);
      if (!InPropertyOrder(count, key_at)) NotCanonical();
      keys_.resize(frame.first_key);
    }
    frames_.pop_back();
  }

  void SkipValue() {
    const uint8_t tag = in_.ReadUint8();
    if (!in_.ok()) return;
    const uint8_t* start = in_.cursor();
    switch (tag) {
      case kTagUndefined:
      case kTagNull:
      case kTagFalse:
      case kTagTrue:
        return;
      case kTagInteger:
        if (std::abs(in_.ReadVarInt().value) > kMaxTaggedInteger) NotCanonical();
        return CheckVarint(start);
      case kTagFloat32:
        return CheckNumber(kTagFloat32, static_cast<double>(in_.ReadFloat32()));
      case kTagFloat64:
        return CheckNumber(kTagFloat64, in_.ReadFloat64());
      case kTagBigInt:
        in_.ReadBytes(sizeof(int64_t));
        return;
      case kTagString:
        return CheckLength(start, in_.ReadVarString().size());
      case kTagBytes:
        return CheckLength(start, in_.ReadVarBytes().size());
      case kTagObject:
        return Open(true);
      case kTagArray:
        return Open(false);
      default:
        return in_.Fail(kUnknownTag);
    }
  }

  ByteReader& in_;
  bool* canonical_;
  absl::InlinedVector<Frame, 8> frames_;
  const uint8_t* begin_;                    // of the value
  absl::InlinedVector<uint32_t, 16> keys_;  // of all objects that are open, from begin_
};

}  // namespace

void WriteAny(ByteWriter& out, const Any& value) {
  switch (value.kind()) {
    case Any::Kind::kUndefined:
      return out.WriteUint8(kTagUndefined);
    case Any::Kind::kNull:
      return out.WriteUint8(kTagNull);
    case Any::Kind::kBool:
      return out.WriteUint8(*value.if_bool() ? kTagTrue : kTagFalse);
    case Any::Kind::kNumber:
      return WriteNumber(out, *value.if_number());
    case Any::Kind::kBigInt:
      out.WriteUint8(kTagBigInt);
      return out.WriteBigInt64(value.if_bigint()->value);
    case Any::Kind::kString:
      out.WriteUint8(kTagString);
      return out.WriteVarString(*value.if_string());
    case Any::Kind::kBytes:
      out.WriteUint8(kTagBytes);
      return out.WriteVarString(value.if_bytes()->bytes);
    case Any::Kind::kArray:
      out.WriteUint8(kTagArray);
      out.WriteVarUint(value.if_array()->size());
      for (const Any& element : *value.if_array()) WriteAny(out, element);
      return;
    case Any::Kind::kObject:
      return WriteObject(out, *value.if_object());
  }
}

Any ReadAny(ByteReader& in) { return ReadNested(in, 0); }

void SkipAny(ByteReader& in, bool* canonical) { Skipper(in, canonical).Skip(); }

}  // namespace codec
}  // namespace ypp
