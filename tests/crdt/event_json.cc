#include "tests/crdt/event_json.h"

#include <utility>

#include "codec/json.h"

namespace ypp {

namespace {

Any Shown(const Value& value) {
  if (const SharedType* type = value.if_type()) {
    static constexpr const char* kNames[] = {"array",       "map",     "text",    "xmlelement",
                                             "xmlfragment", "xmlhook", "xmltext", "untyped"};
    return Any::Object{{"type", kNames[static_cast<int>(type->kind())]}};
  }
  const Any* any = value.if_any();
  if (any == nullptr) return "doc";
  return any->kind() == Any::Kind::kUndefined ? Any("undefined") : *any;
}

}  // namespace

std::string ListDeltaJson(const ListDelta& delta) {
  Any::Array steps;
  for (const ListStep& step : delta) {
    if (step.action == DeltaAction::kInsert) {
      Any::Array values;
      for (const Value& value : step.insert) values.push_back(Shown(value));
      steps.push_back(Any::Object{{"insert", std::move(values)}});
    } else {
      const char* action = step.action == DeltaAction::kRetain ? "retain" : "delete";
      steps.push_back(Any::Object{{action, step.length}});
    }
  }
  return codec::ToJson(steps);
}

std::string KeysJson(const Event& event) {
  static constexpr const char* kActions[] = {"add", "update", "delete"};
  Any::Object keys;
  for (const KeyChange& change : event.keys()) {
    keys.emplace_back(
        change.key, Any::Array{kActions[static_cast<int>(change.action)], Shown(change.old_value)});
  }
  return codec::ToJson(keys);
}

std::string PathJson(const Event& event) {
  Any::Array path;
  for (const auto& step : event.path()) {
    if (const std::string* key = std::get_if<std::string>(&step)) {
      path.push_back(*key);
    } else {
      path.push_back(std::get<uint32_t>(step));
    }
  }
  return codec::ToJson(path);
}

}  // namespace ypp
