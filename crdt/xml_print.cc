#include "crdt/xml_print.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "codec/json.h"
#include "codec/unicode_case.h"
#include "codec/utf.h"
#include "crdt/delta.h"
#include "crdt/elements.h"
#include "crdt/entries.h"
#include "crdt/text.h"
#include "crdt/values.h"

namespace ypp::internal {

namespace {

constexpr std::string_view kObject = "[object Object]";

// What JavaScript's String() makes of the value.
void AppendPlain(std::string& out, const Any& value) {
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
      out += codec::NumberToString(*value.if_number());
      return;
    case Any::Kind::kBigInt:
      out += std::to_string(value.if_bigint()->value);
      return;
    case Any::Kind::kString:
      out += *value.if_string();
      return;
    case Any::Kind::kObject:
      out += kObject;
      return;
    case Any::Kind::kBytes: {
      bool first = true;
      for (const char byte : value.if_bytes()->bytes) {
        if (!std::exchange(first, false)) out.push_back(',');
        out += std::to_string(static_cast<uint8_t>(byte));
      }
      return;
    }
    case Any::Kind::kArray: {
      bool first = true;
      for (const Any& element : *value.if_array()) {
        if (!std::exchange(first, false)) out.push_back(',');
        if (!element.is_null() && !element.is_undefined()) AppendPlain(out, element);
      }
      return;
    }
  }
}

// Name and value of each property that JavaScript's for-in finds in a value. A string has one for
// each of its units.
std::vector<std::pair<std::string, std::string>> PropertiesOf(const Any& value) {
  std::vector<std::pair<std::string, std::string>> properties;
  const auto add = [&](std::string name, const Any& member) {
    properties.emplace_back(std::move(name), std::string());
    AppendPlain(properties.back().second, member);
  };
  if (const Any::Object* object = value.if_object()) {
    for (const auto& [name, member] : *object) add(name, member);
  } else if (const Any::Array* array = value.if_array()) {
    for (const Any& element : *array) add(std::to_string(properties.size()), element);
  } else if (const Any::ByteString* bytes = value.if_bytes()) {
    for (const char byte : bytes->bytes) {
      add(std::to_string(properties.size()), Any(static_cast<int>(static_cast<uint8_t>(byte))));
    }
  } else if (const std::string* string = value.if_string()) {
    codec::ForEachUtf16Unit(
        *string, [&](std::string_view unit) { add(std::to_string(properties.size()), Any(unit)); });
  }
  return properties;
}

template <typename Pairs>
void SortByName(Pairs& pairs) {
  std::sort(pairs.begin(), pairs.end(),
            [](const auto& a, const auto& b) { return codec::LessInUtf16(a.first, b.first); });
}

class XmlPrinter {
 public:
  std::string Take() { return std::move(out_); }

  void Type(const SharedType& type, int depth) {
    if (depth > kMaxAnyDepth) return;
    switch (type.kind()) {
      case TypeKind::kXmlElement:
        return Element(type, depth);
      case TypeKind::kXmlFragment:
        return Children(type, depth);
      case TypeKind::kXmlText:
        return FormattedText(Text(type), depth);
      case TypeKind::kText:
        out_ += Text(type).ToString();
        return;
      default:
        out_ += kObject;
    }
  }

 private:
  void One(const Value& value, int depth) {
    if (const SharedType* type = value.if_type()) {
      Type(*type, depth + 1);
    } else if (const Any* any = value.if_any()) {
      AppendPlain(out_, *any);
    } else {
      out_ += kObject;
    }
  }

  void Children(const SharedType& parent, int depth) {
    ForEachElement(parent, [&](const Value& child) { One(child, depth); });
  }

  void Element(const SharedType& element, int depth) {
    const std::string name = codec::ToLowerCase(NameOf(element));
    out_ += '<' + name;
    Entries attributes = EntriesAsProperties(element);
    SortByName(attributes);
    for (const auto& [attribute, value] : attributes) {
      out_ += ' ' + attribute + "=\"";
      One(value, depth);
      out_.push_back('"');
    }
    out_.push_back('>');
    Children(element, depth);
    out_ += "</" + name + '>';
  }

  // Each format is a tag, and the properties of its value are the tag's attributes.
  void FormattedText(const Text& text, int depth) {
    for (TextStep& step : text.ToDelta()) {
      SortByName(step.attributes);
      for (const auto& [tag, value] : step.attributes) {
        out_ += '<' + tag;
        auto properties = PropertiesOf(value);
        SortByName(properties);
        for (const auto& [name, property] : properties) out_ += ' ' + name + "=\"" + property + '"';
        out_.push_back('>');
      }
      One(step.insert, depth);
      for (auto tag = step.attributes.rbegin(); tag != step.attributes.rend(); ++tag) {
        out_ += "</" + tag->first + '>';
      }
    }
  }

  std::string out_;
};

}  // namespace

std::string PrintXml(const SharedType& type, int depth) {
  if (!type.valid()) return {};
  XmlPrinter printer;
  printer.Type(type, depth);
  return printer.Take();
}

}  // namespace ypp::internal
