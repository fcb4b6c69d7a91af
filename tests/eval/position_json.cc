#include "tests/eval/position_json.h"

#include <limits>
#include <optional>

#include "crdt/relative_position.h"

namespace ypp::eval {

namespace {

int64_t AsAssoc(const Json& assoc) {
  const double* number = assoc.if_number();
  if (number == nullptr) throw CaseError("assoc is not a number");
  return static_cast<int64_t>(*number);
}

// The position at the end of a type names that type.
Json TypeJson(const SharedType& type) {
  const RelativePosition end = RelativePositionAt(type, std::numeric_limits<uint32_t>::max());
  if (end.root_name) return Any::Object{{"root", Json(*end.root_name)}};
  if (!end.type) throw CaseError("a position in a type without a name");
  return Any::Object{{"item", Any::Array{Json(end.type->client), Json(uint64_t{end.type->clock})}}};
}

}  // namespace

Json PositionAtJson(const SharedType& type, uint32_t index, const Json* assoc,
                    const WriteBytes& write) {
  const RelativePosition position =
      RelativePositionAt(type, index, assoc == nullptr ? 0 : AsAssoc(*assoc));
  const absl::StatusOr<std::string> bytes = EncodeRelativePosition(position);
  if (!bytes.ok()) throw CaseError("position: " + bytes.status().ToString());
  return Any::Object{{"bytes", write(*bytes)}, {"json", RelativePositionToJson(position)}};
}

Json ResolvedJson(Doc& doc, const std::string& encoded) {
  const absl::StatusOr<RelativePosition> position = DecodeRelativePosition(codec::AsBytes(encoded));
  if (!position.ok()) throw CaseError("position: " + position.status().ToString());
  const std::optional<AbsolutePosition> place = ResolvePosition(doc, *position);
  if (!place) return nullptr;
  return Any::Object{{"index", Json(place->index)},
                     {"assoc", Json(place->assoc)},
                     {"type", TypeJson(place->type)}};
}

}  // namespace ypp::eval
