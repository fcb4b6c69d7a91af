#include "codec/utf.h"

#include <algorithm>
#include <cstring>

namespace ypp::codec {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr size_t kWord = sizeof(uint64_t);

uint64_t LoadWord(const uint8_t* p) {
  uint64_t word;
  std::memcpy(&word, p, kWord);
  return word;
}

// The first byte that is not ASCII, or `end`.
const uint8_t* SkipAscii(const uint8_t* p, const uint8_t* end) {
  const uint8_t* begin = p;
  while (static_cast<size_t>(end - p) >= kWord && (LoadWord(p) & kHighBits) == 0) p += kWord;
  // What is left is less than a word, but the last word may have begun before.
  if (end - p < static_cast<ptrdiff_t>(kWord) && end - begin >= static_cast<ptrdiff_t>(kWord) &&
      (LoadWord(end - kWord) & kHighBits) == 0)
    return end;
  while (p != end && *p < 0x80) ++p;
  return p;
}

bool IsContinuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Size of the well-formed character of two to four bytes at p, 0 if there is none. Unicode, table
// 3-7.
size_t MultiByteSize(const uint8_t* p, const uint8_t* end) {
  const size_t left = static_cast<size_t>(end - p);
  const uint8_t lead = p[0];
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && IsContinuation(p[1]) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !IsContinuation(p[1]) || !IsContinuation(p[2])) return 0;
    if (lead == 0xE0 && p[1] < 0xA0) return 0;   // overlong
    if (lead == 0xED && p[1] >= 0xA0) return 0;  // a surrogate
    return 3;
  }
  if (lead < 0xF5) {
    if (left < 4 || !IsContinuation(p[1]) || !IsContinuation(p[2]) || !IsContinuation(p[3])) {
      return 0;
    }
    if (lead == 0xF0 && p[1] < 0x90) return 0;   // overlong
    if (lead == 0xF4 && p[1] >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

// UTF-16 units that the byte begins: none for a continuation, two for the lead of a four-byte
// character.
uint32_t UnitsBegunBy(uint8_t byte) {
  return (IsContinuation(byte) ? 0u : 1u) + (byte >= 0xF0 ? 1u : 0u);
}

// UnitsBegunBy of eight bytes at once.
uint32_t UnitsBegunByWord(uint64_t word) {
  const uint64_t high = word & kHighBits;
  if (high == 0) return 8;
  const uint64_t continuation = high & ~(word << 1);  // bit 8 set, bit 7 clear
  const uint64_t four_byte_lead = high & (word << 1) & (word << 2) & (word << 3);
  return 8 - static_cast<uint32_t>(__builtin_popcountll(continuation)) +
         static_cast<uint32_t>(__builtin_popcountll(four_byte_lead));
}

}  // namespace

bool MeasureUtf8(std::string_view bytes, uint32_t* length_utf16) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(bytes.data());
  const uint8_t* end = p + bytes.size();
  size_t units = bytes.size();  // minus what the longer characters take beyond their units
  while ((p = SkipAscii(p, end)) != end) {
    do {
      const size_t size = MultiByteSize(p, end);
      if (size == 0) return false;
      units -= size == 4 ? 2 : size - 1;
      p += size;
    } while (p != end && *p >= 0x80);
  }
  *length_utf16 = static_cast<uint32_t>(units);
  return true;
}

bool IsValidUtf8(std::string_view bytes) {
  uint32_t ignored;
  return MeasureUtf8(bytes, &ignored);
}

uint32_t Utf16Length(std::string_view utf8) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(utf8.data());
  const uint8_t* end = p + utf8.size();
  uint32_t units = 0;
  for (; static_cast<size_t>(end - p) >= kWord; p += kWord) units += UnitsBegunByWord(LoadWord(p));
  for (; p != end; ++p) units += UnitsBegunBy(*p);
  return units;
}

Utf16Cut CutAtUtf16(std::string_view utf8, uint32_t units) {
  const uint8_t* begin = reinterpret_cast<const uint8_t*>(utf8.data());
  const uint8_t* end = begin + utf8.size();
  const uint8_t* p = begin;
  while (static_cast<size_t>(end - p) >= kWord) {
    const uint32_t begun = UnitsBegunByWord(LoadWord(p));
    if (begun > units) break;
    units -= begun;
    p += kWord;
  }
  // The word loop may have stopped inside a character whose units it has counted: pass over the
  // rest of it.
  while (p != end && IsContinuation(*p)) ++p;
  while (units > 0 && p != end) {
    const uint32_t begun = UnitsBegunBy(*p);
    if (begun > units) return {static_cast<size_t>(p - begin), true};
    units -= begun;
    do {
      ++p;
    } while (p != end && IsContinuation(*p));
  }
  return {static_cast<size_t>(p - begin), false};
}

bool LessInUtf16(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b != b.end();
  const auto byte_a = static_cast<uint8_t>(*in_a);
  const auto byte_b = static_cast<uint8_t>(*in_b);
  // Lead bytes: EE and EF begin U+E000 to U+FFFF, F0 and above the characters of two units.
  if (byte_a >= 0xF0 && (byte_b == 0xEE || byte_b == 0xEF)) return true;
  if (byte_b >= 0xF0 && (byte_a == 0xEE || byte_a == 0xEF)) return false;
  return byte_a < byte_b;
}

}  // namespace ypp::codec
