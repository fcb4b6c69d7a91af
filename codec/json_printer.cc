#include <charconv>
#include <cmath>

#include "codec/any_tags.h"
#include "codec/any_writer.h"
#include "codec/json.h"
#include "codec/property_order.h"

namespace ypp::codec {
namespace {

void AppendString(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out.push_back(kHex[c >> 4]);
          out.push_back(kHex[c & 0xf]);
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void AppendValue(std::string& out, const Any& value);

void AppendArray(std::string& out, const Any::Array& array) {
  char separator = '[';
  for (const Any& element : array) {
    out.push_back(separator);
    separator = ',';
    if (element.is_undefined()) {
      out += "null";
    } else {
      AppendValue(out, element);
    }
  }
  if (array.empty()) out.push_back('[');
  out.push_back(']');
}

void AppendObject(std::string& out, const Any::Object& object) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (const auto& member : object) keys.push_back(member.first);
  char separator = '{';
  const auto append_member = [&out, &separator](const std::pair<std::string, Any>& member) {
    if (member.second.is_undefined()) return;
    out.push_back(separator);
    separator = ',';
    AppendString(out, member.first);
    out.push_back(':');
    AppendValue(out, member.second);
  };
  if (InPropertyOrder(keys)) {
    for (const auto& member : object) append_member(member);
  } else {
    for (const uint32_t i : PropertyOrder(keys)) append_member(object[i]);
  }
  if (separator == '{') out.push_back('{');
  out.push_back('}');
}

void AppendBytes(std::string& out, std::string_view bytes) {
  out.push_back('{');
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out.push_back(',');
    out += "\"" + std::to_string(i) + "\":" + std::to_string(static_cast<uint8_t>(bytes[i]));
  }
  out.push_back('}');
}

void AppendValue(std::string& out, const Any& value) {
  switch (value.kind()) {
    case Any::Kind::kUndefined:
      out += "undefined";
      return;
    case Any::Kind::kNull:
      out += "null";
      return;
    case Any::Kind::kBool:
      out += *value.if_bool() ? "true" : "false";
      return;
    case Any::Kind::kNumber:
      out += std::isfinite(*value.if_number()) ? NumberToString(*value.if_number()) : "null";
      return;
    case Any::Kind::kBigInt:
      out += std::to_string(value.if_bigint()->value);
      return;
    case Any::Kind::kString:
      AppendString(out, *value.if_string());
      return;
    case Any::Kind::kBytes:
      AppendBytes(out, value.if_bytes()->bytes);
      return;
    case Any::Kind::kArray:
      AppendArray(out, *value.if_array());
      return;
    case Any::Kind::kObject:
      AppendObject(out, *value.if_object());
      return;
  }
}

void AppendEncoded(std::string& out, ByteReader& in);

// Recursion is bounded by kMaxAnyDepth, which whoever checked the bytes has checked.
void AppendEncodedArray(std::string& out, ByteReader& in) {
  const uint64_t count = in.ReadCount();
  char separator = '[';
  for (uint64_t i = 0; i < count; ++i) {
    out.push_back(separator);
    separator = ',';
    if (*in.cursor() == kTagUndefined) {
      in.ReadUint8();
      out += "null";
    } else {
      AppendEncoded(out, in);
    }
  }
  if (count == 0) out.push_back('[');
  out.push_back(']');
}

void AppendEncodedObject(std::string& out, ByteReader& in) {
  const uint64_t count = in.ReadCount();
  char separator = '{';
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view key = in.ReadVarString();
    if (*in.cursor() == kTagUndefined) {
      in.ReadUint8();
      continue;
    }
    out.push_back(separator);
    separator = ',';
    AppendString(out, key);
    out.push_back(':');
    AppendEncoded(out, in);
  }
  if (separator == '{') out.push_back('{');
  out.push_back('}');
}

void AppendEncoded(std::string& out, ByteReader& in) {
  const size_t begin = in.position();
  switch (in.ReadUint8()) {
    case kTagArray:
      return AppendEncodedArray(out, in);
    case kTagObject:
      return AppendEncodedObject(out, in);
    default:
      in.Seek(begin);
      return AppendValue(out, ReadAny(in));
  }
}

}  // namespace

std::string AnyToJson(std::string_view any) {
  std::string out;
  ByteReader in(AsBytes(any));
  AppendEncoded(out, in);
  return out;
}

std::string ToJson(const Any& value) {
  std::string out;
  AppendValue(out, value);
  return out;
}

// Number::toString, ECMA-262. to_chars finds the digits; where the point goes and when an exponent
// is shown is JavaScript's own.
std::string NumberToString(double value) {
  constexpr int kMaxPointPlaces = 21;  // larger numbers get an exponent
  constexpr int kMinPointPlaces = -6;  // and numbers with more zeros after the point
  if (std::isnan(value)) return "NaN";
  if (value == 0) return "0";
  std::string out = std::signbit(value) ? "-" : "";
  value = std::fabs(value);
  if (std::isinf(value)) return out + "Infinity";

  char buffer[32];  // d.ddddde-xxx
  const char* end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  std::string digits;
  const char* p = buffer;
  for (; *p != 'e'; ++p) {
    if (*p != '.') digits.push_back(*p);
  }
  int exponent = 0;
  p += p[1] == '+' ? 2 : 1;
  std::from_chars(p, end, exponent);

  const int size = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the value is 0.digits * 10^point
  if (point >= size && point <= kMaxPointPlaces) {
    return out + digits + std::string(static_cast<size_t>(point - size), '0');
  }
  if (point > 0 && point <= kMaxPointPlaces) {
    return out + digits.substr(0, static_cast<size_t>(point)) + "." +
           digits.substr(static_cast<size_t>(point));
  }
  if (point > kMinPointPlaces && point <= 0) {
    return out + "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  }
  out.push_back(digits[0]);
  if (size > 1) out += "." + digits.substr(1);
  return out + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

}  // namespace ypp::codec
