#include "plugin/config.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "codec/any.h"
#include "codec/json.h"
#include "plugin/token_file.h"

namespace ypp::plugin {
namespace {

// A configuration is a page of text.
constexpr size_t kMaxConfigBytes = 1 << 20;
// A handoff of more is cut by the relay anyway.
constexpr double kMaxHandoffTtlSeconds = 86'400;

struct Setting {
  std::string_view name;
  const char* variable;
  // False: the value cannot be used.
  bool (*set)(Config& config, const Any& value);
};

template <std::string Config::*kField>
bool SetText(Config& config, const Any& value) {
  if (value.if_string() == nullptr) return false;
  config.*kField = *value.if_string();
  return true;
}

bool SetEnableSync(Config& config, const Any& value) {
  if (value.if_bool() == nullptr) return false;
  config.enable_sync = *value.if_bool();
  return true;
}

bool SetMode(Config& config, const Any& value) {
  if (value != Any("auto") && value != Any("manual")) return false;
  config.manual = value == Any("manual");
  return true;
}

bool SetHandoffTtl(Config& config, const Any& value) {
  if (value.if_number() == nullptr) return false;
  const double seconds = *value.if_number();
  if (!(seconds > 0 && seconds <= kMaxHandoffTtlSeconds)) return false;
  config.handoff_ttl_ms = static_cast<int64_t>(seconds * 1000);
  return true;
}

constexpr Setting kSettings[] = {
    {"enableSync", "YPP_ENABLE_SYNC", SetEnableSync},
    {"syncMode", "YPP_SYNC_MODE", SetMode},
    {"relayUrl", "YPP_RELAY_URL", SetText<&Config::relay_url>},
    {"token", "YPP_TOKEN", SetText<&Config::token>},
    {"tokenFile", "YPP_TOKEN_FILE", SetText<&Config::token_file>},
    {"tenant", "YPP_TENANT", SetText<&Config::tenant>},
    {"tier", "YPP_TIER", SetText<&Config::tier>},
    {"sessionId", "YPP_SESSION_ID", SetText<&Config::session_id>},
    {"displayName", "YPP_DISPLAY_NAME", SetText<&Config::display_name>},
    {"localPersistencePath", "YPP_LOCAL_PERSISTENCE_PATH",
     SetText<&Config::local_persistence_path>},
    {"consoleUrl", "YPP_CONSOLE_URL", SetText<&Config::console_url>},
    {"handoffTtl", "YPP_HANDOFF_TTL", SetHandoffTtl},
};

absl::Status BadValue(std::string_view name) {
  return absl::InvalidArgumentError("the value of " + std::string(name) + " cannot be used");
}

// Numbers and truth values stand in the environment as they do in JSON, all else as it is.
Any FromEnvironment(const Setting& setting, const char* text) {
  if (setting.set == SetEnableSync || setting.set == SetHandoffTtl) {
    const absl::StatusOr<Any> value = codec::ParseJson(text);
    return value.ok() ? *value : Any();
  }
  return Any(text);
}

}  // namespace

SessionOptions Config::ToSessionOptions() const {
  SessionOptions options;
  options.relay_url = relay_url;
  options.token = token;
  if (!token_file.empty()) options.fetch_token = FetchTokenFrom(token_file, token);
  options.tenant = tenant;
  options.session_id = session_id;
  options.display_name = display_name;
  options.local_persistence_path = local_persistence_path;
  options.connect = !manual;
  options.enabled = enable_sync;
  options.resolve_tier = [tier = tier] { return tier; };
  return options;
}

absl::StatusOr<Config> ParseConfig(std::string_view json, Config base) {
  const absl::StatusOr<Any> parsed = codec::ParseJson(json);
  if (!parsed.ok() || parsed->if_object() == nullptr) {
    return absl::InvalidArgumentError("the configuration is no JSON object");
  }
  for (const auto& [name, value] : *parsed->if_object()) {
    const Setting* found = nullptr;
    for (const Setting& setting : kSettings) {
      if (setting.name == name) found = &setting;
    }
    if (found == nullptr) {
      return absl::InvalidArgumentError("the configuration has an unknown name: " +
                                        codec::ToJson(Any(name)));
    }
    if (!found->set(base, value)) return BadValue(name);
  }
  return base;
}

absl::StatusOr<Config> LoadConfig(const std::string& path,
                                  const std::function<const char*(const char*)>& getenv) {
  Config config;
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kMaxConfigBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.eof() || file.bad()) {
      return absl::NotFoundError("the configuration file cannot be read");
    }
    text.resize(static_cast<size_t>(file.gcount()));
    absl::StatusOr<Config> parsed = ParseConfig(text);
    if (!parsed.ok()) return parsed.status();
    config = *std::move(parsed);
  }
  for (const Setting& setting : kSettings) {
    const char* const text = getenv(setting.variable);
    if (text == nullptr || *text == '\0') continue;
    if (!setting.set(config, FromEnvironment(setting, text))) return BadValue(setting.variable);
  }
  if (!config.token_file.empty()) {
    absl::StatusOr<std::string> token = ReadTokenFile(config.token_file);
    if (!token.ok()) return token.status();
    config.token = *std::move(token);
  }
  return config;
}

}  // namespace ypp::plugin
