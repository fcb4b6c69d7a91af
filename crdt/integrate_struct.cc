#include "crdt/integrate_struct.h"

#include "crdt/content.h"
#include "crdt/integrate.h"
#include "crdt/join.h"

namespace ypp::internal {

using codec::StructKind;
using codec::StructView;

namespace {

// The item that begins at the right origin. Mostly nothing has come between it and the left
// neighbour since.
ItemRef RightNeighbour(DocState& doc, ItemRef left, LocalId right_origin) {
  if (left > ItemRef::kGc) {
    const ItemRef next = doc.items[left].right;
    if (next != ItemRef::kNone && doc.items[next].id == right_origin) return next;
  }
  return doc.ItemStartingAt(right_origin);
}

// Where an item goes: the sequence of a type, or one of its keys.
struct Place {
  TypeIndex parent = kNoIndex;
  KeyIndex key = kNoIndex;
};

// False when the type was collected, or what should hold it holds no type (any more): what is in it
// goes, too.
bool FindPlace(DocState& doc, const StructView& view, const Anchors& anchors, ItemRef left,
               ItemRef right, Place* place) {
  if (view.parent == StructView::Parent::kInherited) {
    const Item& from = doc.items[left != ItemRef::kNone ? left : right];
    *place = {from.parent, from.key};
    return true;
  }
  if (view.parent == StructView::Parent::kRoot) {
    place->parent = doc.types.FindOrAddRoot(doc.strings.Intern(view.parent_name));
  } else {
    const ItemRef holder = doc.FindItem(anchors.parent);
    if (holder == ItemRef::kGc || doc.items[holder].kind != StructKind::kType) return false;
    place->parent = doc.items[holder].content;
  }
  if (view.has_parent_sub) place->key = doc.strings.Intern(view.parent_sub);
  return true;
}

// The end of the transaction need not look at a struct that does not lean on the unit before it.
void SortOut(DocState& doc, LocalId id, Clock length, ItemRef may_join) {
  Client& client = doc.clients[id.client];
  TransactionState& transaction = doc.transaction();
  if (client.sorted_out_below != id.clock) {
    transaction.needs_tidying = true;
    return;
  }
  client.sorted_out_below += length;
  if (may_join == ItemRef::kNone) return;
  transaction.needs_tidying = true;
  transaction.may_join.push_back({id, may_join});
}

}  // namespace

bool FindAnchors(const DocState& doc, const StructView& view, Anchors* anchors, Id* missing) {
  const auto find = [&](const Id& id, LocalId* local) {
    const ClientIndex client = doc.clients.Find(id.client);
    if (client == kNoIndex || id.clock >= doc.clients[client].state()) {
      *missing = id;
      return false;
    }
    *local = {client, static_cast<Clock>(id.clock)};
    return true;
  };
  return (!view.has_origin || find(view.origin, &anchors->origin)) &&
         (!view.has_right_origin || find(view.right_origin, &anchors->right_origin)) &&
         (view.parent != StructView::Parent::kItem || find(view.parent_id, &anchors->parent));
}

// A peer that types sends its run character by character, one that appends to a list value by
// value.
ItemRef RunToGrow(const DocState& doc, const StructView& view, const Anchors& anchors) {
  const bool joins =
      view.kind == StructKind::kString || (view.kind == StructKind::kAny && view.canonical);
  if (!joins || view.starts_inside_pair || !view.has_origin ||
      view.origin.client != view.id.client || view.origin.clock + 1 != view.id.clock) {
    return ItemRef::kNone;
  }
  const StructList& structs = doc.clients[anchors.origin.client].structs;
  const ItemRef ref = structs[structs.Last()].ref;
  if (ref == ItemRef::kGc) return ItemRef::kNone;
  const Item& run = doc.items[ref];
  if (run.kind != view.kind || run.deleted() || !run.in_sequence()) return ItemRef::kNone;
  if (run.right_origin != anchors.right_origin) return ItemRef::kNone;
  // Its right neighbour must still be the one it was typed before, or siblings may come between.
  const LocalId right = run.right == ItemRef::kNone ? LocalId() : doc.items[run.right].id;
  return right == run.right_origin ? ref : ItemRef::kNone;
}

bool GrowLastRun(DocState& doc, const StructView& view, const Anchors& anchors) {
  const ItemRef ref = RunToGrow(doc, view, anchors);
  if (ref == ItemRef::kNone) return false;
  const Item& run = doc.items[ref];
  const LocalId end = {run.id.client, run.end()};
  doc.Extend(ref, view.content, static_cast<Clock>(view.length));
  SortOut(doc, end, static_cast<Clock>(view.length), /*may_join=*/ItemRef::kNone);
  doc.DropCursor(run.parent);
  return true;
}

void IntegrateStruct(DocState& doc, const StructView& view, const Anchors& anchors) {
  const LocalId id = {doc.clients.Intern(view.id.client), static_cast<Clock>(view.id.clock)};
  const Clock length = static_cast<Clock>(view.length);
  const auto integrate_gc = [&] {
    IntegrateGc(doc, id.client, length);
    SortOut(doc, id, length, /*may_join=*/ItemRef::kGc);
  };
  if (view.kind == StructKind::kGc) {
    integrate_gc();
    return;
  }

  ItemRef left = ItemRef::kNone;
  ItemRef right = ItemRef::kNone;
  if (view.has_origin) left = doc.ItemEndingAt(anchors.origin);
  if (view.has_right_origin) right = RightNeighbour(doc, left, anchors.right_origin);
  Place place;
  if (left == ItemRef::kGc || right == ItemRef::kGc ||
      !FindPlace(doc, view, anchors, left, right, &place)) {
    integrate_gc();
    return;
  }
  const ItemRef ref = doc.items.Allocate();
  Item& item = doc.items[ref];
  item.id = id;
  item.origin = anchors.origin;
  item.right_origin = anchors.right_origin;
  item.left = left;
  item.right = right;
  item.parent = place.parent;
  item.key = place.key;
  StoreContent(doc, view, ref);
  Integrate(doc, ref);
  SortOut(doc, id, length, LeansOnTheUnitBefore(item) ? ref : ItemRef::kNone);
}

}  // namespace ypp::internal
