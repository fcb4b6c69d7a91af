#include "crdt/awareness.h"

#include <algorithm>
#include <utility>

#include "codec/any.h"
#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "codec/json.h"
#include "crdt/callback_list.h"

namespace ypp {

namespace {

// 2^53 - 1, the largest number that a varUint carries.
constexpr uint64_t kMaxAwarenessClock = (uint64_t{1} << 53) - 1;

// Equal as JSON values: the members of an object may stand in any order. As deep as the parser lets
// values nest.
bool JsonEqual(const Any& a, const Any& b) {
  if (a.kind() != b.kind()) return false;
  if (const Any::Array* array = a.if_array()) {
    const Any::Array& other = *b.if_array();
    return std::equal(array->begin(), array->end(), other.begin(), other.end(), JsonEqual);
  }
  const Any::Object* object = a.if_object();
  if (object == nullptr) return a == b;
  if (object->size() != b.if_object()->size()) return false;
  return std::all_of(object->begin(), object->end(), [&b](const auto& member) {
    const Any* other = b.Find(member.first);
    return other != nullptr && JsonEqual(member.second, *other);
  });
}

bool SameState(const std::optional<std::string>& a, const std::optional<std::string>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a.has_value() || *a == *b) return true;
  return JsonEqual(*codec::ParseJson(*a), *codec::ParseJson(*b));
}

// What JSON.stringify(JSON.parse(json)) gives; nullopt when that is `null`, as it also is for
// 1e999: others would be told that the client is gone.
absl::StatusOr<std::optional<std::string>> NormalizeState(std::string_view json) {
  absl::StatusOr<Any> value = codec::ParseJson(json);
  if (!value.ok()) return value.status();
  std::string state = codec::ToJson(*value);
  if (state == "null") return std::optional<std::string>();
  return std::optional<std::string>(std::move(state));
}

// A peer may claim the largest clock there is; ours then stays there instead of leaving the range
// of the wire.
uint64_t NextClock(uint64_t clock) { return std::min(clock + 1, kMaxAwarenessClock); }

}  // namespace

std::vector<ClientId> AwarenessChange::all() const {
  std::vector<ClientId> clients = added;
  clients.insert(clients.end(), updated.begin(), updated.end());
  clients.insert(clients.end(), removed.begin(), removed.end());
  return clients;
}

struct Awareness::Callbacks {
  struct Event {
    const AwarenessChange& change;
    const Origin& origin;
  };
  using List = internal::CallbackList<const Event&>;

  static Subscription Add(List& list, Callback callback) {
    return list.Add([callback = std::move(callback)](const Event& event) {
      callback(event.change, event.origin);
    });
  }

  List on_change;
  List on_update;
};

Awareness::Awareness(ClientId client, int64_t now_ms)
    : client_(client), callbacks_(std::make_unique<Callbacks>()) {
  entries_[client_] = Entry{0, now_ms, "{}"};
}

Awareness::~Awareness() = default;

absl::Status Awareness::SetLocalState(std::optional<std::string> json, int64_t now_ms) {
  if (json.has_value()) {
    absl::StatusOr<std::optional<std::string>> state = NormalizeState(*json);
    if (!state.ok()) return state.status();
    json = *std::move(state);
  }
  StoreLocalState(std::move(json), now_ms);
  return absl::OkStatus();
}

absl::Status Awareness::SetLocalStateField(std::string_view field, const Any& value,
                                           int64_t now_ms) {
  const std::optional<std::string> local = local_state();
  if (!local.has_value()) return absl::OkStatus();
  const absl::StatusOr<Any> state = codec::ParseJson(*local);
  if (!state.ok()) return state.status();
  return SetLocalState(codec::ToJson(codec::WithMember(*state, field, value)), now_ms);
}

// Awareness.setLocalState. Taking a state away that is already gone is said again, as y-protocols
// does.
void Awareness::StoreLocalState(std::optional<std::string> json, int64_t now_ms) {
  Entry& entry = entries_[client_];
  AwarenessChange change;
  AwarenessChange update;
  if (!json.has_value()) {
    change.removed = update.removed = {client_};
  } else if (!entry.state.has_value()) {
    change.added = update.added = {client_};
  } else {
    update.updated = {client_};
    if (!SameState(entry.state, json)) change.updated = {client_};
  }
  entry = Entry{NextClock(entry.clock), now_ms, std::move(json)};
  Emit(change, update, "local");
}

std::optional<std::string> Awareness::local_state() const { return entries_.at(client_).state; }

std::map<ClientId, std::string> Awareness::states() const {
  std::map<ClientId, std::string> states;
  for (const auto& [client, entry] : entries_) {
    if (entry.state.has_value()) states.emplace(client, *entry.state);
  }
  return states;
}

uint64_t Awareness::clock(ClientId client) const {
  auto it = entries_.find(client);
  return it == entries_.end() ? 0 : it->second.clock;
}

std::map<ClientId, uint64_t> Awareness::clocks() const {
  std::map<ClientId, uint64_t> clocks;
  for (const auto& [client, entry] : entries_) clocks.emplace(client, entry.clock);
  return clocks;
}

std::string Awareness::EncodeUpdate(absl::Span<const ClientId> clients) const {
  std::vector<codec::AwarenessEntry> entries;
  for (ClientId client : clients) {
    auto it = entries_.find(client);
    if (it == entries_.end()) continue;
    const Entry& entry = it->second;
    std::string_view state = entry.state.has_value() ? std::string_view(*entry.state) : "null";
    entries.push_back({client, entry.clock, state});
  }
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, entries);
  return out.Take();
}

std::string Awareness::EncodeUpdate() const {
  std::vector<ClientId> present;
  for (const auto& [client, entry] : entries_) {
    if (entry.state.has_value()) present.push_back(client);
  }
  return EncodeUpdate(present);
}

// applyAwarenessUpdate, except that everything is read before anything is applied.
absl::Status Awareness::ApplyUpdate(codec::Bytes bytes, const Origin& origin, int64_t now_ms) {
  codec::ByteReader in(bytes);
  const std::vector<codec::AwarenessEntry> received = codec::ReadAwarenessUpdate(in);
  if (!in.ok()) return in.status();
  if (entries_.size() + received.size() > kMaxAwarenessClients) {
    return absl::ResourceExhaustedError("awareness: too many clients");
  }
  std::vector<std::optional<std::string>> states;
  for (const codec::AwarenessEntry& entry : received) {
    absl::StatusOr<std::optional<std::string>> state = NormalizeState(entry.state);
    if (!state.ok()) return state.status();
    states.push_back(*std::move(state));
  }
  AwarenessChange change;
  AwarenessChange update;
  for (size_t i = 0; i < received.size(); ++i) {
    ApplyEntry({received[i].client, received[i].clock, std::move(states[i])}, now_ms, &change,
               &update);
  }
  Emit(change, update, origin);
  return absl::OkStatus();
}

void Awareness::ApplyEntry(Received next, int64_t now_ms, AwarenessChange* change,
                           AwarenessChange* update) {
  const auto it = entries_.find(next.client);
  const bool seen = it != entries_.end();
  const bool present = seen && it->second.state.has_value();
  const uint64_t known_clock = seen ? it->second.clock : 0;
  const bool gone = !next.state.has_value();
  const bool wins = next.clock > known_clock || (next.clock == known_clock && gone && present);
  if (!wins) return;

  Entry& entry = entries_[next.client];
  entry.clock = next.clock;
  entry.updated_ms = now_ms;
  if (gone) {
    if (seen) {
      change->removed.push_back(next.client);
      update->removed.push_back(next.client);
    }
    if (next.client == client_ && present) {
      // Nobody else decides that the local client is gone: it outbids the claim, and whoever passes
      // updates on says so.
      entry.clock = NextClock(entry.clock);
      return;
    }
  } else if (!seen) {
    change->added.push_back(next.client);
    update->added.push_back(next.client);
  } else {
    if (!SameState(entry.state, next.state)) change->updated.push_back(next.client);
    update->updated.push_back(next.client);
  }
  entry.state = std::move(next.state);
}

// removeAwarenessStates
void Awareness::Remove(absl::Span<const ClientId> clients, const Origin& origin, int64_t now_ms) {
  AwarenessChange change;
  for (ClientId client : clients) {
    auto it = entries_.find(client);
    if (it == entries_.end() || !it->second.state.has_value()) continue;
    it->second.state = std::nullopt;
    it->second.updated_ms = now_ms;
    if (client == client_) it->second.clock = NextClock(it->second.clock);
    change.removed.push_back(client);
  }
  Emit(change, change, origin);
}

void Awareness::Tick(int64_t now_ms) {
  const Entry& local = entries_.at(client_);
  if (local.state.has_value() && now_ms - local.updated_ms >= kAwarenessRenewMs) {
    StoreLocalState(local.state, now_ms);
  }
  std::vector<ClientId> overdue;
  for (const auto& [client, entry] : entries_) {
    if (client != client_ && entry.state.has_value() &&
        now_ms - entry.updated_ms >= kAwarenessTimeoutMs) {
      overdue.push_back(client);
    }
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto& [client, entry] = *it;
    const bool forget = client != client_ && !entry.state.has_value() &&
                        now_ms - entry.updated_ms >= kAwarenessForgetMs;
    it = forget ? entries_.erase(it) : std::next(it);
  }
  if (!overdue.empty()) Remove(overdue, "timeout", now_ms);
}

void Awareness::Emit(const AwarenessChange& change, const AwarenessChange& update,
                     const Origin& origin) {
  if (!change.empty()) callbacks_->on_change.Call({change, origin});
  if (!update.empty()) callbacks_->on_update.Call({update, origin});
}

Subscription Awareness::OnUpdate(Callback callback) {
  return Callbacks::Add(callbacks_->on_update, std::move(callback));
}

Subscription Awareness::OnChange(Callback callback) {
  return Callbacks::Add(callbacks_->on_change, std::move(callback));
}

}  // namespace ypp
