#include "crdt/apply_update.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "codec/check.h"
#include "codec/update_algebra.h"
#include "crdt/apply_small_update.h"
#include "crdt/erase.h"
#include "crdt/incoming_update.h"
#include "crdt/integrate.h"
#include "crdt/integrator.h"

namespace ypp::internal {

namespace {

// The most that content grows on its way into canonical form: `1e20` as JSON text becomes 21
// digits.
constexpr size_t kMaxContentGrowth = 5;
// Pending updates are merged into one when there are so many.
constexpr size_t kMaxPendingUpdates = 64;

// What the bytes alone do not tell.
absl::Status CheckAgainst(const DocState& doc, const IncomingUpdate& update) {
  if (doc.bytes.size() + update.size_bytes() * kMaxContentGrowth > ByteStore::kMaxContentBytes) {
    return absl::ResourceExhaustedError("the document would grow past its limit");
  }
  return absl::OkStatus();
}

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

// What came deleted in this transaction, which is most of what an update deletes.
class CameDeleted {
 public:
  explicit CameDeleted(const TransactionState& transaction)
      : deletes_(transaction.deletes), count_(transaction.deletes.size()) {}

  // Whether that is so for the whole range. Finds it while ranges come in the order of the structs;
  // else it may say no.
  bool Covers(ClientIndex client, const ClockRange& range) {
    constexpr size_t kSteps = 4;
    for (size_t i = next_; i < std::min(count_, next_ + kSteps); ++i) {
      const DeletedRange& deleted = deletes_[i];
      if (deleted.id.client != client || deleted.id.clock > range.clock) continue;
      if (range.end() > ypp::Clock{deleted.id.clock} + deleted.length) continue;
      next_ = i;
      return true;
    }
    return false;
  }

 private:
  const std::vector<DeletedRange>& deletes_;
  const size_t count_;  // what is deleted from now on is added behind
  size_t next_ = 0;
};

// Deletes the part of the range that the document has. REQUIRES: it has the first clock.
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
    clock = structs.EndOf(p);
    if (const Item& item = doc.items[ref]; erases && item.in_sequence() && IsErasable(item)) {
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

void ApplyDeletes(DocState& doc, const DeleteSet& deletes) {
  CameDeleted came_deleted(doc.transaction());
  for (const ClientRanges& of_client : deletes.clients()) {
    const ClientIndex client = doc.clients.Find(of_client.client);
    const Clock state = client == kNoIndex ? 0 : doc.clients[client].state();
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

// Deletions that waited for the clients that this transaction brought forward.
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
    ApplyDeletes(doc, retry);
  }
}

std::string MergePending(DocState& doc) {
  std::vector<codec::Bytes> parts;
  for (const std::string& update : doc.pending.updates) parts.push_back(codec::AsBytes(update));
  auto merged = codec::MergeUpdates(parts, codec::Dialect::kV1Any);
  YPP_CHECK(merged.ok());
  return *std::move(merged);
}

void KeepRest(DocState& doc, Integrator& integrator) {
  std::string rest = integrator.TakeRest();
  if (rest.empty()) return;
  for (const auto& [client, clock] : integrator.missing()) {
    const auto [entry, is_new] = doc.pending.missing.try_emplace(client, clock);
    if (!is_new) entry->second = std::min(entry->second, clock);
  }
  doc.pending.updates.push_back(std::move(rest));
  if (doc.pending.updates.size() > kMaxPendingUpdates) {
    doc.pending.updates = {MergePending(doc)};
  }
}

// Whether a client that pending structs wait for has come far enough.
bool PendingMayFit(const DocState& doc, const std::vector<TouchedClient>& touched) {
  if (doc.pending.updates.empty()) return false;
  const auto fits = [&](ClientIndex client) {
    if (client == kNoIndex) return false;
    const auto found = doc.pending.missing.find(doc.clients[client].id);
    return found != doc.pending.missing.end() && found->second < doc.clients[client].state();
  };
  return fits(doc.own_client) ||
         std::any_of(touched.begin(), touched.end(), [&](const auto& t) { return fits(t.client); });
}

// Returns what waited and may fit now, to be applied next; empty when nothing does.
std::string Apply(DocState& doc, IncomingUpdate& update) {
  doc.items.Reserve(update.items);
  doc.clients.Reserve(update.sections.size());
  Integrator integrator(doc, update);
  integrator.Run();
  const bool retry = PendingMayFit(doc, doc.transaction().touched);
  KeepRest(doc, integrator);
  ApplyDeletes(doc, update.deletes);
  RetryPendingDeletes(doc);
  if (!retry) return {};
  std::string waiting = MergePending(doc);
  doc.pending.updates.clear();
  doc.pending.missing.clear();
  return waiting;
}

}  // namespace

absl::Status ApplyUpdate(DocState& doc, codec::Bytes bytes, codec::Dialect dialect,
                         const Origin& origin) {
  if (dialect == codec::Dialect::kV1 && ApplySmallUpdate(doc, bytes, origin))
    return absl::OkStatus();
  absl::StatusOr<IncomingUpdate> update =
      IncomingUpdate::Check(bytes, dialect, doc.options.decode_limits);
  if (!update.ok()) return update.status();
  if (absl::Status fits = CheckAgainst(doc, *update); !fits.ok()) return fits;

  doc.Begin(&origin, /*local=*/false);
  const std::string waiting = Apply(doc, *update);
  if (!waiting.empty()) {
    absl::StatusOr<IncomingUpdate> again =
        IncomingUpdate::Check(codec::AsBytes(waiting), codec::Dialect::kV1Any);
    YPP_CHECK(again.ok());
    // What waited was taken out of `pending`, so nothing can ask for another round.
    Apply(doc, *again);
  }
  doc.End();
  return absl::OkStatus();
}

}  // namespace ypp::internal
