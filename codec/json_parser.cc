#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/charconv.h"
#include "codec/any_writer.h"
#include "codec/json.h"
#include "codec/property_order.h"
#include "codec/utf.h"

namespace ypp::codec {
namespace {

// RFC 8259, as JSON.parse reads it. Tells the handler what it finds:
//
//   kWantsValues                     whether Scalar and Key are of interest, else they are not
//   called Scalar(Any)                      a value that is no array and no object BeginArray(),
//   EndArray(count)    before the first element and behind the last BeginObject(), Key(string),
//   EndObject(count)
//
// Recursion is bounded by kMaxAnyDepth.
template <typename Handler>
class Parser {
 public:
  Parser(std::string_view text, Handler& handler)
      : handler_(handler), begin_(text.data()), next_(begin_), end_(begin_ + text.size()) {}

  // False when the text is not JSON; error() and offset() say why and where.
  bool ParseText() {
    if (!IsValidUtf8(std::string_view(begin_, static_cast<size_t>(end_ - begin_)))) {
      return Fail("invalid UTF-8");
    }
    SkipSpace();
    if (!ParseValue(0)) return false;
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

  template <typename Value>
  bool ParseWord(std::string_view word, Value value) {
    if (std::string_view(next_, static_cast<size_t>(end_ - next_)).substr(0, word.size()) != word) {
      return Fail("not a JSON value");
    }
    next_ += word.size();
    if constexpr (Handler::kWantsValues) handler_.Scalar(value);
    return true;
  }

  bool ParseValue(int depth) {
    switch (Peek()) {
      case 'n':
        return ParseWord("null", nullptr);
      case 't':
        return ParseWord("true", true);
      case 'f':
        return ParseWord("false", false);
      case '"': {
        std::string text;
        if (!ParseString(&text)) return false;
        if constexpr (Handler::kWantsValues) handler_.Scalar(std::move(text));
        return true;
      }
      case '[':
        return ParseArray(depth + 1);
      case '{':
        return ParseObject(depth + 1);
      default:
        return ParseNumber();
    }
  }

  bool ParseArray(int depth) {
    if (depth > kMaxAnyDepth) return Fail("value nested too deeply");
    handler_.BeginArray();
    uint32_t elements = 0;
    ++next_;
    SkipSpace();
    if (!Take(']')) {
      do {
        SkipSpace();
        if (!ParseValue(depth)) return false;
        ++elements;
        SkipSpace();
      } while (Take(','));
      if (!Take(']')) return Fail("array without end");
    }
    handler_.EndArray(elements);
    return true;
  }

  bool ParseObject(int depth) {
    if (depth > kMaxAnyDepth) return Fail("value nested too deeply");
    handler_.BeginObject();
    uint32_t members = 0;
    ++next_;
    SkipSpace();
    if (!Take('}')) {
      do {
        SkipSpace();
        std::string key;
        if (Peek() != '"') return Fail("member without a key");
        if (!ParseString(&key)) return false;
        if constexpr (Handler::kWantsValues) handler_.Key(std::move(key));
        SkipSpace();
        if (!Take(':')) return Fail("member without a value");
        SkipSpace();
        if (!ParseValue(depth)) return false;
        if (++members > 1) canonical_ = false;  // the order of keys is not looked into
        SkipSpace();
      } while (Take(','));
      if (!Take('}')) return Fail("object without end");
    }
    handler_.EndObject(members);
    return true;
  }

  bool ParseString(std::string* text) {
    ++next_;
    while (true) {
      const char* run = next_;
      while (next_ != end_ && *next_ != '"' && *next_ != '\\' &&
             static_cast<unsigned char>(*next_) >= 0x20) {
        ++next_;
      }
      if constexpr (Handler::kWantsValues) text->append(run, next_);
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
    if constexpr (Handler::kWantsValues) text->push_back(plain);
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
    if constexpr (Handler::kWantsValues) AppendCharacter(text, unit);
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

  bool ParseNumber() {
    // Integers of so many digits are doubles, and are printed as they stand.
    constexpr int kExactDigits = 15;
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
    if constexpr (!Handler::kWantsValues) return true;
    double number = 0;
    const absl::from_chars_result result = absl::from_chars(start, next_, number);
    // Out of range, absl gives the largest number where JavaScript gives infinity.
    if (result.ec == std::errc::result_out_of_range && std::fabs(number) > 1) {
      number = std::copysign(std::numeric_limits<double>::infinity(), number);
    }
    if constexpr (Handler::kWantsValues) handler_.Scalar(number);
    return true;
  }

  Handler& handler_;
  const char* begin_;
  const char* next_;
  const char* end_;
  const char* error_ = "";
  bool canonical_ = true;
};

// Only checks.
struct Checker {
  static constexpr bool kWantsValues = false;
  void BeginArray() {}
  void EndArray(uint32_t) {}
  void BeginObject() {}
  void EndObject(uint32_t) {}
};

Any::Object InOrder(Any::Object object) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (const auto& member : object) keys.push_back(member.first);
  if (InPropertyOrder(keys)) return object;
  Any::Object ordered;
  for (const uint32_t i : PropertyOrder(keys)) ordered.push_back(std::move(object[i]));
  return ordered;
}

class Builder {
 public:
  static constexpr bool kWantsValues = true;
  void Scalar(Any value) {
    if (open_.empty()) {
      value_ = std::move(value);
    } else if (open_.back().is_object) {
      open_.back().members.back().second = std::move(value);
    } else {
      open_.back().elements.push_back(std::move(value));
    }
  }
  void BeginArray() { open_.emplace_back().is_object = false; }
  void EndArray(uint32_t) {
    Any array(std::move(open_.back().elements));
    open_.pop_back();
    Scalar(std::move(array));
  }
  void BeginObject() { open_.emplace_back().is_object = true; }
  void Key(std::string key) { open_.back().members.emplace_back(std::move(key), Any()); }
  void EndObject(uint32_t) {
    Any object(InOrder(std::move(open_.back().members)));
    open_.pop_back();
    Scalar(std::move(object));
  }

  Any Take() { return std::move(value_); }

 private:
  struct Open {
    bool is_object = false;
    Any::Array elements;
    Any::Object members;
  };

  std::vector<Open> open_;
  Any value_;
};

// How many elements or members each array and object has, in the order in which they begin.
class Counter {
 public:
  static constexpr bool kWantsValues = false;
  void BeginArray() {
    open_.push_back(counts.size());
    counts.push_back(0);
  }
  void EndArray(uint32_t count) {
    counts[open_.back()] = count;
    open_.pop_back();
  }
  void BeginObject() { BeginArray(); }
  void EndObject(uint32_t count) { EndArray(count); }

  std::vector<uint32_t> counts;

 private:
  std::vector<size_t> open_;
};

// Writes the value as Any, whose arrays and objects begin with their counts.
class Encoder {
 public:
  static constexpr bool kWantsValues = true;
  Encoder(ByteWriter& out, const std::vector<uint32_t>& counts)
      : writer_(out), next_count_(counts.data()) {}

  void Scalar(const Any& value) { writer_.Scalar(value); }
  void BeginArray() { writer_.BeginArray(*next_count_++); }
  void EndArray(uint32_t) {}
  void BeginObject() { writer_.BeginObject(*next_count_++); }
  void Key(std::string_view key) { writer_.Key(key); }
  void EndObject(uint32_t) { writer_.EndObject(AnyWriter::Proto::kKeep); }

 private:
  AnyWriter writer_;
  const uint32_t* next_count_;
};

}  // namespace

absl::StatusOr<Any> ParseJson(std::string_view text) {
  Builder builder;
  Parser<Builder> parser(text, builder);
  if (parser.ParseText()) return builder.Take();
  return absl::InvalidArgumentError(std::string(parser.error()) + " at byte " +
                                    std::to_string(parser.offset()));
}

bool IsJson(std::string_view text, bool* canonical) {
  Checker checker;
  Parser<Checker> parser(text, checker);
  if (!parser.ParseText()) return false;
  if (canonical != nullptr && !parser.canonical()) *canonical = false;
  return true;
}

bool JsonToAny(std::string_view text, ByteWriter& out) {
  Counter counter;
  if (!Parser<Counter>(text, counter).ParseText()) return false;
  Encoder encoder(out, counter.counts);
  return Parser<Encoder>(text, encoder).ParseText();
}

}  // namespace ypp::codec
