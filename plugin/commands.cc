#include "plugin/commands.h"

#include <algorithm>
#include <utility>

#include "codec/json.h"
#include "plugin/console_link.h"

namespace ypp::plugin {
namespace {

constexpr std::string_view kPrefix = "pugi.cloud.";

struct Definition {
  std::string_view name;
  std::string_view description;
};
constexpr Definition kDefinitions[] = {
    {"status", "Whether this session is synced: connection, peers, what is not stored yet, tier."},
    {"handoff", "A one-time link that continues this session in a browser or on a phone."},
    {"disconnect",
     "Goes offline. What is written meanwhile is kept, and sent after pugi.cloud.resume."},
    {"pause", "Stops syncing but stays connected, until pugi.cloud.resume."},
    {"resume", "Connects and syncs again after pugi.cloud.disconnect or pugi.cloud.pause."},
};

std::string_view ConnectionName(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::kDisconnected:
      return "disconnected";
    case ConnectionStatus::kConnecting:
      return "connecting";
    case ConnectionStatus::kConnected:
      return "connected";
  }
  return "disconnected";
}

Any::Object TierToJson(const TierDecision& tier) {
  Any::Object json{{"name", tier.tier}, {"eligible", tier.eligible}};
  if (tier.max_sessions)
    json.emplace_back("maxSessions", static_cast<uint64_t>(*tier.max_sessions));
  if (!tier.hint.empty()) json.emplace_back("hint", tier.hint);
  return json;
}

// "handoff" of "pugi.cloud.handoff", "pugi_cloud_handoff" and "handoff".
std::string ShortName(std::string_view name) {
  std::string dotted(name);
  std::replace(dotted.begin(), dotted.end(), '_', '.');
  return dotted.compare(0, kPrefix.size(), kPrefix) == 0 ? dotted.substr(kPrefix.size()) : dotted;
}

}  // namespace

Any::Object StatusToJson(const std::string& session_id, const SessionStatus& status) {
  Any::Array peers;
  for (const Participant& participant : status.participants) {
    peers.push_back(Any::Object{{"name", participant.author.name},
                                {"device", participant.author.device},
                                {"self", participant.own}});
  }
  Any::Object sync{{"state", SyncStateName(status.state)},
                   {"synced", status.synced},
                   {"durable", status.state == SyncState::kSaved},
                   {"dirtyBytes", static_cast<uint64_t>(status.unsynced.size_bytes)},
                   {"dirtyAgeMs", status.unsynced.age_ms},
                   {"dirtyChanges", status.unacknowledged_changes}};
  Any::Object local_store{{"state", LocalStoreStateName(status.local_store)}};
  if (!status.local_store_error.empty())
    local_store.emplace_back("error", status.local_store_error);
  Any::Object json{{"sessionId", session_id},
                   {"connected", status.connection == ConnectionStatus::kConnected},
                   {"connection", ConnectionName(status.connection)},
                   {"paused", status.paused},
                   {"readOnly", status.read_only},
                   {"sync", std::move(sync)},
                   {"peers", std::move(peers)},
                   {"tier", TierToJson(status.tier)},
                   {"localStore", std::move(local_store)}};
  if (!status.refusal.empty()) json.emplace_back("refusal", status.refusal);
  return json;
}

absl::StatusOr<std::string> Commands::Call(std::string_view name, std::string_view arguments_json) {
  const std::string command = ShortName(name);
  Any arguments;
  if (!arguments_json.empty()) {
    const absl::StatusOr<Any> parsed = codec::ParseJson(arguments_json);
    if (!parsed.ok() || parsed->if_object() == nullptr) {
      return absl::InvalidArgumentError("the arguments are no JSON object");
    }
    arguments = *parsed;
  }
  if (command == "status") return codec::ToJson(Any(Status()));
  if (command == "handoff") {
    absl::StatusOr<Any::Object> result = Handoff(arguments);
    if (!result.ok()) return result.status();
    return codec::ToJson(Any(*std::move(result)));
  }
  if (command == "disconnect") {
    session_.Disconnect();
  } else if (command == "pause") {
    session_.Pause();
  } else if (command == "resume") {
    session_.Resume();
    if (absl::Status status = session_.Connect(); !status.ok()) return status;
  } else {
    return absl::NotFoundError("there is no command of this name");
  }
  return codec::ToJson(Any(Status()));
}

bool Commands::WaitsForRelay(std::string_view name) { return ShortName(name) == "handoff"; }

Any::Object Commands::Status() const {
  return StatusToJson(session_.session_id(), session_.status());
}

absl::StatusOr<Any::Object> Commands::Handoff(const Any& arguments) {
  int64_t ttl_ms = handoff_ttl_ms_;
  if (const Any* given = arguments.Find("ttlMs")) {
    if (given->if_number() == nullptr || !(*given->if_number() >= 1)) {
      return absl::InvalidArgumentError("ttlMs is no number of milliseconds");
    }
    ttl_ms = static_cast<int64_t>(std::min(*given->if_number(), 0x1p53));
  }
  const absl::StatusOr<Session::Handoff> handoff = session_.RequestHandoff(ttl_ms);
  if (!handoff.ok()) return handoff.status();
  return Any::Object{{"url", HandoffLink(session_.relay_url(), console_url_, handoff->token)},
                     {"expiresAt", handoff->expires_at_ms}};
}

Any::Array Commands::ToolDefinitions() {
  Any::Array tools;
  for (const Definition& definition : kDefinitions) {
    std::string name = std::string(kPrefix) + std::string(definition.name);
    std::replace(name.begin(), name.end(), '.', '_');
    Any::Object properties;
    if (definition.name == "handoff") {
      properties.emplace_back(
          "ttlMs",
          Any::Object{{"type", "number"},
                      {"description", "How long the link is good: 10000 to 1800000, else 300000"}});
    }
    tools.push_back(Any::Object{{"name", std::move(name)},
                                {"description", definition.description},
                                {"parameters", Any::Object{{"type", "object"},
                                                           {"properties", std::move(properties)},
                                                           {"additionalProperties", false}}}});
  }
  return tools;
}

}  // namespace ypp::plugin
