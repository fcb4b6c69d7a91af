#include "crdt/integrate_runs.h"

#include "absl/numeric/bits.h"

namespace ypp::internal {

using codec::StructKind;

RunIntegrator::RunIntegrator(DocState& doc, const IncomingUpdate& update)
    : doc_(doc), update_(update), placer_(doc, codec::AsText(update.given)) {
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
  placer_.Forget();
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

inline RunIntegrator::Found RunIntegrator::FindItem(LocalId last_unit) {
  // What is typed on, or into what was just typed.
  if (last_.item != nullptr && last_.item->last_id() == last_unit) return last_;
  if (const ItemRef put = PlaceOf(last_unit); put != ItemRef::kNone) {
    const Found found = placer_.Locate(put);
    if (found.item->last_id() == last_unit) return found;
  }
  return placer_.FindInDocument(last_unit);
}

inline bool RunIntegrator::FindGap(const StructNote& note, Gap* gap) {
  const LocalId origin = Local(note.origin_client, note.origin_clock);
  if (!origin.exists()) return false;
  gap->left = FindItem(origin);
  if (gap->left.item == nullptr) return false;
  const Item& left = *gap->left.item;
  if ((left.right != ItemRef::kNone) != note.has_right_origin()) return false;
  if (note.has_right_origin()) {
    gap->right = placer_.Locate(left.right);
    if (gap->right.item->id != Local(note.right_client, note.right_clock)) return false;
  }
  return placer_.Takes(left);
}

// What GrowLastRun would append to the run before it.
inline bool RunIntegrator::Grows(const StructNote& note, LocalId id, const Item& left) const {
  return note.kind == StructKind::kString && left.kind == StructKind::kString && !left.deleted() &&
         left.id.client == id.client && left.end() == id.clock;
}

inline void RunIntegrator::Put(const StructNote& note, LocalId id, const Gap& gap) {
  last_ = placer_.Put(note, id, gap, *client_);
  PlaceOf(last_.item->last_id()) = last_.ref;
}

}  // namespace ypp::internal
