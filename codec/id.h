// The names of things in a document: which client made it, and when by that client's own count.
#ifndef YPP_CODEC_ID_H_
#define YPP_CODEC_ID_H_

#include <cstdint>

namespace ypp {

// A peer. Up to 53 bits on the wire; always compared as the full number.
using ClientId = uint64_t;
// A client's own counter, in UTF-16 units for text and in elements for everything else.
using Clock = uint64_t;

inline constexpr ClientId kMaxClientId = (uint64_t{1} << 53) - 1;
// Eight groups of seven bits, which lib0 reads whatever they hold, though JavaScript counts exactly
// to 2^53 only. The bound holds for the end of every struct and range that is read, so clock +
// length of one of them never wraps. What a document holds is narrower: crdt/item.h.
inline constexpr Clock kMaxClock = (uint64_t{1} << 56) - 1;

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
