// UTF-8 bytes counted in UTF-16 units, the unit of every clock and index of a Yjs text.
//
// A run of UTF-8 holds only ASCII exactly when its size in bytes equals its length in UTF-16 units;
// the functions use that to skip work.
#ifndef YPP_CODEC_UTF_H_
#define YPP_CODEC_UTF_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ypp::codec {

// U+FFFD in UTF-8: what either half of a cut surrogate pair becomes.
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsValidUtf8(std::string_view bytes);

// REQUIRES: valid UTF-8.
uint32_t Utf16Length(std::string_view utf8);

// IsValidUtf8 and Utf16Length in one pass. `length_utf16` is set only when the bytes are valid.
bool MeasureUtf8(std::string_view bytes, uint32_t* length_utf16);

struct Utf16Cut {
  size_t size_bytes = 0;     // bytes of the whole characters before the cut
  bool splits_pair = false;  // the cut lies inside a four-byte character that starts at size_bytes
};
// Where `units` UTF-16 units end. REQUIRES: valid UTF-8 with at least `units` units.
Utf16Cut CutAtUtf16(std::string_view utf8, uint32_t units);

}  // namespace ypp::codec

#endif  // YPP_CODEC_UTF_H_
