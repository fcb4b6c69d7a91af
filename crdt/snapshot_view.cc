#include "crdt/snapshot_view.h"

#include <algorithm>

namespace ypp::internal {

SnapshotView::SnapshotView(const DocState& doc, const Snapshot& snapshot)
    : deletes_(snapshot.deletes), parts_(doc.clients.size()) {
  deletes_.Normalize();
  for (const auto& [client, clock] : snapshot.state.entries()) {
    const ClientIndex index = doc.clients.Find(client);
    if (index != kNoIndex) parts_[index].state = clock;
  }
  for (const ClientRanges& entry : deletes_.clients()) {
    const ClientIndex index = doc.clients.Find(entry.client);
    if (index != kNoIndex) parts_[index].deletes = entry.ranges;
  }
}

bool SnapshotView::Shows(LocalId id) const {
  const Part& part = parts_[id.client];
  if (id.clock >= part.state) return false;
  const auto after = std::upper_bound(
      part.deletes.begin(), part.deletes.end(), id.clock,
      [](Clock clock, const ClockRange& range) { return clock < range.clock; });
  return after == part.deletes.begin() || id.clock >= (after - 1)->end();
}

void SnapshotView::CutItems(DocState& doc) const {
  for (ClientIndex client = 0; client < parts_.size(); ++client) {
    const Clock known = parts_[client].state;
    if (known < doc.clients[client].state()) doc.ItemStartingAt({client, known});
  }
  for (ClientIndex client = 0; client < parts_.size(); ++client) {
    const Clock state = doc.clients[client].state();
    for (const ClockRange& range : parts_[client].deletes) {
      if (range.clock >= state) break;
      if (range.length == 0) continue;
      doc.ItemStartingAt({client, range.clock});
      if (range.end() <= state) doc.ItemEndingAt({client, range.end() - 1});
    }
  }
}

}  // namespace ypp::internal
