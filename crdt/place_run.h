// Puts runs of text and deleted runs into the sequence of a type, each between two neighbours that
// are whole and next to each other: what the fast ways of loading have in common.
#ifndef YPP_CRDT_PLACE_RUN_H_
#define YPP_CRDT_PLACE_RUN_H_

#include <string_view>

#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

class RunPlacer {
 public:
  // An item by name and, since it is looked at again and again, by address; items never move.
  struct Found {
    ItemRef ref = ItemRef::kNone;
    Item* item = nullptr;  // null: there is none
  };
  // Where a run goes.
  struct Gap {
    Found left;
    Found right;
  };

  // `text` is what runs have their content in. REQUIRES: inside a transaction, for as long as the
  // placer lives.
  RunPlacer(DocState& doc, std::string_view text) : doc_(doc), text_(text) {}

  // To be called when anything else may have changed or released items or types.
  void Forget() { home_ = kNoIndex; }
  Found Locate(ItemRef ref) const { return {ref, &doc_.items[ref]}; }
  // The item that ends with this unit, which the client may have or not; none when there is none,
  // or none that is whole.
  Found FindInDocument(LocalId last_unit) const {
    const StructList& structs = doc_.clients[last_unit.client].structs;
    if (last_unit.clock >= structs.end_clock()) return {};
    const ItemRef ref = structs[structs.Find(last_unit.clock)].ref;
    if (ref == ItemRef::kGc) return {};
    const Found found = Locate(ref);
    return found.item->end() == last_unit.clock + 1 ? found : Found{};
  }
  // Whether runs may go behind `left`. False when more than the length and the ends of the sequence
  // would have to be kept.
  bool Takes(const Item& left) {
    return left.in_sequence() && (left.parent == home_ || Enter(left.parent));
  }
  // `Run` has kind, length, position and size_bytes, as StructNote has. `client` is that of `id`,
  // which comes next. REQUIRES: Takes(left); the client was touched.
  template <typename Run>
  [[gnu::always_inline]] Found Put(const Run& run, LocalId id, const Gap& gap, Client& client);

 private:
  bool Enter(TypeIndex parent) {
    TypeRecord& type = doc_.types[parent];
    if (type.tree != kNoIndex) return false;
    if (!type.is_root() && doc_.items[type.item].deleted()) return false;
    home_ = parent;
    home_type_ = &type;
    doc_.DropCursor(parent);
    doc_.MarkChanged(parent);
    return true;
  }

  DocState& doc_;
  std::string_view text_;
  TypeIndex home_ = kNoIndex;  // the type in whose sequence the last run is
  TypeRecord* home_type_ = nullptr;
};

// Whether they are joined in the end, if nothing comes between them. Runs of one kind are all
// deleted or none is.
inline bool FitsBehind(const Item& left, const Item& item) {
  return left.id.client == item.id.client && left.end() == item.id.clock &&
         left.kind == item.kind && left.right_origin == item.right_origin;
}

template <typename Run>
inline RunPlacer::Found RunPlacer::Put(const Run& run, LocalId id, const Gap& gap, Client& client) {
  const ItemRef ref = doc_.items.Allocate();
  Item& item = doc_.items[ref];
  item.id = id;
  item.origin = gap.left.item->last_id();
  item.left = gap.left.ref;
  item.right = gap.right.ref;
  item.length = run.length;
  item.parent = home_;
  item.kind = run.kind;
  gap.left.item->right = ref;
  if (gap.right.item != nullptr) {
    item.right_origin = gap.right.item->id;
    gap.right.item->left = ref;
  } else {
    home_type_->tail = ref;
  }
  if (FitsBehind(*gap.left.item, item)) {
    doc_.transaction().may_join.push_back({id, ref});
    doc_.transaction().needs_tidying = true;
  }
  if (run.kind == codec::StructKind::kString) {
    item.content = doc_.bytes.AppendPart(text_, run.position, run.size_bytes);
    item.content_size = run.size_bytes;
    home_type_->length += run.length;
  } else {
    item.flags = Item::kDeletedFlag;
    doc_.transaction().AddDeleted(id, run.length);
  }
  client.structs.Append(ref, run.length);
  doc_.siblings.Linked(item, ref, client.id);
  return {ref, &item};
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_PLACE_RUN_H_
