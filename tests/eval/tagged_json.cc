#include "tests/eval/tagged_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tests/eval/bytes_text.h"

namespace ypp::eval {

namespace {

Json Tagged(const char* tag, Json value) {
  return Any::Object{{"$", Json(tag)}, {"v", std::move(value)}};
}

Json NumberToTagged(double number) {
  if (std::isnan(number)) return Tagged("number", "NaN");
  if (std::isinf(number)) return Tagged("number", number > 0 ? "Infinity" : "-Infinity");
  if (number == 0 && std::signbit(number)) return Tagged("number", "-0");
  return Json(number);
}

Json ObjectToTagged(const Any::Object& object) {
  const bool awkward = std::any_of(object.begin(), object.end(), [](const auto& member) {
    return member.first == "$" || member.first == "__proto__";
  });
  if (awkward) {
    Any::Array pairs;
    for (const auto& [key, value] : object) {
      pairs.push_back(Any::Array{Json(key), ToTagged(value)});
    }
    return Tagged("object", std::move(pairs));
  }
  Any::Object result;
  for (const auto& [key, value] : object) result.emplace_back(key, ToTagged(value));
  return result;
}

double NumberFromTagged(const std::string& text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text == "-0") return -0.0;
  throw CaseError("unknown number \"" + text + "\"");
}

// Wraps modulo 2^64, as the encoding of a big integer does.
int64_t BigIntFromTagged(const std::string& text) {
  const bool negative = text.starts_with('-');
  uint64_t magnitude = 0;
  for (const char c : std::string_view(text).substr(negative ? 1 : 0)) {
    if (c < '0' || c > '9') throw CaseError("not a big integer: \"" + text + "\"");
    magnitude = magnitude * 10 + static_cast<uint64_t>(c - '0');
  }
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

}  // namespace

Json ToTagged(const Any& value) {
  switch (value.kind()) {
    case Any::Kind::kUndefined:
      return Any::Object{{"$", Json("undefined")}};
    case Any::Kind::kNumber:
      return NumberToTagged(*value.if_number());
    case Any::Kind::kBigInt:
      return Tagged("bigint", std::to_string(value.if_bigint()->value));
    case Any::Kind::kBytes:
      return Tagged("bytes", ToBase64(value.if_bytes()->bytes));
    case Any::Kind::kObject:
      return ObjectToTagged(*value.if_object());
    case Any::Kind::kArray: {
      Any::Array list;
      for (const Any& element : *value.if_array()) list.push_back(ToTagged(element));
      return list;
    }
    default:
      return value;
  }
}

std::string_view Tag(const Json& value) {
  const Json* tag = value.Find("$");
  return tag == nullptr ? std::string_view() : std::string_view(AsString(*tag));
}

Any FromTagged(const Json& tagged) {
  if (const Any::Array* array = tagged.if_array()) {
    Any::Array list;
    for (const Json& element : *array) list.push_back(FromTagged(element));
    return list;
  }
  const Any::Object* object = tagged.if_object();
  if (object == nullptr) return tagged;
  const std::string_view tag = Tag(tagged);
  if (tag.empty()) {
    Any::Object result;
    for (const auto& [key, value] : *object) result.emplace_back(key, FromTagged(value));
    return result;
  }
  if (tag == "undefined") return Any();
  if (tag == "number") return Any(NumberFromTagged(NeedString(tagged, "v")));
  if (tag == "bigint") return Any(Any::BigInt{BigIntFromTagged(NeedString(tagged, "v"))});
  if (tag == "bytes") return Any(Any::ByteString{FromBase64(NeedString(tagged, "v"))});
  if (tag == "object") {
    Any::Object result;
    for (const Json& pair : NeedArray(tagged, "v")) {
      const Any::Array& key_value = AsArray(pair);
      if (key_value.size() != 2) throw CaseError("not a [key, value] pair");
      Put(result, AsString(key_value[0]), FromTagged(key_value[1]));
    }
    return result;
  }
  throw CaseError("\"" + std::string(tag) + "\" is no plain value");
}

}  // namespace ypp::eval
