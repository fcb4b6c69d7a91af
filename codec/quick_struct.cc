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
  if (IsFarFromEnd(in)) return with(QuickReader<EndOfInput::kFar>(begin, end));
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
  const LastClient last = last_client;  // a copy, so that it stays in registers
  ByteReader passed = in;
  QuickReader<EndOfInput::kFar> reader(in.cursor(), in.cursor() + in.remaining());
  uint64_t count = 0;
  for (StructExtent extent; count < most && IsFarFromEnd(passed); ++count) {
    if (!ReadQuickExtent<kAsWritten>(reader, last, *next, &extent) || extent.end() > up_to) break;
    next->clock = extent.end();
    passed.Skip(static_cast<size_t>(reader.cursor() - passed.cursor()));
  }
  in = passed;
  return count;
}
template uint64_t SkipQuickStructs<false>(ByteReader&, const LastClient&, uint64_t, Clock, Id*);
template uint64_t SkipQuickStructs<true>(ByteReader&, const LastClient&, uint64_t, Clock, Id*);

}  // namespace ypp::codec
