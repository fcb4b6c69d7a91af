// How a session is set up, from a JSON file and from the environment. A program sets what it likes
// in the result; what it sets counts most, then the environment, then the file.
//
//   {"relayUrl": "wss://relay.example", "tier": "builder", "syncMode": "auto"}
//
//   file                  environment               default
//   enableSync            YPP_ENABLE_SYNC           true; false: never a connection
//   syncMode              YPP_SYNC_MODE             "auto"; "manual": connects at pugi.cloud.resume
//   relayUrl              YPP_RELAY_URL
//   token                 YPP_TOKEN
//   tokenFile             YPP_TOKEN_FILE            instead of token: a file, read again whenever
//                                                   the relay wants to see the token
//   tenant                YPP_TENANT                the token's SHA-256
//   tier                  YPP_TIER                  "free"
//   sessionId             YPP_SESSION_ID
//   displayName           YPP_DISPLAY_NAME          pugi-cli@<hostname>
//   localPersistencePath  YPP_LOCAL_PERSISTENCE_PATH  none; {session} in it is the session id
//   consoleUrl            YPP_CONSOLE_URL           the relay's own
//   handoffTtl            YPP_HANDOFF_TTL           seconds; what the relay takes
#ifndef YPP_PLUGIN_CONFIG_H_
#define YPP_PLUGIN_CONFIG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "plugin/session.h"

namespace ypp::plugin {

struct Config {
  bool enable_sync = true;
  bool manual = false;
  std::string relay_url;
  std::string token;
  std::string token_file;
  std::string tenant;
  std::string tier = "free";
  std::string session_id;
  std::string display_name;
  std::string local_persistence_path;
  std::string console_url;
  int64_t handoff_ttl_ms = 0;

  // resolve_tier gives `tier`; a host that knows better replaces it.
  SessionOptions ToSessionOptions() const;
};

// InvalidArgument for text that is not JSON, a name that is not in the list or a value of another
// type. No message repeats a value.
absl::StatusOr<Config> ParseConfig(std::string_view json, Config base = {});
// `path` empty: no file. With a token_file `token` is what that holds. Errors also as of
// ReadTokenFile. `getenv` gives a variable's value or nullptr.
absl::StatusOr<Config> LoadConfig(const std::string& path,
                                  const std::function<const char*(const char*)>& getenv);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_CONFIG_H_
