#include "codec/quick_struct.h"

namespace ypp::codec {
namespace {

constexpr size_t kWordBytes = sizeof(uint64_t);

// Calls `read` with a reader that stands where `in` stands, and moves `in` behind what it read.
template <typename Read>
bool ReadFrom(ByteReader& in, Read read) {
  const auto with = [&](auto reader) {
    if (!read(reader)) return false;
    in.Skip(static_cast<size_t>(reader.cursor() - in.cursor()));
    return true;
  };
  const uint8_t* begin = in.cursor();
  const uint8_t* end = begin + in.remaining();
  constexpr size_t kNumbers = 6;  // two ids, a length, and one word more that is looked at
  if (in.remaining() > kNumbers * kWordBytes)
    return with(QuickReader<EndOfInput::kFar>(begin, end));
  if (in.position() + in.remaining() < kWordBytes) return false;
  return with(QuickReader<EndOfInput::kMayCome>(begin, end));
}

}  // namespace

bool ReadQuickStruct(ByteReader& in, const LastClient& last_client, Id id, StructView* view) {
  if (last_client.size_bytes == 0) return false;
  return ReadFrom(in, [&](auto& reader) { return ReadQuickStruct(reader, last_client, id, view); });
}

template <bool kAsWritten>
bool ReadQuickExtent(ByteReader& in, const LastClient& last_client, Id id, StructExtent* extent) {
  if (last_client.size_bytes == 0) return false;
  return ReadFrom(in, [&](auto& reader) {
    return ReadQuickExtent<kAsWritten>(reader, last_client, id, extent);
  });
}
template bool ReadQuickExtent<false>(ByteReader&, const LastClient&, Id, StructExtent*);
template bool ReadQuickExtent<true>(ByteReader&, const LastClient&, Id, StructExtent*);

}  // namespace ypp::codec
