#include "crdt/join.h"

#include <algorithm>

#include "codec/check.h"
#include "crdt/content.h"

namespace ypp::internal {

namespace {

// A deleted item whose copy lies elsewhere stays alone, since its neighbour's copy may lie
// somewhere else again.
bool IsRedone(const Item& item) { return (item.flags & Item::kRedoneFlag) != 0; }

bool Joinable(const DocState& doc, ItemRef left_ref, ItemRef right_ref) {
  if (left_ref == ItemRef::kGc || right_ref == ItemRef::kGc) return left_ref == right_ref;
  const Item& left = doc.items[left_ref];
  const Item& right = doc.items[right_ref];
  return left.right == right_ref && right.origin == left.last_id() &&
         left.right_origin == right.right_origin && left.deleted() == right.deleted() &&
         !IsRedone(left) && !IsRedone(right) && left.kind == right.kind && ContentJoins(left.kind);
}

void JoinItems(DocState& doc, ItemRef left_ref, ItemRef right_ref) {
  Item& left = doc.items[left_ref];
  Item& right = doc.items[right_ref];
  TypeRecord& type = doc.types[left.parent];
  doc.siblings.Leaving(right);
  if (left.in_sequence()) {
    if (type.tree != kNoIndex) doc.tree.Joining(type, left_ref, right_ref);
    doc.MoveCursors(left_ref, right_ref);
    if (type.tail == right_ref) type.tail = left_ref;
  } else {
    MapEntry* entry = type.map.Find(left.key);
    if (entry->tail == right_ref) entry->tail = left_ref;
  }
  JoinContent(doc, left, right);
  left.length += right.length;
  left.flags |= right.flags & Item::kKeepFlag;
  left.right = right.right;
  if (left.right != ItemRef::kNone) doc.items[left.right].left = left_ref;
  doc.items.Release(right_ref);
}

struct Joined {
  StructList::Position position;  // of the struct that holds what was at the given place
  size_t count = 0;               // structs that it took in
};

// Joins the struct at `p` with those before it as far as they fit. The run is folded from its left
// end, so that each byte moves once at most.
Joined JoinWithLefts(DocState& doc, StructList& structs, StructList::Position p) {
  StructList::Position first = p;
  size_t count = 0;
  while (!structs.IsFirst(first)) {
    const StructList::Position previous = structs.Previous(first);
    if (!Joinable(doc, structs[previous].ref, structs[first].ref)) break;
    first = previous;
    ++count;
  }
  if (count == 0) return {p, 0};
  if (structs[first].ref != ItemRef::kGc) {
    StructList::Position next = first;
    for (size_t i = 0; i < count; ++i) {
      next = structs.Next(next);
      JoinItems(doc, structs[first].ref, structs[next].ref);
    }
  }
  structs.EraseAfter(first, count);
  return {first, count};
}

// From `p` leftwards through every struct that begins at or after `from`.
void JoinDownTo(DocState& doc, StructList& structs, StructList::Position p, Clock from) {
  const auto may_join = [&](StructList::Entry entry) {
    return entry.ref == ItemRef::kGc || LeansOnTheUnitBefore(doc.items[entry.ref]);
  };
  for (;;) {
    p = structs.FindLeftwards(p, from, may_join);  // most do not: found out at the least cost
    if (structs.IsFirst(p) || structs[p].clock < from) return;
    const StructList::Position previous = structs.Previous(p);
    if (!Joinable(doc, structs[previous].ref, structs[p].ref)) {
      p = previous;
      continue;
    }
    p = JoinWithLefts(doc, structs, p).position;
    if (structs.IsFirst(p)) return;
    p = structs.Previous(p);
  }
}

// What the integration found that may fit (TransactionState::may_join).
void JoinNew(DocState& doc, MayJoin found) {
  const LocalId id = found.id;
  if (found.ref != ItemRef::kGc) {
    // Mostly something came between.
    const Item& item = doc.items[found.ref];
    if (item.left == ItemRef::kNone || doc.items[item.left].last_id() != item.origin) return;
  }
  StructList& structs = doc.clients[id.client].structs;
  const StructList::Position p = structs.Find(id.clock);
  if (structs[p].clock == id.clock && !structs.IsFirst(p)) JoinWithLefts(doc, structs, p);
}

void JoinAroundCut(DocState& doc, LocalId id) {
  StructList& structs = doc.clients[id.client].structs;
  const StructList::Position p = structs.Find(id.clock);
  if (!structs.IsLast(p) && JoinWithLefts(doc, structs, structs.Next(p)).count > 1) return;
  const StructList::Position again = structs.Find(id.clock);
  if (!structs.IsFirst(again)) JoinWithLefts(doc, structs, again);
}

}  // namespace

void JoinDeleted(DocState& doc, ItemRef ref) {
  // Structs that fit together are neighbours in their list, too.
  const auto follows = [&](ItemRef left, ItemRef right) {
    if (left == ItemRef::kNone || right == ItemRef::kNone) return false;
    const Item& before = doc.items[left];
    return doc.items[right].id == LocalId{before.id.client, before.end()} &&
           Joinable(doc, left, right);
  };
  size_t count = follows(ref, doc.items[ref].right) ? 1 : 0;
  ItemRef first = ref;
  for (; follows(doc.items[first].left, first); ++count) first = doc.items[first].left;
  if (count == 0) return;
  const Item& item = doc.items[first];
  StructList& structs = doc.clients[item.id.client].structs;
  structs.EraseAfter(structs.Find(item.id.clock), count);
  for (; count > 0; --count) JoinItems(doc, first, item.right);
}

void JoinStructs(DocState& doc, const TransactionState& transaction) {
  const auto& deletes = transaction.deletes;
  for (size_t i = deletes.size(); i-- > 0;) {
    Client& client = doc.clients[deletes[i].id.client];
    // Everything that a client added is gone through below.
    if (client.transaction == transaction.number && deletes[i].id.clock >= client.state_before)
      continue;
    StructList& structs = client.structs;
    StructList::Position p = structs.Find(deletes[i].id.clock + deletes[i].length - 1);
    if (!structs.IsLast(p)) p = structs.Next(p);
    JoinDownTo(doc, structs, p, deletes[i].id.clock);
  }
  for (const TouchedClient& touched : transaction.touched) {
    if (touched.before == touched.after) continue;
    Client& client = doc.clients[touched.client];
    StructList& structs = client.structs;
    Clock from = structs[structs.Find(touched.before)].clock;
    if (!transaction.needs_collecting && client.transaction == transaction.number)
      from = std::max(from, client.sorted_out_below);
    JoinDownTo(doc, structs, structs.Last(), from);
  }
  if (!transaction.needs_collecting) {
    const auto& may_join = transaction.may_join;
    for (size_t i = may_join.size(); i-- > 0;) JoinNew(doc, may_join[i]);
  }
  const auto& candidates = transaction.merge_candidates;
  for (size_t i = candidates.size(); i-- > 0;) JoinAroundCut(doc, candidates[i]);
}

}  // namespace ypp::internal
