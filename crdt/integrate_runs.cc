#include "crdt/integrate_runs.h"

#include "absl/numeric/bits.h"

namespace ypp::internal {

using codec::StructKind;

RunIntegrator::RunIntegrator(DocState& doc, const IncomingUpdate& update)
    : doc_(doc), update_(update), text_(codec::AsText(update.given)) {
  clients_.fill(kNoIndex);
  if (!update.notes.empty()) put_.resize(absl::bit_ceil(2 * update.notes.size()));
}

void RunIntegrator::Run(IncomingSection& section, uint64_t until, bool growing_pays) {
  const ClientIndex client = doc_.clients.Find(section.client);
  if (client == kNoIndex || section.structs == 0) return;
  home_ = kNoIndex;  // what happened in between may have changed it
  LocalId id = {client, static_cast<Clock>(section.clock)};
  const StructNote* const begin = &update_.notes[section.position];
  const StructNote* const end = begin + section.structs;
  const StructNote* note = begin;
  for (; note != end && id.clock < until; ++note) {
    if (note->read_again || !note->has_origin() || note->length == 0) break;
    Gap gap;
    if (!FindGap(*note, &gap)) break;
    if (growing_pays && Grows(*note, id, doc_.items[gap.left])) break;
    if (note == begin) doc_.Touch(client);
    Put(*note, id, gap);
    id.clock += note->length;
  }
  if (note == begin) return;
  doc_.transaction().needs_tidying = true;
  section.position += static_cast<size_t>(note - begin);
  section.structs -= static_cast<uint32_t>(note - begin);
  section.clock = id.clock;
}

inline LocalId RunIntegrator::Local(uint8_t number, Clock clock) {
  ClientIndex& client = clients_[number];
  if (client == kNoIndex) client = doc_.clients.Find(update_.noted_clients[number]);
  return {client, clock};
}

inline ItemRef& RunIntegrator::PlaceOf(LocalId last_unit) {
  constexpr uint32_t kSpread = 0x9E3779B1;  // 2^32 over the golden ratio
  const uint32_t hash = (last_unit.clock + last_unit.client) * kSpread;
  return put_[(hash >> 8) & (put_.size() - 1)];
}

// The item that ends with this unit; kGc when there is none, or none that is whole.
inline ItemRef RunIntegrator::ItemAt(LocalId last_unit) {
  // What is typed on, or into what was just typed.
  if (last_ != ItemRef::kNone && doc_.items[last_].last_id() == last_unit) return last_;
  if (const ItemRef put = PlaceOf(last_unit);
      put != ItemRef::kNone && doc_.items[put].last_id() == last_unit)
    return put;
  const StructList& structs = doc_.clients[last_unit.client].structs;
  if (last_unit.clock >= structs.end_clock()) return ItemRef::kGc;
  const ItemRef ref = structs[structs.Find(last_unit.clock)].ref;
  if (ref == ItemRef::kGc || doc_.items[ref].end() != last_unit.clock + 1) return ItemRef::kGc;
  return ref;
}

inline bool RunIntegrator::FindGap(const StructNote& note, Gap* gap) {
  const LocalId origin = Local(note.origin_client, note.origin_clock);
  if (!origin.exists()) return false;
  gap->left = ItemAt(origin);
  if (gap->left == ItemRef::kGc) return false;
  const Item& left = doc_.items[gap->left];
  if (!left.in_sequence()) return false;
  gap->right = left.right;
  if (note.has_right_origin()) {
    if (gap->right == ItemRef::kNone) return false;
    const LocalId right_origin = Local(note.right_client, note.right_clock);
    if (doc_.items[gap->right].id != right_origin) return false;
  } else if (gap->right != ItemRef::kNone) {
    return false;
  }
  return left.parent == home_ || Enter(left.parent);
}

// Where the next runs go. False when more than the length and the ends of the sequence would have
// to be kept.
bool RunIntegrator::Enter(TypeIndex parent) {
  const TypeRecord& type = doc_.types[parent];
  if (type.tree != kNoIndex) return false;
  if (!type.is_root() && doc_.items[type.item].deleted()) return false;
  home_ = parent;
  doc_.DropCursor(parent);
  doc_.MarkChanged(parent);
  return true;
}

// What GrowLastRun would append to the run before it.
inline bool RunIntegrator::Grows(const StructNote& note, LocalId id, const Item& left) const {
  return note.kind == StructKind::kString && left.kind == StructKind::kString && !left.deleted() &&
         left.id.client == id.client && left.end() == id.clock;
}

inline void RunIntegrator::Put(const StructNote& note, LocalId id, Gap gap) {
  const ItemRef ref = doc_.items.Allocate();
  Item& item = doc_.items[ref];
  Item& left = doc_.items[gap.left];
  item.id = id;
  item.origin = left.last_id();
  item.left = gap.left;
  item.right = gap.right;
  item.length = note.length;
  item.parent = home_;
  item.kind = note.kind;
  left.right = ref;
  TypeRecord& type = doc_.types[home_];
  if (gap.right != ItemRef::kNone) {
    Item& right = doc_.items[gap.right];
    item.right_origin = right.id;
    right.left = ref;
  } else {
    type.tail = ref;
  }
  if (note.kind == StructKind::kString) {
    item.content = doc_.bytes.Append(text_.substr(note.position, note.size_bytes));
    item.content_size = note.size_bytes;
    type.length += note.length;
  } else {
    item.flags = Item::kDeletedFlag;
    doc_.transaction().AddDeleted(id, note.length);
  }
  Client& client = doc_.clients[id.client];
  client.structs.Append(ref, note.length);
  doc_.siblings.Linked(item, ref, client.id);
  PlaceOf(item.last_id()) = ref;
  last_ = ref;
}

}  // namespace ypp::internal
