#include "transport/client_id_owners.h"

namespace ypp::transport {

void ClientIdOwners::Enter(const std::string& identity) {
  if (!identity.empty()) ++identities_[identity].connections;
}

void ClientIdOwners::Leave(const std::string& identity, int64_t now_ms) {
  const auto it = identities_.find(identity);
  if (it == identities_.end() || --it->second.connections > 0) return;
  it->second.left_ms = now_ms;
  if (it->second.ids.empty()) identities_.erase(it);
}

bool ClientIdOwners::MayWrite(const std::string& identity, ClientId client) const {
  if (identity.empty()) return true;
  const auto owner = owners_.find(client);
  return owner == owners_.end() || owner->second == identity;
}

void ClientIdOwners::Claim(const std::string& identity, ClientId client) {
  if (identity.empty() || !owners_.try_emplace(client, identity).second) return;
  std::vector<ClientId>& ids = identities_[identity].ids;
  ids.push_back(client);
  if (ids.size() <= kMaxIdsPerIdentity) return;
  owners_.erase(ids.front());
  ids.erase(ids.begin());
}

void ClientIdOwners::Tick(int64_t now_ms) {
  absl::erase_if(identities_, [this, now_ms](const auto& entry) {
    const Identity& identity = entry.second;
    if (identity.connections > 0 || now_ms - identity.left_ms < kRememberMs) return false;
    for (const ClientId client : identity.ids) owners_.erase(client);
    return true;
  });
}

}  // namespace ypp::transport
