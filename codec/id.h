// The names of things in a document: which client made it, and when by that client's own count.
#ifndef YPP_CODEC_ID_H_
#define YPP_CODEC_ID_H_

#include <cstdint>
#include <limits>

namespace ypp {

// A peer. Up to 53 bits on the wire; always compared as the full number.
using ClientId = uint64_t;
// A client's own counter, in UTF-16 units for text and in elements for everything else.
using Clock = uint32_t;

inline constexpr ClientId kMaxClientId = (uint64_t{1} << 53) - 1;
// Clocks are 32 bits wide inside the engine. The wire allows 53; no real document comes near either, so
// an update whose clocks pass this is refused. The bound holds for the end of every struct and range
// that is read, so clock + length of one of them never wraps.
inline constexpr Clock kMaxClock = std::numeric_limits<Clock>::max();
// What a document can hold.
inline constexpr Clock kMaxDocumentClock = kMaxClock;

struct Id {
  ClientId client = 0;
  Clock clock = 0;

  friend bool operator==(const Id& a, const Id& b) {
    return a.client == b.client && a.clock == b.clock;
  }
  friend bool operator!=(const Id& a, const Id& b) { return !(a == b); }
};

}  // namespace ypp

#endif  // YPP_CODEC_ID_H_
