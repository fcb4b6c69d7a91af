#include "crdt/integrate.h"

#include "codec/check.h"
#include "crdt/erase.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

// Stamps make a set of items without memory: an item was passed by this scan when its stamp is
// above the scan's base.
void RestartStamps(DocState& doc) {
  for (ClientIndex c = 0; c < doc.clients.size(); ++c) {
    const StructList& structs = doc.clients[c].structs;
    if (structs.empty()) continue;
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      if (structs[p].ref != ItemRef::kGc) doc.items[structs[p].ref].scan_stamp = 0;
      if (structs.IsLast(p)) break;
    }
  }
  doc.scan_stamp = 0;
}

ItemRef FirstOfList(const DocState& doc, const Item& item) {
  const TypeRecord& type = doc.types[item.parent];
  if (item.in_sequence()) return type.start;
  const MapEntry* entry = type.map.Find(item.key);
  return entry == nullptr ? ItemRef::kNone : entry->head;
}

// Looks for the left neighbour that the item gets among those inserted at the same place. The scan
// begins at `first`: the item behind the origin, or a sibling that is known to come before the item
// (sibling_index.h). False when it met something that only a scan from the origin can judge.
struct Scan {
  ItemRef first;
  bool from_origin;
  ItemRef left;       // the result
  size_t passed = 0;  // items
};

bool Run(Scan& scan, DocState& doc, const Item& item) {
  if (doc.scan_stamp > UINT32_MAX - doc.items.live() - 1) RestartStamps(doc);
  const uint32_t before_origin = doc.scan_stamp;  // stamps above: passed by this scan
  uint32_t conflicting = doc.scan_stamp;          // stamps above: passed since `left` last moved
  const ClientId client = doc.clients[item.id.client].id;
  for (ItemRef ref = scan.first; ref != ItemRef::kNone && ref != item.right; ++scan.passed) {
    Item& other = doc.items[ref];
    other.scan_stamp = ++doc.scan_stamp;
    if (other.origin == item.origin) {
      if (doc.clients[other.id.client].id < client) {
        scan.left = ref;
        conflicting = doc.scan_stamp;
      } else if (other.right_origin == item.right_origin) {
        break;
      }
    } else {
      if (!other.origin.exists()) break;
      const ItemRef origin = doc.FindItem(other.origin);
      if (origin == ItemRef::kGc) break;
      const uint32_t stamp = doc.items[origin].scan_stamp;
      if (stamp <= before_origin) {
        if (!scan.from_origin) return false;
        break;
      }
      if (stamp <= conflicting) {
        scan.left = ref;
        conflicting = doc.scan_stamp;
      }
    }
    ref = other.right;
  }
  return true;
}

ItemRef LeftAmongSiblings(DocState& doc, const Item& item) {
  const ItemRef sibling = doc.siblings.ScanStart(item, doc.clients[item.id.client].id);
  if (sibling != ItemRef::kNone) {
    Scan scan = {sibling, /*from_origin=*/false, item.left};
    if (Run(scan, doc, item)) return scan.left;
  }
  const ItemRef first =
      item.left != ItemRef::kNone ? doc.items[item.left].right : FirstOfList(doc, item);
  Scan scan = {first, /*from_origin=*/true, item.left};
  Run(scan, doc, item);
  doc.siblings.Scanned(doc, item, first, scan.passed);
  return scan.left;
}

bool NeedsScan(const DocState& doc, const Item& item) {
  if (item.left == ItemRef::kNone) {
    return item.right == ItemRef::kNone || doc.items[item.right].left != ItemRef::kNone;
  }
  return doc.items[item.left].right != item.right;
}

void LinkIntoSequence(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  TypeRecord& type = doc.types[item.parent];
  if (item.left != ItemRef::kNone) {
    item.right = doc.items[item.left].right;
    doc.items[item.left].right = ref;
  } else {
    item.right = type.start;
    type.start = ref;
  }
  if (item.right != ItemRef::kNone) {
    doc.items[item.right].left = ref;
  } else {
    type.tail = ref;
  }
  type.length += item.visible_length();
  if (type.tree != kNoIndex) doc.tree.Linked(type, ref);
  doc.DropCursor(item.parent);
}

void LinkIntoKey(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  TypeRecord& type = doc.types[item.parent];
  MapEntry& entry = type.map.FindOrAdd(item.key);
  if (item.left != ItemRef::kNone) {
    item.right = doc.items[item.left].right;
    doc.items[item.left].right = ref;
  } else {
    item.right = entry.head;
    entry.head = ref;
  }
  if (item.right != ItemRef::kNone) {
    doc.items[item.right].left = ref;
    return;
  }
  const bool had_value = entry.tail != ItemRef::kNone && !doc.items[entry.tail].deleted();
  entry.tail = ref;
  if (!had_value) type.map.CountOneMore();
  // The new value is the current one; the one before it is history.
  if (item.left == ItemRef::kNone) return;
  if (doc.erases_at_once() && IsErasableValue(doc.items[item.left])) {
    EraseValue(doc, item.left);
  } else {
    Delete(doc, item.left);
  }
}

void DeleteOne(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  TypeRecord& type = doc.types[item.parent];
  if (const Clock visible = item.visible_length(); visible > 0) {
    type.length -= visible;
    if (type.tree != kNoIndex) doc.tree.AddVisible(ref, -static_cast<int64_t>(visible));
    doc.DropCursor(item.parent);
  } else if (item.kind == StructKind::kFormat) {
    doc.DropTextCursor(item.parent);
  }
  if (!item.in_sequence() && type.map.Find(item.key)->tail == ref) type.map.CountOneLess();
  item.flags |= Item::kDeletedFlag;
  TransactionState& transaction = doc.transaction();
  transaction.AddDeleted(item.id, item.length);
  transaction.needs_tidying = true;
  transaction.needs_collecting = true;
  doc.MarkChanged(item.parent, item.key);
  if (item.kind == StructKind::kType) {
    doc.deleting.push_back({item.content, doc.types[item.content].start, 0});
  }
  if (item.kind == StructKind::kDoc) doc.subdocs.Deleted(ref);
}

// A child of a deleted type. One that was deleted earlier will be collected now and may then join
// its neighbours.
void DeleteChild(DocState& doc, ItemRef ref) {
  if (!doc.items[ref].deleted()) {
    DeleteOne(doc, ref);
  } else if (doc.ExistedBefore(doc.items[ref].id)) {
    doc.transaction().merge_candidates.push_back(doc.items[ref].id);
  }
}

}  // namespace

void Integrate(DocState& doc, ItemRef ref) {
  Item& item = doc.items[ref];
  if (NeedsScan(doc, item)) item.left = LeftAmongSiblings(doc, item);
  doc.Touch(item.id.client);
  doc.clients[item.id.client].structs.Append(ref, item.length);
  if (item.in_sequence()) {
    LinkIntoSequence(doc, ref);
  } else {
    LinkIntoKey(doc, ref);
  }
  doc.siblings.Linked(item, ref, doc.clients[item.id.client].id);
  if (item.kind == StructKind::kDeleted) {
    TypeRecord& type = doc.types[item.parent];
    if (!item.in_sequence() && type.map.Find(item.key)->tail == ref) type.map.CountOneLess();
    item.flags |= Item::kDeletedFlag;
    doc.transaction().AddDeleted(item.id, item.length);
  } else if (item.kind == StructKind::kFormat) {
    doc.types[item.parent].has_formatting = true;
    doc.types[item.parent].ever_formatted = true;
  } else if (item.kind == StructKind::kDoc) {
    doc.subdocs.Integrated(ref);
  }
  doc.MarkChanged(item.parent, item.key);
  const TypeRecord& parent = doc.types[item.parent];
  const bool parent_deleted = !parent.is_root() && doc.items[parent.item].deleted();
  const bool overtaken = !item.in_sequence() && item.right != ItemRef::kNone;
  if (parent_deleted || overtaken) Delete(doc, ref);
}

void IntegrateUnwatched(DocState& doc, ItemRef ref) {
  const Item& item = doc.items[ref];
  Client& client = doc.clients[item.id.client];
  client.structs.Append(ref, item.length);
  LinkIntoSequence(doc, ref);
  doc.siblings.Linked(item, ref, client.id);
}

void IntegrateGc(DocState& doc, ClientIndex client, Clock length) {
  doc.Touch(client);
  doc.clients[client].structs.Append(ItemRef::kGc, length);
  doc.transaction().needs_tidying = true;
}

void Delete(DocState& doc, ItemRef ref) {
  if (doc.items[ref].deleted()) return;
  const size_t base = doc.deleting.size();
  DeleteOne(doc, ref);
  // Depth first, which is the order in which Yjs deletes and tells of sub-documents; without
  // recursion, for types may nest deeply.
  while (doc.deleting.size() > base) {
    DocState::DeletingType& top = doc.deleting.back();
    const MapEntries& map = doc.types[top.type].map;
    if (top.next != ItemRef::kNone) {
      const ItemRef child = top.next;
      top.next = doc.items[child].right;
      DeleteChild(doc, child);
    } else if (top.next_entry < map.size()) {
      DeleteChild(doc, map.begin()[static_cast<std::ptrdiff_t>(top.next_entry++)].tail);
    } else {
      doc.deleting.pop_back();
    }
  }
}

}  // namespace ypp::internal
