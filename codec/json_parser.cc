#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/charconv.h"
#include "codec/json.h"
#include "codec/property_order.h"
#include "codec/utf.h"

namespace ypp::codec {
namespace {

// RFC 8259, as JSON.parse reads it. With kBuild it makes the value; without, it only checks.
// Recursion is bounded by kMaxAnyDepth.
template <bool kBuild>
class Parser {
 public:
  explicit Parser(std::string_view text)
      : begin_(text.data()), next_(begin_), end_(begin_ + text.size()) {}

  // False when the text is not JSON; error() and offset() say why and where.
  bool ParseText(Any* value) {
    if (!IsValidUtf8(std::string_view(begin_, static_cast<size_t>(end_ - begin_)))) {
      return Fail("invalid UTF-8");
    }
    SkipSpace();
    if (!ParseValue(value, 0)) return false;
    SkipSpace();
    return next_ == end_ || Fail("text after the JSON value");
  }

  const char* error() const { return error_; }
  size_t offset() const { return static_cast<size_t>(next_ - begin_); }
  // Nothing was seen that ToJson would write otherwise. Errs on the side of false.
  bool canonical() const { return canonical_; }

 private:
  bool Fail(const char* error) {
    error_ = error;
    return false;
  }

  char Peek() const { return next_ == end_ ? '\0' : *next_; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++next_;
    return true;
  }

  void SkipSpace() {
    while (next_ != end_ && (*next_ == ' ' || *next_ == '\n' || *next_ == '\t' || *next_ == '\r')) {
      canonical_ = false;
      ++next_;
    }
  }

  bool ParseWord(std::string_view word) {
    if (std::string_view(next_, static_cast<size_t>(end_ - next_)).substr(0, word.size()) != word) {
      return Fail("not a JSON value");
    }
    next_ += word.size();
    return true;
  }

  bool ParseValue(Any* value, int depth) {
    switch (Peek()) {
      case 'n':
        if (kBuild) *value = Any(nullptr);
        return ParseWord("null");
      case 't':
        if (kBuild) *value = Any(true);
        return ParseWord("true");
      case 'f':
        if (kBuild) *value = Any(false);
        return ParseWord("false");
      case '"': {
        std::string text;
        if (!ParseString(&text)) return false;
        if (kBuild) *value = Any(std::move(text));
        return true;
      }
      case '[':
        return ParseArray(value, depth + 1);
      case '{':
        return ParseObject(value, depth + 1);
      default:
        return ParseNumber(value);
    }
  }

  bool ParseArray(Any* value, int depth) {
    if (depth > kMaxAnyDepth) return Fail("value nested too deeply");
    Any::Array array;
    ++next_;
    SkipSpace();
    if (!Take(']')) {
      do {
        SkipSpace();
        Any element;
        if (!ParseValue(&element, depth)) return false;
        if (kBuild) array.push_back(std::move(element));
        SkipSpace();
      } while (Take(','));
      if (!Take(']')) return Fail("array without end");
    }
    if (kBuild) *value = Any(std::move(array));
    return true;
  }

  bool ParseObject(Any* value, int depth) {
    if (depth > kMaxAnyDepth) return Fail("value nested too deeply");
    Any::Object object;
    ++next_;
    SkipSpace();
    if (!Take('}')) {
      size_t members = 0;
      do {
        SkipSpace();
        std::string key;
        Any member;
        if (Peek() != '"') return Fail("member without a key");
        if (!ParseString(&key)) return false;
        SkipSpace();
        if (!Take(':')) return Fail("member without a value");
        SkipSpace();
        if (!ParseValue(&member, depth)) return false;
        if (kBuild) object.emplace_back(std::move(key), std::move(member));
        if (++members > 1) canonical_ = false;  // the order of keys is not looked into
        SkipSpace();
      } while (Take(','));
      if (!Take('}')) return Fail("object without end");
    }
    if (kBuild) *value = Any(InOrder(std::move(object)));
    return true;
  }

  static Any::Object InOrder(Any::Object object) {
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const auto& member : object) keys.push_back(member.first);
    if (InPropertyOrder(keys)) return object;
    Any::Object ordered;
    for (const size_t i : PropertyOrder(keys)) ordered.push_back(std::move(object[i]));
    return ordered;
  }

  bool ParseString(std::string* text) {
    ++next_;
    while (true) {
      const char* run = next_;
      while (next_ != end_ && *next_ != '"' && *next_ != '\\' &&
             static_cast<unsigned char>(*next_) >= 0x20) {
        ++next_;
      }
      if (kBuild) text->append(run, next_);
      if (next_ == end_) return Fail("string without end");
      if (Take('"')) return true;
      if (*next_ != '\\') return Fail("control character in a string");
      if (!ParseEscape(text)) return false;
    }
  }

  bool ParseEscape(std::string* text) {
    ++next_;
    const char c = Peek();
    char plain;
    switch (c) {
      case '"':
        plain = '"';
        break;
      case '\\':
        plain = '\\';
        break;
      case '/':
        plain = '/';
        break;
      case 'b':
        plain = '\b';
        break;
      case 'f':
        plain = '\f';
        break;
      case 'n':
        plain = '\n';
        break;
      case 'r':
        plain = '\r';
        break;
      case 't':
        plain = '\t';
        break;
      case 'u':
        return ParseUnicodeEscape(text);
      default:
        return Fail("unknown escape in a string");
    }
    if (c == '/') canonical_ = false;
    if (kBuild) text->push_back(plain);
    ++next_;
    return true;
  }

  // At the `u`. A pair of escapes makes one character; a lone surrogate becomes U+FFFD.
  bool ParseUnicodeEscape(std::string* text) {
    canonical_ = false;
    uint32_t unit;
    if (!ParseHexUnit(&unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && Peek() == '\\' && end_ - next_ > 1 && next_[1] == 'u') {
      const char* after_first = next_;
      ++next_;
      uint32_t low;
      if (!ParseHexUnit(&low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      } else {
        next_ = after_first;
      }
    }
    if (kBuild) AppendCharacter(text, unit);
    return true;
  }

  bool ParseHexUnit(uint32_t* unit) {
    ++next_;
    *unit = 0;
    for (int i = 0; i < 4; ++i, ++next_) {
      const char c = Peek();
      const char lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') {
        *unit = *unit << 4 | static_cast<uint32_t>(c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        *unit = *unit << 4 | static_cast<uint32_t>(lower - 'a' + 10);
      } else {
        return Fail("unknown escape in a string");
      }
    }
    return true;
  }

  static void AppendCharacter(std::string* text, uint32_t c) {
    const auto tail = [text, c](int shift) {
      text->push_back(static_cast<char>(0x80 | (c >> shift & 0x3f)));
    };
    if (c < 0x80) {
      text->push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text->push_back(static_cast<char>(0xC0 | c >> 6));
      tail(0);
    } else if (c >= 0xD800 && c < 0xE000) {
      text->append(kReplacementCharacter);
    } else if (c < 0x10000) {
      text->push_back(static_cast<char>(0xE0 | c >> 12));
      tail(6);
      tail(0);
    } else {
      text->push_back(static_cast<char>(0xF0 | c >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  bool SkipDigits() {
    const char* start = next_;
    while (next_ != end_ && *next_ >= '0' && *next_ <= '9') ++next_;
    return next_ != start;
  }

  bool ParseNumber(Any* value) {
    constexpr int kExactDigits =
        15;  // integers of so many digits are doubles, and are printed as they stand
    const char* start = next_;
    if (Take('-') && Peek() == '0') canonical_ = false;
    if (!Take('0') && !SkipDigits()) return Fail("not a JSON value");
    if (next_ - start > kExactDigits) canonical_ = false;
    if (Take('.')) {
      canonical_ = false;
      if (!SkipDigits()) return Fail("number without digits after the point");
    }
    if (Peek() == 'e' || Peek() == 'E') {
      canonical_ = false;
      ++next_;
      if (!Take('-')) Take('+');
      if (!SkipDigits()) return Fail("number without digits in the exponent");
    }
    if (!kBuild) return true;
    double number = 0;
    const absl::from_chars_result result = absl::from_chars(start, next_, number);
    // Out of range, absl gives the largest number where JavaScript gives infinity.
    if (result.ec == std::errc::result_out_of_range && std::fabs(number) > 1) {
      number = std::copysign(std::numeric_limits<double>::infinity(), number);
    }
    *value = Any(number);
    return true;
  }

  const char* begin_;
  const char* next_;
  const char* end_;
  const char* error_ = "";
  bool canonical_ = true;
};

}  // namespace

absl::StatusOr<Any> ParseJson(std::string_view text) {
  Any value;
  Parser<true> parser(text);
  if (parser.ParseText(&value)) return value;
  return absl::InvalidArgumentError(std::string(parser.error()) + " at byte " +
                                    std::to_string(parser.offset()));
}

bool IsJson(std::string_view text, bool* canonical) {
  Parser<false> parser(text);
  if (!parser.ParseText(nullptr)) return false;
  if (canonical != nullptr && !parser.canonical()) *canonical = false;
  return true;
}

}  // namespace ypp::codec
