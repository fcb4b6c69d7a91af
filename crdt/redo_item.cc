#include "crdt/redo_item.h"

#include <string>
#include <vector>

#include "crdt/edit.h"
#include "crdt/integrate.h"
#include "crdt/redone.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

// The item that holds the type that `item` is in; kNone for a root.
ItemRef HolderOf(const DocState& doc, ItemRef item) {
  return doc.types[doc.items[item].parent].item;
}

// The copy that `item` became, cut so that it starts with the same unit; kNone when there is none
// (any more).
ItemRef CopyOf(DocState& doc, ItemRef item) {
  const LocalId id = RedoneOf(doc, doc.items[item]);
  if (!id.exists()) return ItemRef::kNone;
  const ItemRef copy = doc.ItemStartingAt(id);
  return copy == ItemRef::kGc ? ItemRef::kNone : copy;
}

// `item` itself if it is in the type that `holder` holds, else the first of its copies that is;
// kNone when none is.
ItemRef TraceInto(DocState& doc, ItemRef item, ItemRef holder) {
  while (item != ItemRef::kNone && HolderOf(doc, item) != holder) item = CopyOf(doc, item);
  return item;
}

// Where a value goes in its key's chain. False when somebody else set the key since.
bool FindLeftOfValue(DocState& doc, ItemRef item, const RedoContext& context, ItemRef* left) {
  *left = item;
  for (ItemRef right = doc.items[item].right; right != ItemRef::kNone;
       right = doc.items[*left].right) {
    const Item& next = doc.items[right];
    if (!RedoneOf(doc, next).exists() && !context.replaceable(next.id)) return false;
    *left = right;
    for (ItemRef copy = CopyOf(doc, *left); copy != ItemRef::kNone; copy = CopyOf(doc, *left))
      *left = copy;
  }
  return true;
}

bool FindNeighbours(DocState& doc, ItemRef ref, const RedoContext& context, ItemRef holder,
                    Item& copy) {
  const Item& item = doc.items[ref];
  if (item.in_sequence()) {
    // The nearest on either side that are in the type now, themselves or as copies. The deleted
    // item itself is one, unless its type was deleted too.
    for (ItemRef left = item.left; left != ItemRef::kNone; left = doc.items[left].left) {
      copy.left = TraceInto(doc, left, holder);
      if (copy.left != ItemRef::kNone) break;
    }
    for (ItemRef right = ref; right != ItemRef::kNone; right = doc.items[right].right) {
      copy.right = TraceInto(doc, right, holder);
      if (copy.right != ItemRef::kNone) break;
    }
    return true;
  }
  const auto current = [&] {
    const MapEntry* entry = doc.types[copy.parent].map.Find(item.key);
    return entry == nullptr ? ItemRef::kNone : entry->tail;
  };
  if (item.right != ItemRef::kNone && !context.ignore_remote_map_changes) {
    if (!FindLeftOfValue(doc, ref, context, &copy.left)) return false;
  } else {
    copy.left = current();
  }
  // A neighbour in another type would mislead whoever receives the copy.
  if (copy.left != ItemRef::kNone && HolderOf(doc, copy.left) != holder) copy.left = current();
  return true;
}

void CopyContent(DocState& doc, const Item& item, ItemRef copy_ref) {
  Item& copy = doc.items[copy_ref];
  copy.kind = item.kind;
  copy.length = item.length;
  if (item.kind == StructKind::kType) {
    const TypeRecord& type = doc.types[item.content];
    copy.content = doc.types.Add(type.kind, copy_ref, type.name);
    return;
  }
  copy.content = doc.bytes.Append(doc.bytes.View(item.content, item.content_size));
  copy.content_size = item.content_size;
}

// As RedoItem, for an item whose type is there or has a copy.
ItemRef RedoOne(DocState& doc, ItemRef ref, const RedoContext& context) {
  if (RedoneOf(doc, doc.items[ref]).exists()) return CopyOf(doc, ref);
  ItemRef holder = HolderOf(doc, ref);
  Item placed;
  placed.parent = doc.items[ref].parent;
  if (holder != ItemRef::kNone && doc.items[holder].deleted()) {
    for (ItemRef copy = CopyOf(doc, holder); copy != ItemRef::kNone; copy = CopyOf(doc, holder))
      holder = copy;
    if (doc.items[holder].kind != StructKind::kType) return ItemRef::kNone;
    placed.parent = doc.items[holder].content;
  }
  if (!FindNeighbours(doc, ref, context, holder, placed)) return ItemRef::kNone;

  const ItemRef copy_ref = doc.items.Allocate();
  Item& copy = doc.items[copy_ref];
  copy = placed;
  const ClientIndex own = OwnClient(doc);
  copy.id = {own, doc.clients[own].state()};
  copy.key = doc.items[ref].key;
  if (copy.left != ItemRef::kNone) copy.origin = doc.items[copy.left].last_id();
  if (copy.right != ItemRef::kNone) copy.right_origin = doc.items[copy.right].id;
  CopyContent(doc, doc.items[ref], copy_ref);
  SetRedone(doc, ref, copy.id);
  SetKeep(doc, copy_ref, true);
  Integrate(doc, copy_ref);
  doc.transaction().needs_tidying = true;
  return copy_ref;
}

}  // namespace

ItemRef RedoItem(DocState& doc, ItemRef item, const RedoContext& context) {
  if (RedoneOf(doc, doc.items[item]).exists()) return CopyOf(doc, item);
  // First the types around it that are deleted and not back yet, the outermost first.
  std::vector<ItemRef> chain = {item};
  for (ItemRef holder = HolderOf(doc, item); holder != ItemRef::kNone;
       holder = HolderOf(doc, holder)) {
    if (!doc.items[holder].deleted() || RedoneOf(doc, doc.items[holder]).exists()) break;
    if (!context.items.contains(holder)) return ItemRef::kNone;
    chain.push_back(holder);
  }
  ItemRef copy = ItemRef::kNone;
  for (size_t i = chain.size(); i-- > 0;) {
    copy = RedoOne(doc, chain[i], context);
    if (copy == ItemRef::kNone) return ItemRef::kNone;
  }
  return copy;
}

}  // namespace ypp::internal
