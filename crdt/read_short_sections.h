// The fast way of the first pass over an update, for short sections (integrate_short_sections.h).
#ifndef YPP_CRDT_READ_SHORT_SECTIONS_H_
#define YPP_CRDT_READ_SHORT_SECTIONS_H_

#include <cstdint>

#include "codec/update_reader.h"
#include "crdt/incoming_update.h"

namespace ypp::internal {

// A number that mostly is below 2^7: nearly every one in such a section.
template <typename QuickReader>
[[gnu::always_inline]] inline uint64_t ReadSmall(QuickReader& in) {
  return __builtin_expect(*in.cursor() < 0x80, 1) ? in.ReadUint8() : in.ReadVarUint();
}

// Sections with more are noted.
inline constexpr uint64_t kMaxShortStructs = 15;

// Reads the sections that come next, as far as they are short, and all is well with them. In V1,
// and between sections only.
void ReadShortSections(codec::UpdateReader& reader, IncomingUpdate* update);

}  // namespace ypp::internal

#endif  // YPP_CRDT_READ_SHORT_SECTIONS_H_
