// What a user can ask of a session: the commands pugi.cloud.status, .handoff, .disconnect, .pause
// and .resume, with their results as JSON. A host offers them as slash commands and as tools.
//
//   ypp::plugin::Commands commands(*session);
//   absl::StatusOr<std::string> result = commands.Call("pugi.cloud.handoff", R"({"ttlMs":
//   60000})");
//   // {"url": "https://...#handoff=...", "expiresAt": 1700000000000}
//
// Thread rule: any thread but the session's own, since a handoff waits for the relay.
#ifndef YPP_PLUGIN_COMMANDS_H_
#define YPP_PLUGIN_COMMANDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "codec/any.h"
#include "plugin/session.h"

namespace ypp::plugin {

class Commands {
 public:
  // `session` must outlive the commands. `console_url` is where the console is; empty: at the
  // relay. `handoff_ttl_ms` is for handoffs that ask for no other; 0: what the relay takes.
  explicit Commands(Session& session, std::string console_url = "", int64_t handoff_ttl_ms = 0)
      : session_(session), console_url_(std::move(console_url)), handoff_ttl_ms_(handoff_ttl_ms) {}

  // "pugi.cloud." may be left out of the name. `arguments` is a JSON object or empty. NotFound for
  // a name that is none, InvalidArgument for arguments that cannot be used, FailedPrecondition with
  // a hint where the tier has no synced sessions, else what Session says.
  absl::StatusOr<std::string> Call(std::string_view name, std::string_view arguments = {});

  // Whether Call of this name waits for the relay, for some seconds at most.
  static bool WaitsForRelay(std::string_view name);

  // One tool each, as {"name", "description", "parameters": JSON schema}. Tools' names have
  // underscores for the dots, which models' interfaces do not take; Call takes both.
  static Any::Array ToolDefinitions();

 private:
  Any::Object Status() const;
  absl::StatusOr<Any::Object> Handoff(const Any& arguments);

  Session& session_;
  const std::string console_url_;
  const int64_t handoff_ttl_ms_;
};

// What pugi.cloud.status gives:
//   {"sessionId", "connected", "connection": "connected" | "connecting" | "disconnected", "paused",
//    "readOnly", "refusal",
//    "sync": {"state", "synced", "durable", "dirtyBytes", "dirtyAgeMs", "dirtyChanges"},
//    "peers": [{"name", "device", "self"}],
//    "tier": {"name", "eligible", "maxSessions", "hint"},
//    "localStore": {"state": "off" | "on" | "failed", "error"}}
// `durable`: the relay has stored everything. Keys that say nothing are left out.
Any::Object StatusToJson(const std::string& session_id, const SessionStatus& status);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_COMMANDS_H_
