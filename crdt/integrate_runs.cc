#include "crdt/integrate_runs.h"

#include "absl/numeric/bits.h"

namespace ypp::internal {

using codec::StructKind;

RunIntegrator::RunIntegrator(DocState& doc, const IncomingUpdate& update)
    : doc_(doc), update_(update), text_(codec::AsText(update.given)) {
  clients_.fill(kNoIndex);
  if (update.notes.empty()) return;
  put_.resize(absl::bit_ceil(2 * update.notes.size()));
  // As many as there are in a text with much rewriting.
  doc.transaction().may_join.reserve(update.notes.size() / 4);
}

void RunIntegrator::Run(IncomingSection& section, uint64_t until, bool growing_pays) {
  const ClientIndex client = doc_.clients.Find(section.client);
  if (client == kNoIndex || section.structs == 0) return;
  // What happened since the last call may have changed or released them.
  last_ = {};
  home_ = kNoIndex;
  client_ = &doc_.clients[client];
  LocalId id = {client, static_cast<Clock>(section.clock)};
  const StructNote* const begin = &update_.notes[section.position];
  const StructNote* const end = begin + section.structs;
  const StructNote* note = begin;
  for (; note != end && id.clock < until; ++note) {
    if (note->read_again || !note->has_origin() || note->length == 0) break;
    Gap gap;
    if (!FindGap(*note, &gap)) break;
    if (growing_pays && Grows(*note, id, *gap.left.item)) break;
    if (note == begin) doc_.Touch(client);
    Put(*note, id, gap);
    id.clock += note->length;
  }
  if (note == begin) return;
  doc_.transaction().needs_tidying = true;
  if (client_->sorted_out_below == section.clock) client_->sorted_out_below = id.clock;
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

// The item that ends with this unit; none when there is none, or none that is whole.
inline RunIntegrator::Found RunIntegrator::FindItem(LocalId last_unit) {
  // What is typed on, or into what was just typed.
  if (last_.item != nullptr && last_.item->last_id() == last_unit) return last_;
  if (const ItemRef put = PlaceOf(last_unit); put != ItemRef::kNone) {
    const Found found = Locate(put);
    if (found.item->last_id() == last_unit) return found;
  }
  const StructList& structs = doc_.clients[last_unit.client].structs;
  if (last_unit.clock >= structs.end_clock()) return {};
  const ItemRef ref = structs[structs.Find(last_unit.clock)].ref;
  if (ref == ItemRef::kGc) return {};
  const Found found = Locate(ref);
  return found.item->end() == last_unit.clock + 1 ? found : Found{};
}

inline bool RunIntegrator::FindGap(const StructNote& note, Gap* gap) {
  const LocalId origin = Local(note.origin_client, note.origin_clock);
  if (!origin.exists()) return false;
  gap->left = FindItem(origin);
  if (gap->left.item == nullptr) return false;
  const Item& left = *gap->left.item;
  if (!left.in_sequence()) return false;
  if ((left.right != ItemRef::kNone) != note.has_right_origin()) return false;
  if (note.has_right_origin()) {
    gap->right = Locate(left.right);
    if (gap->right.item->id != Local(note.right_client, note.right_clock)) return false;
  }
  return left.parent == home_ || Enter(left.parent);
}

// Where the next runs go. False when more than the length and the ends of the sequence would have
// to be kept.
bool RunIntegrator::Enter(TypeIndex parent) {
  TypeRecord& type = doc_.types[parent];
  if (type.tree != kNoIndex) return false;
  if (!type.is_root() && doc_.items[type.item].deleted()) return false;
  home_ = parent;
  home_type_ = &type;
  doc_.DropCursor(parent);
  doc_.MarkChanged(parent);
  return true;
}

// What GrowLastRun would append to the run before it.
inline bool RunIntegrator::Grows(const StructNote& note, LocalId id, const Item& left) const {
  return note.kind == StructKind::kString && left.kind == StructKind::kString && !left.deleted() &&
         left.id.client == id.client && left.end() == id.clock;
}

// Whether they are joined in the end, if nothing comes between them. Runs of one kind are all
// deleted or none is.
inline bool FitsBehind(const Item& left, const Item& item) {
  return left.id.client == item.id.client && left.end() == item.id.clock &&
         left.kind == item.kind && left.right_origin == item.right_origin;
}

inline void RunIntegrator::Put(const StructNote& note, LocalId id, const Gap& gap) {
  const ItemRef ref = doc_.items.Allocate();
  Item& item = doc_.items[ref];
  item.id = id;
  item.origin = gap.left.item->last_id();
  item.left = gap.left.ref;
  item.right = gap.right.ref;
  item.length = note.length;
  item.parent = home_;
  item.kind = note.kind;
  gap.left.item->right = ref;
  if (gap.right.item != nullptr) {
    item.right_origin = gap.right.item->id;
    gap.right.item->left = ref;
  } else {
    home_type_->tail = ref;
  }
  if (FitsBehind(*gap.left.item, item)) doc_.transaction().may_join.push_back({id, ref});
  if (note.kind == StructKind::kString) {
    item.content = doc_.bytes.AppendPart(text_, note.position, note.size_bytes);
    item.content_size = note.size_bytes;
    home_type_->length += note.length;
  } else {
    item.flags = Item::kDeletedFlag;
    doc_.transaction().AddDeleted(id, note.length);
  }
  client_->structs.Append(ref, note.length);
  doc_.siblings.Linked(item, ref, client_->id);
  PlaceOf(item.last_id()) = ref;
  last_ = {ref, &item};
}

}  // namespace ypp::internal
