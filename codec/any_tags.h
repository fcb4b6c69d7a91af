// The first byte of an encoded value. FORMAT.md, "Any".
#ifndef YPP_CODEC_ANY_TAGS_H_
#define YPP_CODEC_ANY_TAGS_H_

#include <cstdint>

namespace ypp::codec {

enum AnyTag : uint8_t {
  kTagBytes = 116,
  kTagArray = 117,
  kTagObject = 118,
  kTagString = 119,
  kTagTrue = 120,
  kTagFalse = 121,
  kTagBigInt = 122,
  kTagFloat64 = 123,
  kTagFloat32 = 124,
  kTagInteger = 125,
  kTagNull = 126,
  kTagUndefined = 127,
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_ANY_TAGS_H_
