#include "crdt/apply_deletes.h"

#include <algorithm>
#include <vector>

#include "crdt/deleted_ranges.h"
#include "crdt/erase.h"
#include "crdt/integrate.h"

namespace ypp::internal {

namespace {

// Keeps the ranges sorted and joined.
void AddRange(std::vector<ClockRange>& ranges, ClockRange range) {
  const auto ends_before = [](const ClockRange& a, ypp::Clock clock) { return a.end() < clock; };
  auto first = std::lower_bound(ranges.begin(), ranges.end(), range.clock, ends_before);
  auto last = first;
  ypp::Clock begin = range.clock;
  ypp::Clock end = range.end();
  for (; last != ranges.end() && last->clock <= end; ++last) {
    begin = std::min(begin, last->clock);
    end = std::max(end, last->end());
  }
  const ClockRange joined = {begin, end - begin};
  if (first == last) {
    ranges.insert(first, joined);
  } else {
    *first = joined;
    ranges.erase(first + 1, last);
  }
}

bool IsGone(const DocState& doc, ItemRef ref) {
  return ref == ItemRef::kGc || doc.items[ref].deleted();
}

// What came deleted in an update, which is most of what it deletes.
class CameDeleted {
 public:
  // Those of the transaction's from the `first` on that it has now.
  CameDeleted(const TransactionState& transaction, size_t first)
      : deletes_(transaction.deletes), first_(first), next_(first), end_(deletes_.size()) {
    const DeletedRange* data = deletes_.data();
    if (IsSorted(data + first, data + end_)) return;
    sorted_.assign(data + first, data + end_);
    SortAndJoin(sorted_);
    first_ = next_ = 0;
    end_ = sorted_.size();
  }

  void StartClient(ClientIndex client) {
    const auto is_before = [](const DeletedRange& range, ClientIndex c) {
      return range.id.client < c;
    };
    const DeletedRange* const begin = ranges() + first_;
    next_ = std::lower_bound(begin, ranges() + end_, client, is_before) - ranges();
  }
  // Whether the whole range is among them. Those of a client are asked for in their order; else it
  // may say no.
  bool Covers(ClientIndex client, const ClockRange& range) {
    for (; next_ < end_; ++next_) {
      const DeletedRange& deleted = ranges()[next_];
      if (deleted.id.client != client) return false;
      if (range.end() <= ypp::Clock{deleted.id.clock} + deleted.length)
        return deleted.id.clock <= range.clock;
    }
    return false;
  }

 private:
  const DeletedRange* ranges() const { return sorted_.empty() ? deletes_.data() : sorted_.data(); }

  const std::vector<DeletedRange>& deletes_;  // what is deleted from now on is added behind
  std::vector<DeletedRange> sorted_;          // when those are not
  size_t first_;
  size_t next_;
  size_t end_;
};

// What is left of one client's ranges in one update, as Yjs keeps it: in V2, which has no bytes for
// a range that begins before the end of the one before it. Yjs writes the difference nevertheless,
// of which the lowest seven bits remain. No writer of delete sets makes such ranges; who sends them
// must get from this replica what the others get.
class LeftRanges {
 public:
  explicit LeftRanges(std::vector<ClockRange>& into) : into_(into) {}

  void Add(ClockRange range) {
    constexpr ypp::Clock kLowestBits = 127;
    if (range.clock < end_) range.clock = end_ + ((range.clock - end_) & kLowestBits);
    if (range.length > kMaxClock || range.clock > kMaxClock - range.length) return;
    end_ = range.end();
    AddRange(into_, range);
  }

 private:
  std::vector<ClockRange>& into_;
  ypp::Clock end_ = 0;
};

}  // namespace

void DeleteKnown(DocState& doc, ClientIndex client, ClockRange range) {
  const StructList& structs = doc.clients[client].structs;
  const bool erases = doc.erases_at_once();
  const Clock begin = static_cast<Clock>(range.clock);
  const Clock end = static_cast<Clock>(std::min<ypp::Clock>(range.end(), structs.end_clock()));
  StructList::Position p = structs.Find(begin);
  bool moved = false;  // positions are not good any more
  for (Clock clock = begin; clock < end; moved = true) {
    if (moved) p = structs.Find(clock);
    // Most of what is deleted in an update comes as such.
    for (; IsGone(doc, structs[p].ref); p = structs.Next(p)) {
      if (structs.EndOf(p) >= end) return;
    }
    ItemRef ref = structs[p].ref;
    const Item& item = doc.items[ref];
    clock = item.end();
    if (erases && item.in_sequence() && IsErasable(item)) {
      const Clock from = std::max(begin, item.id.clock);
      doc.DropCursor(item.parent);
      Erase(doc, ref, from - item.id.clock, std::min(end, item.end()) - from);
      continue;
    }
    if (doc.items[ref].id.clock < begin) ref = doc.Split(ref, begin - doc.items[ref].id.clock);
    if (end < doc.items[ref].end()) doc.Split(ref, end - doc.items[ref].id.clock);
    Delete(doc, ref);
  }
}

void ApplyDeletes(DocState& doc, const DeleteSet& deletes, size_t first_of_update) {
  CameDeleted came_deleted(doc.transaction(), first_of_update);
  for (const ClientRanges& of_client : deletes.clients()) {
    const ClientIndex client = doc.clients.Find(of_client.client);
    const Clock state = client == kNoIndex ? 0 : doc.clients[client].state();
    came_deleted.StartClient(client);
    std::vector<ClockRange> waiting;
    LeftRanges left(waiting);
    for (const ClockRange& range : of_client.ranges) {
      if (range.length == 0) continue;
      if (range.clock < state && !came_deleted.Covers(client, range))
        DeleteKnown(doc, client, range);
      if (range.end() > state) {
        const ypp::Clock from = std::max<ypp::Clock>(range.clock, state);
        left.Add({from, range.end() - from});
      }
    }
    if (waiting.empty()) continue;
    std::vector<ClockRange>& pending = doc.pending.deletes[of_client.client];
    if (pending.empty()) {
      pending = std::move(waiting);
    } else {
      for (const ClockRange& range : waiting) AddRange(pending, range);
    }
  }
}

void RetryPendingDeletes(DocState& doc) {
  if (doc.pending.deletes.empty()) return;
  const std::vector<TouchedClient> touched = doc.transaction().touched;
  for (const TouchedClient& touched_client : touched) {
    const Client& client = doc.clients[touched_client.client];
    const auto found = doc.pending.deletes.find(client.id);
    if (found == doc.pending.deletes.end() || found->second.front().clock >= client.state())
      continue;
    DeleteSet retry;
    for (const ClockRange& range : found->second) retry.Add(client.id, range);
    doc.pending.deletes.erase(found);
    ApplyDeletes(doc, retry, doc.transaction().deletes.size());
  }
}

}  // namespace ypp::internal
