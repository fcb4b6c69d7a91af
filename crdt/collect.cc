#include "crdt/collect.h"

#include "crdt/content.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

// The struct keeps its clock and length in its client's list, and nothing else. A type it held is
// put on the stack.
void ReduceToGc(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  doc.siblings.Leaving(item);
  if (item.kind == StructKind::kType) doc.type_stack.push_back(item.content);
  DropContent(doc, item);
  if ((item.flags & Item::kRedoneFlag) != 0) doc.redone.erase(item.id);
  StructList& structs = doc.clients[item.id.client].structs;
  structs.SetRef(structs.Find(item.id.clock), ItemRef::kGc);
  doc.items.Release(ref);
}

void CollectChildren(DocState& doc, TypeIndex index) {
  TypeRecord& type = doc.types[index];
  doc.tree.Destroy(type);
  doc.DropCursor(index);
  for (ItemRef ref = type.start; ref != ItemRef::kNone;) {
    const ItemRef next = doc.items[ref].right;
    ReduceToGc(doc, ref);
    ref = next;
  }
  for (const MapEntry& entry : type.map) {
    for (ItemRef ref = entry.tail; ref != ItemRef::kNone;) {
      const ItemRef next = doc.items[ref].left;
      ReduceToGc(doc, ref);
      ref = next;
    }
  }
  doc.types.Release(index);
}

bool MayCollect(DocState& doc, const Item& item) {
  if (!doc.options.gc_filter) return true;
  const SharedType parent(&doc, item.parent, doc.types[item.parent].generation);
  return doc.options.gc_filter({doc.clients.Global(item.id), item.length, parent});
}

void CollectItem(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  if (!item.deleted() || (item.flags & Item::kKeepFlag) != 0 || !MayCollect(doc, item)) return;
  const bool is_type = item.kind == StructKind::kType;
  const TypeIndex type = item.content;
  DropContent(doc, item);
  if (!is_type) return;
  doc.type_stack.push_back(type);
  while (!doc.type_stack.empty()) {
    const TypeIndex next = doc.type_stack.back();
    doc.type_stack.pop_back();
    CollectChildren(doc, next);
  }
}

}  // namespace

void CollectDeleted(DocState& doc, const std::vector<DeletedRange>& deletes) {
  for (const DeletedRange& range : deletes) {
    const StructList& structs = doc.clients[range.id.client].structs;
    const Clock end = range.id.clock + range.length;
    for (StructList::Position p = structs.Find(range.id.clock); structs[p].clock < end;
         p = structs.Next(p)) {
      if (structs[p].ref != ItemRef::kGc) CollectItem(doc, structs[p].ref);
      if (structs.IsLast(p)) break;
    }
  }
}

}  // namespace ypp::internal
