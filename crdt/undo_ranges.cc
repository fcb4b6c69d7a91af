#include "crdt/undo_ranges.h"

#include <algorithm>

namespace ypp::internal {

UndoRanges::OfClient& UndoRanges::ClientOf(ClientIndex client) {
  auto entry = std::find_if(clients_.begin(), clients_.end(),
                            [&](const OfClient& of_client) { return of_client.client == client; });
  if (entry == clients_.end()) entry = clients_.insert(clients_.end(), {client, true, {}});
  return *entry;
}

void UndoRanges::AddClient(ClientIndex client) { ClientOf(client); }

void UndoRanges::Add(LocalId id, Clock length) {
  OfClient& of_client = ClientOf(id.client);
  std::vector<Range>& ranges = of_client.ranges;
  if (!ranges.empty() && ranges.back().end() == id.clock) {
    ranges.back().length += length;
    return;
  }
  of_client.sorted = of_client.sorted && (ranges.empty() || ranges.back().end() < id.clock);
  ranges.push_back({id.clock, length});
}

void UndoRanges::Normalize() {
  for (OfClient& of_client : clients_) {
    if (of_client.sorted) continue;
    std::vector<Range>& ranges = of_client.ranges;
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.clock < b.clock; });
    size_t last = 0;
    for (size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].clock <= ranges[last].end()) {
        ranges[last].length = std::max(ranges[last].end(), ranges[i].end()) - ranges[last].clock;
      } else {
        ranges[++last] = ranges[i];
      }
    }
    ranges.resize(last + 1);
    of_client.sorted = true;
  }
}

bool UndoRanges::Contains(LocalId id) const {
  for (const OfClient& of_client : clients_) {
    if (of_client.client != id.client) continue;
    const auto after =
        std::upper_bound(of_client.ranges.begin(), of_client.ranges.end(), id.clock,
                         [](Clock clock, const Range& range) { return clock < range.clock; });
    return after != of_client.ranges.begin() && id.clock < (after - 1)->end();
  }
  return false;
}

DeleteSet UndoRanges::ToDeleteSet(const DocState& doc) const {
  DeleteSet set;
  for (const OfClient& of_client : clients_) {
    for (const Range& range : of_client.ranges)
      set.Add(doc.clients[of_client.client].id, {range.clock, range.length});
  }
  set.Normalize();
  return set;
}

}  // namespace ypp::internal
