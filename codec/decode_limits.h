// How much a V2 update may claim without paying for it in bytes.
//
// In V1 every struct takes bytes: two at least, four when it becomes an item of a document. So
// bytes bound what an update costs, and memory stays below 40 bytes for each of its bytes. In V2 a
// run of equal structs takes none. Yjs itself writes such runs, and they are honest: ten thousand
// empty maps pushed to an array are 36 bytes, a list that was always prepended to and is now
// deleted is 45. The same bytes could be malice, and no look at them tells which; a bound that
// holds the 40 in V2 would refuse a text that was typed from its end (one struct for each byte). So
// there are two bounds, and a third way:
//
//   * structs_per_byte: what irregular documents need. Measured with Yjs: recorded sessions have up
//     to
//     0.3 structs for each byte, texts typed backwards 1, those with every second character
//     formatted
//     and unformatted again 2, tables of empty texts 3.9.
//   * free_structs: for the regular ones, in each update. 16 Ki of them cost a document less than
//     2.5 MB, once; a sender who wants more must send more bytes.
//   * TrustedStorage() for bytes that the program wrote itself: everything a real document can be.
//
// V1 is not concerned.
#ifndef YPP_CODEC_DECODE_LIMITS_H_
#define YPP_CODEC_DECODE_LIMITS_H_

#include <cstdint>

namespace ypp {

struct DecodeLimits {
  uint64_t free_structs = uint64_t{1} << 14;
  uint64_t structs_per_byte = 4;

  // Enough for a million equal structs out of nothing: some 120 MB.
  static constexpr DecodeLimits TrustedStorage() { return {uint64_t{1} << 20, 64}; }
};

}  // namespace ypp

#endif  // YPP_CODEC_DECODE_LIMITS_H_
