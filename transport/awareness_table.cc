#include "transport/awareness_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "codec/json.h"

namespace ypp::transport {
namespace {

using codec::AwarenessEntry;

std::string EncodeEntries(const std::vector<AwarenessEntry>& entries) {
  if (entries.empty()) return {};
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, entries);
  return out.Take();
}

}  // namespace

bool AwarenessTable::IsNews(ClientId client, uint64_t clock, bool gone) const {
  const auto known = entries_.find(client);
  if (known == entries_.end()) return clock > 0 && !gone;
  if (clock > known->second.clock) return true;
  return clock == known->second.clock && gone && !known->second.gone();
}

bool AwarenessTable::BelongsTo(ClientId client, MemberId member) const {
  const auto known = entries_.find(client);
  return known != entries_.end() && known->second.owner == member;
}

void AwarenessTable::SetOwner(ClientId client, Entry& entry, MemberId member) {
  if (entry.owner == member) return;
  if (entry.owner != kNobody) {
    const auto owner = clients_of_.find(entry.owner);
    std::vector<ClientId>& clients = owner->second;
    clients.erase(std::find(clients.begin(), clients.end(), client));
    if (clients.empty()) clients_of_.erase(owner);
  }
  if (member != kNobody) clients_of_[member].push_back(client);
  entry.owner = member;
}

absl::StatusOr<AwarenessNews> AwarenessTable::Apply(MemberId member, codec::Bytes update,
                                                    int64_t now_ms) {
  if (update.size() > limits_.max_update_bytes) {
    return absl::ResourceExhaustedError("awareness update too large");
  }
  codec::ByteReader in(update);
  const std::vector<AwarenessEntry> entries = codec::ReadAwarenessUpdate(in);
  if (!in.ok()) return in.status();
  const auto owned = clients_of_.find(member);
  size_t clients = owned == clients_of_.end() ? 0 : owned->second.size();
  for (const AwarenessEntry& entry : entries) {
    if (!codec::IsJson(entry.state)) return absl::DataLossError("awareness state is not JSON");
    if (!entry.gone() && IsNews(entry.client, entry.clock, false) &&
        !BelongsTo(entry.client, member)) {
      ++clients;
    }
  }
  if (clients > limits_.max_clients_per_member) {
    return absl::ResourceExhaustedError("too many awareness clients");
  }

  AwarenessNews result;
  std::vector<AwarenessEntry> news;
  for (const AwarenessEntry& entry : entries) {
    if (!IsNews(entry.client, entry.clock, entry.gone())) continue;
    Entry& known = entries_[entry.client];
    const bool was_present = known.owner != kNobody;
    if (entry.gone()) {
      if (was_present) result.removed.push_back(entry.client);
    } else {
      (was_present ? result.updated : result.added).push_back(entry.client);
    }
    known.clock = entry.clock;
    known.state = std::string(entry.state);
    known.renewed_ms = now_ms;
    SetOwner(entry.client, known, entry.gone() ? kNobody : member);
    news.push_back(entry);
  }
  // Usually all of it is news, and the very bytes that came go out again.
  if (!entries.empty() && news.size() == entries.size() && in.empty()) {
    result.update = std::string(codec::AsText(update));
  } else {
    result.update = EncodeEntries(news);
  }
  return result;
}

AwarenessNews AwarenessTable::RemoveMember(MemberId member) {
  AwarenessNews result;
  const auto owned = clients_of_.find(member);
  if (owned == clients_of_.end()) return result;
  std::vector<AwarenessEntry> gone;
  for (const ClientId client : owned->second) {
    Entry& entry = entries_[client];
    entry.state = "null";
    entry.owner = kNobody;
    gone.push_back({client, entry.clock, "null"});
  }
  result.removed = std::move(owned->second);
  clients_of_.erase(owned);
  result.update = EncodeEntries(gone);
  return result;
}

AwarenessNews AwarenessTable::DropExpired(int64_t now_ms) {
  AwarenessNews result;
  std::vector<AwarenessEntry> gone;
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = it->second;
    if (now_ms - entry.renewed_ms < limits_.timeout_ms) {
      ++it;
    } else if (entry.gone()) {
      it = entries_.erase(it);
    } else {
      entry.state = "null";
      entry.renewed_ms = now_ms;
      SetOwner(it->first, entry, kNobody);
      gone.push_back({it->first, entry.clock, "null"});
      result.removed.push_back(it->first);
      ++it;
    }
  }
  result.update = EncodeEntries(gone);
  return result;
}

std::string AwarenessTable::Encode(std::vector<ClientId> clients) const {
  std::sort(clients.begin(), clients.end());
  clients.erase(std::unique(clients.begin(), clients.end()), clients.end());
  std::vector<AwarenessEntry> known;
  known.reserve(clients.size());
  for (const ClientId client : clients) {
    const auto entry = entries_.find(client);
    if (entry != entries_.end())
      known.push_back({client, entry->second.clock, entry->second.state});
  }
  return EncodeEntries(known);
}

std::optional<std::string> AwarenessTable::Present() const {
  std::vector<AwarenessEntry> present;
  for (const auto& [client, entry] : entries_) {
    if (!entry.gone()) present.push_back({client, entry.clock, entry.state});
  }
  if (present.empty()) return std::nullopt;
  return EncodeEntries(present);
}

}  // namespace ypp::transport
