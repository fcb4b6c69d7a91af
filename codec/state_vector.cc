#include "codec/state_vector.h"

#include <algorithm>
#include <numeric>

namespace ypp {

size_t StateVector::Find(ClientId client) const {
  if (!index_.empty()) {
    const auto it = index_.find(client);
    return it == index_.end() ? entries_.size() : it->second;
  }
  if (!sorted_.empty()) {
    const auto before = [this](uint32_t i, ClientId id) { return entries_[i].first < id; };
    const auto it = std::lower_bound(sorted_.begin(), sorted_.end(), client, before);
    const bool found = it != sorted_.end() && entries_[*it].first == client;
    return found ? *it : entries_.size();
  }
  const auto before = [](const Entry& entry, ClientId id) { return entry.first > id; };
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), client, before);
  const bool found = it != entries_.end() && it->first == client;
  return found ? static_cast<size_t>(it - entries_.begin()) : entries_.size();
}

Clock StateVector::Get(ClientId client) const {
  const size_t i = Find(client);
  return i == entries_.size() ? 0 : entries_[i].second;
}

void StateVector::Set(ClientId client, Clock clock) {
  if (const size_t i = Find(client); i != entries_.size()) {
    entries_[i].second = clock;
    return;
  }
  const bool descends =
      index_.empty() && sorted_.empty() && (entries_.empty() || client < entries_.back().first);
  if (!descends && index_.empty()) {
    sorted_ = std::vector<uint32_t>();
    for (const Entry& entry : entries_) {
      index_.emplace(entry.first, static_cast<uint32_t>(index_.size()));
    }
  }
  if (!descends) index_.emplace(client, static_cast<uint32_t>(entries_.size()));
  entries_.emplace_back(client, clock);
}

void StateVector::SortDescending() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.first > b.first; });
  sorted_.clear();
  index_.clear();
}

bool operator==(const StateVector& a, const StateVector& b) {
  const auto covers = [](const StateVector& x, const StateVector& y) {
    return std::all_of(y.entries_.begin(), y.entries_.end(), [&x](const StateVector::Entry& entry) {
      return x.Get(entry.first) == entry.second;
    });
  };
  return covers(a, b) && covers(b, a);
}

std::string StateVector::Encode() const {
  codec::ByteWriter out;
  codec::WriteStateVector(out, *this);
  return out.Take();
}

absl::StatusOr<StateVector> StateVector::Decode(codec::Bytes bytes) {
  codec::ByteReader in(bytes);
  StateVector vector = codec::ReadStateVector(in);
  if (!in.ok()) return in.status();
  return vector;
}

namespace codec {

void WriteStateVector(ByteWriter& out, const StateVector& vector) {
  out.WriteVarUint(vector.size());
  for (const auto& [client, clock] : vector.entries()) {
    out.WriteVarUint(client);
    out.WriteVarUint(clock);
  }
}

StateVector ReadStateVector(ByteReader& in) {
  constexpr size_t kMinEntryBytes = 2;
  const uint64_t count = in.ReadCount(kMinEntryBytes);
  StateVector vector;
  std::vector<StateVector::Entry>& entries = vector.entries_;
  entries.reserve(count);
  bool descend = true;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const ClientId client = in.ReadVarUint();
    const Clock clock = in.ReadClock();
    descend = descend && (entries.empty() || client < entries.back().first);
    entries.emplace_back(client, clock);
  }
  if (!in.ok()) return StateVector();
  if (descend) return vector;

  std::vector<uint32_t>& sorted = vector.sorted_;
  sorted.resize(entries.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::sort(sorted.begin(), sorted.end(), [&entries](uint32_t a, uint32_t b) {
    return entries[a].first != entries[b].first ? entries[a].first < entries[b].first : a < b;
  });
  const auto same = [&entries](uint32_t a, uint32_t b) {
    return entries[a].first == entries[b].first;
  };
  if (std::adjacent_find(sorted.begin(), sorted.end(), same) == sorted.end()) return vector;
  StateVector unique;
  for (const StateVector::Entry& entry : entries) unique.Set(entry.first, entry.second);
  return unique;
}

}  // namespace codec
}  // namespace ypp
