#include "tests/eval/tagged_value.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crdt/doc.h"
#include "crdt/xml.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

// Types nested deeper are shown as null, as the engine itself does.
constexpr int kMaxShownDepth = kMaxAnyDepth;

TypeKind KindNamed(const std::string& name) {
  if (name == "array") return TypeKind::kArray;
  if (name == "map") return TypeKind::kMap;
  if (name == "text") return TypeKind::kText;
  if (name == "xmltext") return TypeKind::kXmlText;
  if (name == "xmlelement") return TypeKind::kXmlElement;
  if (name == "xmlfragment") return TypeKind::kXmlFragment;
  if (name == "xmlhook") return TypeKind::kXmlHook;
  throw CaseError("unknown kind of type \"" + name + "\"");
}

// [[key, value], …]
Entries ToEntries(const Any::Array& pairs) {
  Entries entries;
  for (const Json& pair : pairs) {
    const Any::Array& key_value = AsArray(pair);
    if (key_value.size() != 2) throw CaseError("not a [key, value] pair");
    entries.emplace_back(AsString(key_value[0]), ToValue(key_value[1]));
  }
  return entries;
}

TextDelta InitialText(const Json& tagged) {
  const Json* init = Find(tagged, "init");
  if (init == nullptr) return {};
  if (const Any::Array* delta = init->if_array()) return ToTextDelta(*delta);
  const std::string& text = AsString(*init);
  return text.empty() ? TextDelta() : TextDelta{TextStep::Insert(Value(text))};
}

NewType ToNewType(const Json& tagged) {
  NewType type;
  type.kind = KindNamed(NeedString(tagged, "kind"));
  if (const Json* name = Find(tagged, "name")) type.name = AsString(*name);
  switch (type.kind) {
    case TypeKind::kText:
    case TypeKind::kXmlText:
      type.text = InitialText(tagged);
      break;
    case TypeKind::kMap:
    case TypeKind::kXmlHook:
      type.entries = ToEntries(ArrayOrEmpty(tagged, "init"));
      break;
    default:
      type.children = ToValues(ArrayOrEmpty(tagged, "init"));
      type.entries = ToEntries(ArrayOrEmpty(tagged, "attrs"));
  }
  return type;
}

std::shared_ptr<Doc> ToDoc(const Json& tagged) {
  DocOptions options;
  options.guid = NeedString(tagged, "guid");
  if (const Json* given = Find(tagged, "opts")) {
    options.gc = BoolOr(*given, "gc", true);
    options.auto_load = BoolOr(*given, "autoLoad", false);
    options.should_load = BoolOr(*given, "shouldLoad", true);
    if (const Json* meta = given->Find("meta")) options.meta = FromTagged(*meta);
  }
  return std::make_shared<Doc>(std::move(options));
}

}  // namespace

Value ToValue(const Json& tagged) {
  const std::string_view tag = tagged.if_object() == nullptr ? "" : Tag(tagged);
  if (tag == "type") return Value(ToNewType(tagged));
  if (tag == "doc") return Value(ToDoc(tagged));
  return Value(FromTagged(tagged));
}

std::vector<Value> ToValues(const Any::Array& tagged) {
  std::vector<Value> values;
  for (const Json& value : tagged) values.push_back(ToValue(value));
  return values;
}

Attributes ToAttributes(const Json& tagged) {
  Attributes attributes;
  for (const auto& [key, value] : AsObject(tagged)) attributes.emplace_back(key, FromTagged(value));
  return attributes;
}

TextDelta ToTextDelta(const Any::Array& steps) {
  TextDelta delta;
  for (const Json& step : steps) {
    const Json* given = Find(step, "attributes");
    Attributes attributes = given == nullptr ? Attributes() : ToAttributes(*given);
    if (const Json* insert = step.Find("insert")) {
      delta.push_back(TextStep::Insert(ToValue(*insert), std::move(attributes)));
    } else if (Find(step, "retain") != nullptr) {
      delta.push_back(TextStep::Retain(NeedIndex(step, "retain"), std::move(attributes)));
    } else {
      delta.push_back(TextStep::Delete(NeedIndex(step, "delete")));
    }
  }
  return delta;
}

namespace {

// An object whose members are in tagged JSON already.
Json TaggedObject(Any::Object members) {
  const bool awkward = std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.first == "$" || member.first == "__proto__";
  });
  if (!awkward) return members;
  Any::Array pairs;
  for (auto& [key, value] : members) pairs.push_back(Any::Array{Json(key), std::move(value)});
  return Any::Object{{"$", "object"}, {"v", std::move(pairs)}};
}

Json ContentOf(const Value& value, int depth);

Json ContentOfType(SharedType type, int depth) {
  if (depth > kMaxShownDepth) return Json(nullptr);
  switch (type.kind()) {
    case TypeKind::kText:
      return Json(Text(type).ToString());
    case TypeKind::kXmlText:
      return Json(XmlText(type).ToString());
    case TypeKind::kXmlElement:
    case TypeKind::kXmlFragment:
      return Json(XmlFragment(type).ToString());
    case TypeKind::kMap:
    case TypeKind::kXmlHook: {
      Any::Object members;
      Map(type).ForEach([&](std::string_view key, const Value& value) {
        members.emplace_back(key, ContentOf(value, depth + 1));
      });
      return TaggedObject(std::move(members));
    }
    case TypeKind::kArray: {
      Any::Array list;
      Array(type).ForEach([&](const Value& value) { list.push_back(ContentOf(value, depth + 1)); });
      return list;
    }
    case TypeKind::kUntyped:
      break;
  }
  return Any::Object{{"$", "undefined"}};
}

Json ContentOf(const Value& value, int depth) {
  if (const SharedType* type = value.if_type()) return ContentOfType(*type, depth);
  return FromValue(value, TypesAs::kKind);
}

Json StepJson(const char* action, Json what, Any::Object attributes) {
  Any::Object step;
  step.emplace_back(action, std::move(what));
  if (!attributes.empty()) {
    for (auto& [key, value] : attributes) value = ToTagged(value);
    step.emplace_back("attributes", TaggedObject(std::move(attributes)));
  }
  return step;
}

}  // namespace

Json PlainContent(const Value& value) { return ContentOf(value, 0); }

Json FromValue(const Value& value, TypesAs types) {
  if (const SharedType* type = value.if_type()) {
    Any::Object shown = {{"$", "type"}, {"kind", KindName(type->kind())}};
    if (types == TypesAs::kContent) shown.emplace_back("json", PlainContent(value));
    return shown;
  }
  if (const std::shared_ptr<Doc> doc = value.if_doc()) {
    return Any::Object{{"$", "doc"}, {"guid", Json(doc->guid())}};
  }
  return ToTagged(*value.if_any());
}

Json FromDelta(const TextDelta& delta, TypesAs types) {
  Any::Array list;
  for (const TextStep& step : delta) {
    switch (step.action) {
      case DeltaAction::kInsert:
        list.push_back(StepJson("insert", FromValue(step.insert, types), step.attributes));
        break;
      case DeltaAction::kRetain:
        list.push_back(StepJson("retain", Json(step.length), step.attributes));
        break;
      case DeltaAction::kDelete:
        list.push_back(StepJson("delete", Json(step.length), {}));
    }
  }
  return list;
}

Json FromDelta(const ListDelta& delta, TypesAs types) {
  Any::Array list;
  for (const ListStep& step : delta) {
    if (step.action == DeltaAction::kInsert) {
      Any::Array values;
      for (const Value& value : step.insert) values.push_back(FromValue(value, types));
      list.push_back(StepJson("insert", std::move(values), {}));
    } else {
      const char* action = step.action == DeltaAction::kRetain ? "retain" : "delete";
      list.push_back(StepJson(action, Json(step.length), {}));
    }
  }
  return list;
}

Json FromEntries(const Entries& entries) {
  Any::Object members;
  for (const auto& [key, value] : entries) {
    members.emplace_back(key, FromValue(value, TypesAs::kContent));
  }
  return TaggedObject(std::move(members));
}

const char* KindName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kArray:
      return "array";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kText:
      return "text";
    case TypeKind::kXmlElement:
      return "xmlelement";
    case TypeKind::kXmlFragment:
      return "xmlfragment";
    case TypeKind::kXmlHook:
      return "xmlhook";
    case TypeKind::kXmlText:
      return "xmltext";
    case TypeKind::kUntyped:
      break;
  }
  return "unknown";
}

}  // namespace ypp::eval
