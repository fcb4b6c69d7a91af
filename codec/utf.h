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

// Whether JavaScript sorts `a` before `b`: by UTF-16 units, where characters of two units come
// before U+E000 and above. REQUIRES: valid UTF-8.
bool LessInUtf16(std::string_view a, std::string_view b);

// Calls `visit` with each UTF-16 unit as a string, halves of surrogate pairs as U+FFFD. REQUIRES:
// valid UTF-8.
template <typename Visit>
void ForEachUtf16Unit(std::string_view utf8, Visit visit) {
  while (!utf8.empty()) {
    const auto lead = static_cast<uint8_t>(utf8[0]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 4) {
      visit(kReplacementCharacter);
      visit(kReplacementCharacter);
    } else {
      visit(utf8.substr(0, size));
    }
    utf8.remove_prefix(size);
  }
}

}  // namespace ypp::codec

#endif  // YPP_CODEC_UTF_H_
