#include "crdt/relative_position.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crdt/doc_state.h"
#include "crdt/redone.h"

namespace ypp {

using codec::StructKind;
using internal::DocState;
using internal::Item;
using internal::ItemRef;
using internal::LocalId;
using internal::TypeIndex;
using internal::TypeRecord;
using internal::UnitPlace;

namespace {

// kNone when the document does not have the unit yet, kGc when it was collected.
UnitPlace Locate(const DocState& doc, Id id, UndoneDeletions undone) {
  const LocalId local = doc.clients.Local(id);
  if (!local.exists() || local.clock >= doc.clients[local.client].state()) return {};
  if (undone == UndoneDeletions::kFollow) return internal::FollowRedone(doc, local);
  const ItemRef ref = doc.FindItem(local);
  return {ref, ref == ItemRef::kGc ? 0 : local.clock - doc.items[ref].id.clock};
}

SharedType HandleOf(DocState& doc, TypeIndex type) {
  return SharedType(&doc, type, doc.types[type].generation);
}

std::optional<AbsolutePosition> ResolveItem(DocState& doc, const RelativePosition& position,
                                            UndoneDeletions undone) {
  const UnitPlace place = Locate(doc, *position.item, undone);
  if (place.item == ItemRef::kNone || place.item == ItemRef::kGc) return std::nullopt;
  const Item& item = doc.items[place.item];
  AbsolutePosition absolute{HandleOf(doc, item.parent), 0, position.assoc};
  if (!absolute.type.live()) return absolute;
  if (!item.deleted() && item.countable()) {
    absolute.index = place.offset + (position.assoc >= 0 ? 0 : 1);
  }
  // Before the value of a key there are only overwritten ones.
  if (item.in_sequence()) absolute.index += doc.IndexOf(place.item);
  return absolute;
}

// kNoIndex when there is no such type.
TypeIndex TypeOf(DocState& doc, const RelativePosition& position, UndoneDeletions undone) {
  if (position.root_name) return doc.types.FindOrAddRoot(doc.strings.Intern(*position.root_name));
  if (!position.type) return internal::kNoIndex;
  const UnitPlace place = Locate(doc, *position.type, undone);
  if (place.item == ItemRef::kNone || place.item == ItemRef::kGc) return internal::kNoIndex;
  const Item& item = doc.items[place.item];
  return item.kind == StructKind::kType ? item.content : internal::kNoIndex;
}

Any IdToJson(Id id) { return Any::Object{{"client", id.client}, {"clock", id.clock}}; }

absl::StatusOr<uint64_t> IntegerMember(const Any& object, const char* name, uint64_t max) {
  const Any* member = object.Find(name);
  const double* number = member == nullptr ? nullptr : member->if_number();
  if (number == nullptr || *number < 0 || *number > static_cast<double>(max) ||
      *number != std::floor(*number)) {
    return absl::InvalidArgumentError(absl::StrCat("position: `", name, "` is no id's"));
  }
  return static_cast<uint64_t>(*number);
}

absl::StatusOr<std::optional<Id>> IdMember(const Any& json, const char* name) {
  const Any* member = json.Find(name);
  if (member == nullptr || member->is_null() || member->is_undefined()) return std::nullopt;
  const absl::StatusOr<uint64_t> client = IntegerMember(*member, "client", kMaxClientId);
  if (!client.ok()) return client.status();
  const absl::StatusOr<uint64_t> clock = IntegerMember(*member, "clock", kMaxClientId);
  if (!clock.ok()) return clock.status();
  return Id{*client, static_cast<Clock>(*clock)};
}

}  // namespace

RelativePosition RelativePositionAt(const SharedType& type, uint32_t index, int64_t assoc) {
  RelativePosition position;
  if (!type.valid()) return position;
  DocState& doc = *type.state();
  const TypeRecord& record = doc.types[type.index()];
  position.assoc = assoc;
  if (record.is_root()) {
    position.root_name = std::string(doc.strings[record.name]);
  } else {
    position.type = doc.clients.Global(doc.items[record.item].id);
  }
  if (assoc < 0 && index == 0) return position;
  // The element it sticks to.
  const uint32_t element = assoc < 0 ? index - 1 : index;
  if (element < record.length) {
    const internal::SequencePosition behind = doc.FindPosition(type.index(), element + 1);
    const LocalId item = doc.items[behind.item].id;
    position.item = doc.clients.Global({item.client, item.clock + behind.offset - 1});
  } else if (assoc < 0 && record.tail != ItemRef::kNone) {
    position.item = doc.clients.Global(doc.items[record.tail].last_id());
  }
  return position;
}

std::optional<AbsolutePosition> ResolvePosition(Doc& doc, const RelativePosition& position,
                                                UndoneDeletions undone) {
  DocState& state = *doc.state();
  if (position.item) return ResolveItem(state, position, undone);
  const TypeIndex type = TypeOf(state, position, undone);
  if (type == internal::kNoIndex) return std::nullopt;
  const uint32_t index = position.assoc >= 0 ? state.types[type].length : 0;
  return AbsolutePosition{HandleOf(state, type), index, position.assoc};
}

Any RelativePositionToJson(const RelativePosition& position) {
  Any::Object json;
  if (position.type) json.emplace_back("type", IdToJson(*position.type));
  if (position.root_name) json.emplace_back("tname", *position.root_name);
  if (position.item) json.emplace_back("item", IdToJson(*position.item));
  json.emplace_back("assoc", position.assoc);
  return json;
}

absl::StatusOr<RelativePosition> RelativePositionFromJson(const Any& json) {
  if (json.if_object() == nullptr) return absl::InvalidArgumentError("position: not an object");
  RelativePosition position;
  const absl::StatusOr<std::optional<Id>> type = IdMember(json, "type");
  if (!type.ok()) return type.status();
  const absl::StatusOr<std::optional<Id>> item = IdMember(json, "item");
  if (!item.ok()) return item.status();
  position.type = *type;
  position.item = *item;
  const auto is_there = [](const Any* member) {
    return member != nullptr && !member->is_null() && !member->is_undefined();
  };
  if (const Any* name = json.Find("tname"); is_there(name)) {
    if (name->if_string() == nullptr) return absl::InvalidArgumentError("position: bad `tname`");
    position.root_name = *name->if_string();
  }
  if (const Any* assoc = json.Find("assoc"); is_there(assoc)) {
    const double* number = assoc->if_number();
    if (number == nullptr || std::abs(*number) > static_cast<double>(kMaxClientId) ||
        *number != std::floor(*number)) {
      return absl::InvalidArgumentError("position: bad `assoc`");
    }
    position.assoc = static_cast<int64_t>(*number);
  }
  return position;
}

}  // namespace ypp
