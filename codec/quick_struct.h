// The fast way beside UpdateReader's general one, for the structs that most updates consist of.
#ifndef YPP_CODEC_QUICK_STRUCT_H_
#define YPP_CODEC_QUICK_STRUCT_H_

#include <cstddef>
#include <cstdint>

#include "codec/byte_reader.h"
#include "codec/id.h"
#include "codec/quick_reader.h"
#include "codec/struct_view.h"

namespace ypp::codec {

// Text, deleted or collected, and inheriting its parent from a neighbour.
inline bool IsQuick(uint8_t info) {
  constexpr auto bit = [](StructKind kind) { return uint32_t{1} << static_cast<uint8_t>(kind); };
  constexpr uint32_t kKinds =
      bit(StructKind::kGc) | bit(StructKind::kDeleted) | bit(StructKind::kString);
  const uint32_t kind = info & kInfoKindMask;
  const bool leans = (info & (kInfoHasOrigin | kInfoHasRightOrigin)) != 0;  // a GC never does
  return (kKinds >> kind & 1) != 0 && leans == (kind != static_cast<uint32_t>(StructKind::kGc));
}

// Reads the struct `id` of a V1 update if it IsQuick. False when it is anything else or may be bad.
// REQUIRES: `last_client` is a client.
template <EndOfInput kEnd>
[[gnu::always_inline]] inline bool ReadQuickStruct(QuickReader<kEnd>& reader,
                                                   const LastClient& last_client, Id id,
                                                   StructView* view) {
  const uint8_t info = reader.ReadUint8();
  const auto kind = static_cast<StructKind>(info & kInfoKindMask);
  if (!IsQuick(info)) return false;
  view->Reset(id);
  view->kind = kind;
  view->has_parent_sub = kind != StructKind::kGc && (info & kInfoHasParentSub) != 0;
  if ((info & kInfoHasOrigin) != 0) {
    view->has_origin = true;
    view->origin = reader.ReadId(last_client);
  }
  if ((info & kInfoHasRightOrigin) != 0) {
    view->has_right_origin = true;
    view->right_origin = reader.ReadId(last_client);
  }
  view->length =
      kind == StructKind::kString ? reader.ReadText(&view->content) : reader.ReadVarUint();
  return reader.ok() && view->length <= kMaxClock - id.clock;
}

// What a struct is and how far it goes.
struct StructExtent {
  StructKind kind = StructKind::kGc;
  Id id;
  Clock length = 0;

  Clock end() const { return id.clock + length; }
};

// The same as ReadQuickStruct, for who wants to know no more of it. With kAsWritten also false when
// writing the struct again, after ForgetInheritedParentSub, would give other bytes.
template <bool kAsWritten, EndOfInput kEnd>
[[gnu::always_inline]] inline bool ReadQuickExtent(QuickReader<kEnd>& reader,
                                                   const LastClient& last_client, Id id,
                                                   StructExtent* extent) {
  const uint8_t info = reader.ReadUint8();
  if (!IsQuick(info) || (kAsWritten && (info & kInfoHasParentSub) != 0)) return false;
  extent->kind = static_cast<StructKind>(info & kInfoKindMask);
  extent->id = id;
  if ((info & kInfoHasOrigin) != 0) reader.template SkipId<kAsWritten>(last_client);
  if ((info & kInfoHasRightOrigin) != 0) reader.template SkipId<kAsWritten>(last_client);
  // Of the quick kinds text alone has this bit.
  static_assert((static_cast<unsigned>(StructKind::kString) & 4) != 0);
  extent->length = reader.template SkipTextOrNumber<kAsWritten>(info >> 2 & 1);
  return reader.ok() && extent->length <= kMaxClock - id.clock;
}

// Reads such structs, `most` at most, each by `read`, of which it wants their lengths:
//   bool read(QuickReader<EndOfInput::kFar>&, const LastClient&, Id, Clock* length)
// as ReadQuickStruct is; one for which it says false is not read, nor what follows. The first one
// begins at `next->clock`, which moves on. How many. None near the end of the input.
template <typename Read>
[[gnu::always_inline]] inline uint64_t ReadQuickStructs(ByteReader& in,
                                                        const LastClient& last_client,
                                                        uint64_t most, Id* next, Read read) {
  if (last_client.size_bytes == 0) return 0;
  const LastClient last = last_client;  // copies, so that they stay in registers
  Id id = *next;
  QuickReader<EndOfInput::kFar> reader(in.cursor(), in.cursor() + in.remaining());
  const uint8_t* passed = in.cursor();
  uint64_t count = 0;
  for (; count < most && reader.IsFarFromEnd(); ++count) {
    Clock length;
    if (!read(reader, last, id, &length) || !reader.ok() || length > kMaxClock - id.clock) break;
    id.clock += length;
    passed = reader.cursor();
  }
  in.Skip(static_cast<size_t>(passed - in.cursor()));
  *next = id;
  return count;
}

// The same where `in` stands, which moves on only if they succeed.
bool ReadQuickStruct(ByteReader& in, const LastClient& last_client, Id id, StructView* view);
bool ReadQuickExtent(ByteReader& in, const LastClient& last_client, Id id, StructExtent* extent);

// Passes over such structs, `most` at most and as far as they end at or before `up_to`. The first
// one begins at `next->clock`, which moves on. How many. None near the end of the input.
template <bool kAsWritten>
uint64_t SkipQuickStructs(ByteReader& in, const LastClient& last_client, uint64_t most, Clock up_to,
                          Id* next);

}  // namespace ypp::codec

#endif  // YPP_CODEC_QUICK_STRUCT_H_
