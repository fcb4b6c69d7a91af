#include "bench/wide_characters.h"

#include <algorithm>

namespace ypp::bench {
namespace {

// Of the character that starts with this byte; none is above U+FFFF.
uint32_t Utf8Size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : 3;
}

}  // namespace

uint32_t Utf16Length(std::string_view utf8) {
  return static_cast<uint32_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

uint32_t WideCharacters::Utf8Offset(uint32_t position_utf16) const {
  uint32_t offset = position_utf16;
  for (const Wide& wide : wide_) {
    if (wide.position >= position_utf16) break;
    offset += wide.extra;
  }
  return offset;
}

void WideCharacters::Edit(uint32_t position_utf16, uint32_t deleted_utf16,
                          std::string_view inserted) {
  const uint32_t deleted_end = position_utf16 + deleted_utf16;
  const uint32_t inserted_length = Utf16Length(inserted);
  std::erase_if(wide_, [&](const Wide& wide) {
    return wide.position >= position_utf16 && wide.position < deleted_end;
  });
  for (Wide& wide : wide_) {
    if (wide.position >= position_utf16) wide.position += inserted_length - deleted_utf16;
  }
  if (inserted_length == inserted.size()) return;
  uint32_t position = position_utf16;
  for (size_t i = 0; i < inserted.size(); ++position) {
    const uint32_t size = Utf8Size(inserted[i]);
    if (size > 1) wide_.push_back({position, size - 1});
    i += size;
  }
  std::sort(wide_.begin(), wide_.end(),
            [](const Wide& a, const Wide& b) { return a.position < b.position; });
}

}  // namespace ypp::bench
