#include "crdt/snapshot_view.h"

#include <algorithm>
#include <string_view>

#include "codec/utf.h"

namespace ypp::internal {

bool CutsCharacter(const DocState& doc, LocalId id) {
  const ItemRef ref = doc.FindItem(id);
  if (ref == ItemRef::kGc) return false;
  const Item& item = doc.items[ref];
  if (item.kind != codec::StructKind::kString || item.id.clock == id.clock) return false;
  const std::string_view bytes = doc.bytes.View(item.content, item.content_size);
  return codec::CutAtUtf16(bytes, id.clock - item.id.clock).splits_pair;
}

namespace {

void CutBefore(DocState& doc, LocalId id) {
  if (!CutsCharacter(doc, id)) doc.ItemStartingAt(id);
}

}  // namespace

SnapshotView::SnapshotView(const DocState& doc, const Snapshot& snapshot)
    : deletes_(snapshot.deletes), parts_(doc.clients.size()) {
  deletes_.Normalize();
  for (const auto& [client, clock] : snapshot.state.entries()) {
    const ClientIndex index = doc.clients.Find(client);
    if (index != kNoIndex)
      parts_[index].state = static_cast<Clock>(std::min<ypp::Clock>(clock, kMaxDocumentClock));
  }
  for (const ClientRanges& entry : deletes_.clients()) {
    const ClientIndex index = doc.clients.Find(entry.client);
    if (index != kNoIndex) parts_[index].deletes = entry.ranges;
  }
}

bool SnapshotView::Shows(LocalId id) const {
  const Part& part = parts_[id.client];
  if (id.clock >= part.state) return false;
  const auto after =
      std::upper_bound(part.deletes.begin(), part.deletes.end(), id.clock,
                       [](Clock clock, const ClockRange& range) { return clock < range.clock; });
  return after == part.deletes.begin() || id.clock >= (after - 1)->end();
}

void SnapshotView::CutItems(DocState& doc) const {
  for (ClientIndex client = 0; client < parts_.size(); ++client) {
    const Clock known = parts_[client].state;
    if (known < doc.clients[client].state()) CutBefore(doc, {client, known});
  }
  for (ClientIndex client = 0; client < parts_.size(); ++client) {
    const Clock state = doc.clients[client].state();
    for (const ClockRange& range : parts_[client].deletes) {
      if (range.clock >= state) break;
      if (range.length == 0) continue;
      CutBefore(doc, {client, static_cast<Clock>(range.clock)});
      if (range.end() < state) CutBefore(doc, {client, static_cast<Clock>(range.end())});
    }
  }
}

}  // namespace ypp::internal
