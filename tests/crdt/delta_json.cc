#include "tests/crdt/delta_json.h"

#include <utility>

#include "codec/json.h"

namespace ypp {

std::string DeltaJson(const TextDelta& delta) {
  Any::Array steps;
  for (const TextStep& step : delta) {
    Any::Object object;
    switch (step.action) {
      case DeltaAction::kInsert:
        object.emplace_back("insert", step.insert.ToAny());
        break;
      case DeltaAction::kRetain:
        object.emplace_back("retain", Any(step.length));
        break;
      case DeltaAction::kDelete:
        object.emplace_back("delete", Any(step.length));
        break;
    }
    if (!step.attributes.empty()) object.emplace_back("attributes", Any(step.attributes));
    steps.emplace_back(std::move(object));
  }
  return codec::ToJson(Any(std::move(steps)));
}

}  // namespace ypp
