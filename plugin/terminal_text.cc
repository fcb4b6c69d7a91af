#include "plugin/terminal_text.h"

#include <cstdint>
#include <cstdio>

#include "plugin/text_limit.h"

namespace ypp::plugin {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The code point of a two- or three-byte sequence at the start of `bytes`, or 0.
uint32_t ShortCodePoint(std::string_view bytes, size_t* size) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() >= 2 && (byte(0) & 0xE0) == 0xC0) {
    *size = 2;
    return (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
  }
  if (bytes.size() >= 3 && (byte(0) & 0xF0) == 0xE0) {
    *size = 3;
    return (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
  }
  return 0;
}

bool IsDangerous(uint32_t code_point) {
  return (code_point >= 0x80 && code_point < 0xA0) ||       // C1 controls
         (code_point >= 0x202A && code_point <= 0x202E) ||  // embeddings and overrides
         (code_point >= 0x2066 && code_point <= 0x2069) ||  // isolates
         code_point == 0x2028 || code_point == 0x2029;      // line and paragraph separators
}

}  // namespace

std::string Printable(std::string_view utf8) {
  std::string printable;
  printable.reserve(utf8.size());
  for (size_t i = 0; i < utf8.size();) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    size_t size = 1;
    if (c < 0x80) {
      const bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
      if (control) {
        printable += kReplacement;
      } else {
        printable.push_back(utf8[i]);
      }
    } else if (IsDangerous(ShortCodePoint(utf8.substr(i), &size))) {
      printable += kReplacement;
    } else {
      printable.append(utf8.substr(i, size));
    }
    i += size;
  }
  return printable;
}

std::string PrintableLine(std::string_view utf8, size_t max_bytes) {
  std::string line = Printable(Utf8Prefix(utf8, max_bytes));
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  if (utf8.size() > max_bytes) line += "…";
  return line;
}

Screen::Screen(bool interactive, bool colour) : interactive_(interactive), colour_(colour) {}

std::string Screen::Painted(std::string_view text, Tone tone) const {
  if (!colour_ || tone == Tone::kPlain || text.empty()) return std::string(text);
  static constexpr std::string_view kCodes[] = {"", "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[31m"};
  std::string painted(kCodes[static_cast<int>(tone)]);
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

void Screen::Say(std::string_view tag, std::string_view text, Tone tone) {
  std::string out;
  if (!tag.empty()) out = Painted(tag, Tone::kStrong) + " ";
  bool first = true;
  while (first || !text.empty()) {
    const size_t end = text.find('\n');
    if (!first) out += "    ";
    out += Painted(text.substr(0, end), tone);
    out += '\n';
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    first = false;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (prompt_shown_) std::fputs("\r\x1b[K", stdout);
  std::fwrite(out.data(), 1, out.size(), stdout);
  if (prompt_shown_) std::fputs("> ", stdout);
  std::fflush(stdout);
}

void Screen::Prompt() {
  if (!interactive_) return;
  std::lock_guard<std::mutex> lock(mutex_);
  std::fputs("> ", stdout);
  std::fflush(stdout);
  prompt_shown_ = true;
}

void Screen::ForgetPrompt() {
  std::lock_guard<std::mutex> lock(mutex_);
  prompt_shown_ = false;
}

}  // namespace ypp::plugin
