#include "codec/state_vector.h"

#include <algorithm>

namespace ypp {

Clock StateVector::Get(ClientId client) const {
  const auto it = index_.find(client);
  return it == index_.end() ? 0 : entries_[it->second].second;
}

void StateVector::Set(ClientId client, Clock clock) {
  const auto [it, inserted] = index_.try_emplace(client, entries_.size());
  if (inserted) {
    entries_.emplace_back(client, clock);
  } else {
    entries_[it->second].second = clock;
  }
}

void StateVector::SortDescending() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.first > b.first; });
  for (size_t i = 0; i < entries_.size(); ++i) index_[entries_[i].first] = i;
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
  StateVector vector;
  const uint64_t count = in.ReadCount(kMinEntryBytes);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const ClientId client = in.ReadVarUint();
    const uint64_t clock = in.ReadVarUintUpTo(kMaxClock, "clock beyond 2^32-1");
    if (in.ok()) vector.Set(client, static_cast<Clock>(clock));
  }
  return in.ok() ? vector : StateVector();
}

}  // namespace codec
}  // namespace ypp
