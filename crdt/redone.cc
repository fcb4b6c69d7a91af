#include "crdt/redone.h"

namespace ypp::internal {

void SetRedone(DocState& doc, ItemRef ref, LocalId copy) {
  Item& item = doc.items[ref];
  item.flags |= Item::kRedoneFlag;
  doc.redone[item.id] = copy;
}

LocalId RedoneOf(const DocState& doc, const Item& item) {
  return (item.flags & Item::kRedoneFlag) == 0 ? LocalId() : doc.redone.at(item.id);
}

UnitPlace FollowRedone(const DocState& doc, LocalId id) {
  for (;;) {
    const ItemRef ref = doc.FindItem(id);
    if (ref == ItemRef::kGc) return {ref, 0};
    const Item& item = doc.items[ref];
    const Clock offset = id.clock - item.id.clock;
    const LocalId copy = RedoneOf(doc, item);
    if (!copy.exists()) return {ref, offset};
    id = {copy.client, copy.clock + offset};
  }
}

void SetKeep(DocState& doc, ItemRef ref, bool keep) {
  while (ref != ItemRef::kNone) {
    Item& item = doc.items[ref];
    if (((item.flags & Item::kKeepFlag) != 0) == keep) return;
    item.flags =
        static_cast<uint8_t>(keep ? item.flags | Item::kKeepFlag : item.flags & ~Item::kKeepFlag);
    ref = doc.types[item.parent].item;
  }
}

}  // namespace ypp::internal
