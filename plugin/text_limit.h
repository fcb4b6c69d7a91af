// Cuts text without cutting a character.
#ifndef YPP_PLUGIN_TEXT_LIMIT_H_
#define YPP_PLUGIN_TEXT_LIMIT_H_

#include <cstddef>
#include <string_view>

namespace ypp::plugin {

// The longest beginning of `utf8` that has at most `max_bytes` bytes and ends between two
// characters. REQUIRES: valid UTF-8.
inline std::string_view Utf8Prefix(std::string_view utf8, size_t max_bytes) {
  if (utf8.size() <= max_bytes) return utf8;
  size_t size = max_bytes;
  while (size > 0 && (static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80) --size;
  return utf8.substr(0, size);
}

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TEXT_LIMIT_H_
