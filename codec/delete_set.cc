#include "codec/delete_set.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "codec/check.h"

namespace ypp {
namespace {

// With so few clients a search through all of them is faster than an index.
constexpr size_t kFewClients = 8;

}  // namespace

std::vector<ClockRange>& DeleteSet::RangesOf(ClientId client) {
  if (!clients_.empty() && clients_.back().client == client) return clients_.back().ranges;
  if (clients_.size() <= kFewClients) {
    for (ClientRanges& entry : clients_) {
      if (entry.client == client) return entry.ranges;
    }
  } else {
    if (index_.empty()) {
      for (size_t i = 0; i < clients_.size(); ++i) index_.emplace(clients_[i].client, i);
    }
    const auto [it, is_new] = index_.try_emplace(client, clients_.size());
    if (!is_new) return clients_[it->second].ranges;
  }
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

DeleteSet DeleteSet::FromParts(std::vector<ClientRanges> parts) {
  const auto descend = [](const ClientRanges& a, const ClientRanges& b) {
    return a.client <= b.client;
  };
  DeleteSet set;
  set.clients_ = std::move(parts);
  if (std::adjacent_find(set.clients_.begin(), set.clients_.end(), descend) != set.clients_.end()) {
    set.UniteEqualClients();
  }
  return set;
}

// Finds them by sorting positions: a table of clients would take more memory than the set itself.
void DeleteSet::UniteEqualClients() {
  std::vector<uint32_t> order(clients_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return clients_[a].client != clients_[b].client ? clients_[a].client < clients_[b].client
                                                    : a < b;
  });
  uint32_t first = 0;  // in `order`, of the client at hand
  for (uint32_t i = 1; i < order.size(); ++i) {
    ClientRanges& into = clients_[order[first]];
    ClientRanges& from = clients_[order[i]];
    if (from.client != into.client) {
      first = i;
      continue;
    }
    into.ranges.insert(into.ranges.end(), from.ranges.begin(), from.ranges.end());
    from.ranges = std::vector<ClockRange>();
  }
  const auto is_empty = [](const ClientRanges& entry) { return entry.ranges.empty(); };
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(), is_empty), clients_.end());
}

// sortAndMergeDeleteSet, yjs src/utils/DeleteSet.js
void DeleteSet::Normalize() {
  SortClients();
  for (ClientRanges& entry : clients_) codec::NormalizeRanges(entry.ranges);
}

void DeleteSet::SortClients() {
  const auto descending = [](const ClientRanges& a, const ClientRanges& b) {
    return a.client > b.client;
  };
  if (std::is_sorted(clients_.begin(), clients_.end(), descending)) return;
  std::sort(clients_.begin(), clients_.end(), descending);
  index_.clear();
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

bool DeleteSet::Contains(Id id) const { return Covers(id.client, {id.clock, 1}); }

bool DeleteSet::Covers(ClientId client, ClockRange range) const {
  const auto entry =
      std::lower_bound(clients_.begin(), clients_.end(), client,
                       [](const ClientRanges& ranges, ClientId id) { return ranges.client > id; });
  if (entry == clients_.end() || entry->client != client) return false;
  const auto after =
      std::upper_bound(entry->ranges.begin(), entry->ranges.end(), range.clock,
                       [](Clock clock, const ClockRange& other) { return clock < other.clock; });
  return after != entry->ranges.begin() && range.end() <= (after - 1)->end();
}

namespace codec {
namespace {

constexpr char kClockTooLarge[] = "clock beyond 2^56-1";

constexpr size_t kMinRangeBytes = 2;

// Reads `length` so that clock + length stays a clock.
ClockRange ReadRangeV1(ByteReader& in) {
  ClockRange range;
  range.clock = in.ReadClock();
  range.length = in.ReadClock();
  if (range.length > kMaxClock - range.clock) in.Fail(kClockTooLarge);
  return range;
}

// Relative to where the range before it ended; the length is written less one.
ClockRange ReadRangeV2(ByteReader& in, Clock end_before) {
  ClockRange range;
  range.clock = end_before + in.ReadClock();
  range.length = 1 + in.ReadClock();
  if (range.end() > kMaxClock) in.Fail(kClockTooLarge);
  return range;
}

// Room is made for what is announced, and no more: the ranges of a client are checked against the
// bytes that remain, so an announcement that is not kept ends the reading.
template <bool kV2>
DeleteSet ReadDeleteSet(ByteReader& in) {
  const uint64_t clients = in.ReadCount(kMinClientBytes);
  std::vector<ClientRanges> parts;
  parts.reserve(std::min<uint64_t>(clients, in.remaining() / kMinClientWithRangeBytes));
  for (uint64_t i = 0; i < clients && in.ok(); ++i) {
    ClientRanges part;
    part.client = in.ReadVarUint();
    const uint64_t ranges = in.ReadCount(kMinRangeBytes);
    if (ranges == 0) continue;
    part.ranges.reserve(ranges);
    Clock end_before = 0;
    for (uint64_t k = 0; k < ranges; ++k) {
      const ClockRange range = kV2 ? ReadRangeV2(in, end_before) : ReadRangeV1(in);
      if (!in.ok()) return {};
      end_before = range.end();
      part.ranges.push_back(range);
    }
    parts.push_back(std::move(part));
  }
  return in.ok() ? DeleteSet::FromParts(std::move(parts)) : DeleteSet();
}

size_t CountNonEmpty(absl::Span<const ClockRange> ranges) {
  return static_cast<size_t>(std::count_if(ranges.begin(), ranges.end(),
                                           [](const ClockRange& r) { return r.length != 0; }));
}

}  // namespace

DeleteSet ReadDeleteSetV1(ByteReader& in) { return ReadDeleteSet<false>(in); }
DeleteSet ReadDeleteSetV2(ByteReader& in) { return ReadDeleteSet<true>(in); }

void WriteDeletesV1(ByteWriter& out, ClientId client, absl::Span<const ClockRange> ranges) {
  out.WriteVarUint(client);
  out.WriteVarUint(ranges.size());
  for (const ClockRange& range : ranges) {
    char* const room = out.Room(2 * kMaxVarUintBytes);
    out.FilledUpTo(PutVarUint(PutEvenVarUint(room, range.clock), range.length));
  }
}

void WriteDeletesV2(ByteWriter& out, ClientId client, absl::Span<const ClockRange> ranges) {
  const size_t count = CountNonEmpty(ranges);
  if (count == 0) return;
  out.WriteVarUint(client);
  out.WriteVarUint(count);
  Clock end_before = 0;
  for (const ClockRange& range : ranges) {
    if (range.length == 0) continue;
    YPP_DCHECK(range.clock >= end_before);
    out.WriteVarUint(range.clock - end_before);
    out.WriteVarUint(range.length - 1);
    end_before = range.end();
  }
}

void WriteDeleteSetV1(ByteWriter& out, const DeleteSet& set) {
  out.WriteVarUint(set.clients().size());
  for (const ClientRanges& entry : set.clients()) WriteDeletesV1(out, entry.client, entry.ranges);
}

void WriteDeleteSetV2(ByteWriter& out, const DeleteSet& set) {
  size_t clients = 0;
  for (const ClientRanges& entry : set.clients()) clients += CountNonEmpty(entry.ranges) > 0;
  out.WriteVarUint(clients);
  for (const ClientRanges& entry : set.clients()) WriteDeletesV2(out, entry.client, entry.ranges);
}

void ReadRanges(ByteReader& in, DeleteSetFormat format,
                absl::FunctionRef<void(const ClockRange&)> visit) {
  Clock end_before = 0;
  for (uint64_t left = in.ReadCount(kMinRangeBytes); left > 0; --left) {
    const ClockRange range =
        format == DeleteSetFormat::kV2 ? ReadRangeV2(in, end_before) : ReadRangeV1(in);
    if (!in.ok()) return;
    end_before = range.end();
    visit(range);
  }
}

void NormalizeRanges(std::vector<ClockRange>& ranges) {
  if (ranges.empty()) return;
  const auto by_clock = [](const ClockRange& a, const ClockRange& b) { return a.clock < b.clock; };
  if (!std::is_sorted(ranges.begin(), ranges.end(), by_clock)) {
    std::sort(ranges.begin(), ranges.end(), by_clock);
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

}  // namespace codec
}  // namespace ypp
