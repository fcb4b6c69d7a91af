#include "codec/any_writer.h"

#include <algorithm>
#include <cmath>

#include "codec/any_tags.h"
#include "codec/property_order.h"

namespace ypp::codec {

void AnyWriter::BeginArray(uint64_t count) {
  out_.WriteUint8(kTagArray);
  out_.WriteVarUint(count);
}

void AnyWriter::BeginObject(uint64_t count) {
  objects_.push_back({out_.size(), members_.size()});
  out_.WriteUint8(kTagObject);
  out_.WriteVarUint(count);
}

void AnyWriter::Key(std::string_view key) {
  members_.push_back(static_cast<uint32_t>(out_.size() - objects_.back().begin));
  out_.WriteVarString(key);
}

std::string_view AnyWriter::KeyAt(size_t member) const {
  const std::string_view bytes = out_.bytes();
  ByteReader in(AsBytes(bytes.substr(objects_.back().begin + members_[member])));
  return AsText(in.ReadVarBytes());
}

void AnyWriter::EndObject(Proto proto) {
  const OpenObject object = objects_.back();
  const auto count = static_cast<uint32_t>(members_.size() - object.first_member);
  const auto key = [&](uint32_t i) { return KeyAt(object.first_member + i); };
  const auto is_proto = [&key](uint32_t i) { return key(i) == kProtoKey; };
  bool drops = false;
  for (uint32_t i = 0; i < count && proto == Proto::kDrop; ++i) drops = drops || is_proto(i);
  if (drops || !InPropertyOrder(count, key)) {
    std::vector<uint32_t> order = PropertyOrder(count, key);
    if (drops) order.erase(std::remove_if(order.begin(), order.end(), is_proto), order.end());
    const std::string members(out_.bytes().substr(object.begin));
    out_.Truncate(object.begin);
    out_.WriteUint8(kTagObject);
    out_.WriteVarUint(order.size());
    for (const uint32_t i : order) {
      const size_t next = object.first_member + i + 1;
      const size_t begin = members_[next - 1];
      const size_t end = next < members_.size() ? members_[next] : members.size();
      out_.WriteBytes(std::string_view(members).substr(begin, end - begin));
    }
  }
  members_.resize(object.first_member);
  objects_.pop_back();
}

namespace {

// Recursion is bounded by kMaxAnyDepth, which SkipAny has checked.
void Copy(ByteReader& in, ByteWriter& out, AnyWriter& writer) {
  const size_t begin = in.position();
  switch (in.ReadUint8()) {
    case kTagArray: {
      const uint64_t count = in.ReadCount();
      writer.BeginArray(count);
      for (uint64_t i = 0; i < count && in.ok(); ++i) Copy(in, out, writer);
      return;
    }
    case kTagObject: {
      const uint64_t count = in.ReadCount();
      writer.BeginObject(count);
      for (uint64_t i = 0; i < count && in.ok(); ++i) {
        writer.Key(in.ReadVarString());
        Copy(in, out, writer);
      }
      return writer.EndObject(AnyWriter::Proto::kDrop);
    }
    case kTagFloat64: {
      const uint8_t* const start = in.cursor() - 1;
      // The bits of a NaN stay, as they do where bytes are copied.
      if (std::isnan(in.ReadFloat64())) return writer.Encoded(in.TextSince(start));
      break;
    }
    default:
      break;
  }
  in.Seek(begin);
  writer.Scalar(ReadAny(in));
}

}  // namespace

void CopyCanonical(ByteReader& in, ByteWriter& out) {
  AnyWriter writer(out);
  Copy(in, out, writer);
}

std::string_view EncodedMember(std::string_view any, std::string_view name) {
  ByteReader in(AsBytes(any));
  if (in.ReadUint8() != kTagObject) return {};
  for (uint64_t left = in.ReadCount(); left > 0; --left) {
    const bool found = in.ReadVarString() == name;
    const uint8_t* start = in.cursor();
    SkipAny(in);
    if (found) return in.TextSince(start);
  }
  return {};
}

}  // namespace ypp::codec
