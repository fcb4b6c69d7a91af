#include "codec/delete_set.h"

#include <algorithm>

#include "codec/check.h"

namespace ypp {
namespace {

// With so few clients a search through all of them is faster than an index.
constexpr size_t kFewClients = 8;

}  // namespace

std::vector<ClockRange>& DeleteSet::RangesOf(ClientId client) {
  if (!clients_.empty() && clients_.back().client == client) return clients_.back().ranges;
  if (index_.empty()) {
    for (ClientRanges& entry : clients_) {
      if (entry.client == client) return entry.ranges;
    }
    if (clients_.size() == kFewClients) {
      for (size_t i = 0; i < clients_.size(); ++i) index_.emplace(clients_[i].client, i);
    }
  } else if (const auto it = index_.find(client); it != index_.end()) {
    return clients_[it->second].ranges;
  }
  if (!index_.empty()) index_.emplace(client, clients_.size());
  clients_.push_back({client, {}});
  return clients_.back().ranges;
}

void DeleteSet::Add(ClientId client, ClockRange range) {
  std::vector<ClockRange>& ranges = RangesOf(client);
  if (!ranges.empty() && ranges.back().end() == range.clock) {
    ranges.back().length += range.length;
  } else {
    ranges.push_back(range);
  }
}

void DeleteSet::AddSeparately(ClientId client, ClockRange range) {
  RangesOf(client).push_back(range);
}

void DeleteSet::Merge(const DeleteSet& other) {
  for (const ClientRanges& entry : other.clients_) {
    std::vector<ClockRange>& ranges = RangesOf(entry.client);
    ranges.insert(ranges.end(), entry.ranges.begin(), entry.ranges.end());
  }
}

// sortAndMergeDeleteSet, yjs src/utils/DeleteSet.js
void DeleteSet::Normalize() {
  SortClients();
  const auto by_clock = [](const ClockRange& a, const ClockRange& b) { return a.clock < b.clock; };
  for (ClientRanges& entry : clients_) {
    std::vector<ClockRange>& ranges = entry.ranges;
    if (ranges.empty()) continue;
    if (!std::is_sorted(ranges.begin(), ranges.end(), by_clock)) {
      std::stable_sort(ranges.begin(), ranges.end(), by_clock);
    }
    auto last = ranges.begin();
    for (auto range = last + 1; range != ranges.end(); ++range) {
      if (range->clock <= last->end()) {
        last->length = std::max(last->end(), range->end()) - last->clock;
      } else {
        *++last = *range;
      }
    }
    ranges.erase(last + 1, ranges.end());
  }
}

void DeleteSet::SortClients() {
  const auto descending = [](const ClientRanges& a, const ClientRanges& b) {
    return a.client > b.client;
  };
  if (std::is_sorted(clients_.begin(), clients_.end(), descending)) return;
  std::sort(clients_.begin(), clients_.end(), descending);
  if (index_.empty()) return;
  for (size_t i = 0; i < clients_.size(); ++i) index_[clients_[i].client] = i;
}

void DeleteSet::MakeFitForV2() {
  for (const ClientRanges& entry : clients_) {
    Clock end_before = 0;
    for (const ClockRange& range : entry.ranges) {
      if (range.clock < end_before) return Normalize();
      end_before = range.end();
    }
  }
  SortClients();
}

bool DeleteSet::Contains(Id id) const {
  const auto entry = std::lower_bound(
      clients_.begin(), clients_.end(), id.client,
      [](const ClientRanges& ranges, ClientId client) { return ranges.client > client; });
  if (entry == clients_.end() || entry->client != id.client) return false;
  const auto after =
      std::upper_bound(entry->ranges.begin(), entry->ranges.end(), id.clock,
                       [](Clock clock, const ClockRange& range) { return clock < range.clock; });
  return after != entry->ranges.begin() && id.clock < (after - 1)->end();
}

namespace codec {
namespace {

constexpr char kClockTooLarge[] = "clock beyond 2^32-1";

// Both formats take at least two bytes for a client and for a range.
constexpr size_t kMinBytes = 2;

// Reads `length` so that clock + length stays a clock.
ClockRange ReadRangeV1(ByteReader& in) {
  ClockRange range;
  range.clock = static_cast<Clock>(in.ReadVarUintUpTo(kMaxClock, kClockTooLarge));
  range.length = static_cast<Clock>(in.ReadVarUintUpTo(kMaxClock - range.clock, kClockTooLarge));
  return range;
}

// Relative to where the range before it ended; the length is written less one.
ClockRange ReadRangeV2(ByteReader& in, Clock end_before) {
  ClockRange range;
  range.clock =
      end_before + static_cast<Clock>(in.ReadVarUintUpTo(kMaxClock - end_before, kClockTooLarge));
  if (range.clock == kMaxClock) in.Fail(kClockTooLarge);
  if (!in.ok()) return {};
  range.length =
      1 + static_cast<Clock>(in.ReadVarUintUpTo(kMaxClock - range.clock - 1, kClockTooLarge));
  return range;
}

template <bool kV2>
DeleteSet ReadDeleteSet(ByteReader& in) {
  DeleteSet set;
  const uint64_t clients = in.ReadCount(kMinBytes);
  for (uint64_t i = 0; i < clients && in.ok(); ++i) {
    const ClientId client = in.ReadVarUint();
    const uint64_t ranges = in.ReadCount(kMinBytes);
    Clock end_before = 0;
    for (uint64_t k = 0; k < ranges; ++k) {
      const ClockRange range = kV2 ? ReadRangeV2(in, end_before) : ReadRangeV1(in);
      if (!in.ok()) return {};
      end_before = range.end();
      set.AddSeparately(client, range);
    }
  }
  return in.ok() ? set : DeleteSet();
}

size_t CountNonEmpty(const std::vector<ClockRange>& ranges) {
  return static_cast<size_t>(std::count_if(ranges.begin(), ranges.end(),
                                           [](const ClockRange& r) { return r.length != 0; }));
}

}  // namespace

DeleteSet ReadDeleteSetV1(ByteReader& in) { return ReadDeleteSet<false>(in); }
DeleteSet ReadDeleteSetV2(ByteReader& in) { return ReadDeleteSet<true>(in); }

void WriteDeleteSetV1(ByteWriter& out, const DeleteSet& set) {
  out.WriteVarUint(set.clients().size());
  for (const ClientRanges& entry : set.clients()) {
    out.WriteVarUint(entry.client);
    out.WriteVarUint(entry.ranges.size());
    for (const ClockRange& range : entry.ranges) {
      out.WriteVarUint(range.clock);
      out.WriteVarUint(range.length);
    }
  }
}

void WriteDeleteSetV2(ByteWriter& out, const DeleteSet& set) {
  size_t clients = 0;
  for (const ClientRanges& entry : set.clients()) clients += CountNonEmpty(entry.ranges) > 0;
  out.WriteVarUint(clients);
  for (const ClientRanges& entry : set.clients()) {
    const size_t ranges = CountNonEmpty(entry.ranges);
    if (ranges == 0) continue;
    out.WriteVarUint(entry.client);
    out.WriteVarUint(ranges);
    Clock end_before = 0;
    for (const ClockRange& range : entry.ranges) {
      if (range.length == 0) continue;
      YPP_DCHECK(range.clock >= end_before);
      out.WriteVarUint(range.clock - end_before);
      out.WriteVarUint(range.length - 1);
      end_before = range.end();
    }
  }
}

}  // namespace codec
}  // namespace ypp
