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
  const QuickReader<EndOfInput::kFar> reader(begin, end);
  if (reader.IsFarFromEnd()) return with(reader);
  if (in.position() + in.remaining() < kWordBytes) return false;
  return with(QuickReader<EndOfInput::kMayCome>(begin, end));
}

}  // namespace

bool ReadQuickStruct(ByteReader& in, const LastClient& last_client, Id id, StructView* view) {
  if (last_client.size_bytes == 0) return false;
  return ReadFrom(in, [&](auto& reader) { return ReadQuickStruct(reader, last_client, id, view); });
}

bool ReadQuickExtent(ByteReader& in, const LastClient& last_client, Id id, StructExtent* extent) {
  if (last_client.size_bytes == 0) return false;
  return ReadFrom(in, [&](auto& reader) {
    return ReadQuickExtent</*kAsWritten=*/false>(reader, last_client, id, extent);
  });
}

template <bool kAsWritten>
uint64_t SkipQuickStructs(ByteReader& in, const LastClient& last_client, uint64_t most, Clock up_to,
                          Id* next) {
  if (last_client.size_bytes == 0) return 0;
  const LastClient last = last_client;  // copies, so that they stay in registers
  Id id = *next;
  QuickReader<EndOfInput::kFar> reader(in.cursor(), in.cursor() + in.remaining());
  const uint8_t* passed = in.cursor();
  uint64_t count = 0;
  for (StructExtent extent; count < most && reader.IsFarFromEnd(); ++count) {
    if (!ReadQuickExtent<kAsWritten>(reader, last, id, &extent) || extent.end() > up_to) break;
    id.clock = extent.end();
    passed = reader.cursor();
  }
  in.Skip(static_cast<size_t>(passed - in.cursor()));
  *next = id;
  return count;
}
template uint64_t SkipQuickStructs<false>(ByteReader&, const LastClient&, uint64_t, Clock, Id*);
template uint64_t SkipQuickStructs<true>(ByteReader&, const LastClient&, uint64_t, Clock, Id*);

}  // namespace ypp::codec
