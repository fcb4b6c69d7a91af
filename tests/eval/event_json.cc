#include "tests/eval/event_json.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "tests/eval/tagged_value.h"

namespace ypp::eval {

namespace {

Json PathJson(const EventPath& path) {
  Any::Array steps;
  for (const auto& step : path) {
    std::visit([&steps](const auto& value) { steps.push_back(Json(value)); }, step);
  }
  return steps;
}

Json KeysJson(const std::vector<KeyChange>& keys) {
  Any::Object shown;
  for (const KeyChange& change : keys) {
    const char* action = change.action == KeyAction::kAdd      ? "add"
                         : change.action == KeyAction::kUpdate ? "update"
                                                               : "delete";
    shown.emplace_back(
        change.key,
        Any::Object{{"action", action}, {"oldValue", FromValue(change.old_value, TypesAs::kKind)}});
  }
  return shown;
}

Json Guids(const std::vector<std::shared_ptr<Doc>>& docs) {
  std::vector<std::string> guids;
  for (const std::shared_ptr<Doc>& doc : docs) guids.emplace_back(doc->guid());
  std::sort(guids.begin(), guids.end());
  return Any::Array(guids.begin(), guids.end());
}

}  // namespace

Json EventJson(const std::string& root, const Event& event) {
  Any::Object shown = {{"root", Json(root)},
                       {"path", PathJson(event.path())},
                       {"target", KindName(event.target().kind())}};
  if (const TextDelta& delta = event.text_delta(); !delta.empty()) {
    shown.emplace_back("delta", FromDelta(delta, TypesAs::kKind));
  } else if (const ListDelta& list = event.delta(); !list.empty()) {
    shown.emplace_back("delta", FromDelta(list, TypesAs::kKind));
  }
  if (!event.keys().empty()) shown.emplace_back("keys", KeysJson(event.keys()));
  return shown;
}

Json SubdocsJson(const SubdocsEvent& event) {
  return Any::Object{{"subdocs", Any::Object{{"added", Guids(event.added)},
                                             {"removed", Guids(event.removed)},
                                             {"loaded", Guids(event.loaded)}}}};
}

}  // namespace ypp::eval
