// The settings of ypp-relay: one name each, as a flag, as YPP_RELAY_<NAME> and in a JSON file.
#ifndef YPP_TRANSPORT_RELAY_CONFIG_H_
#define YPP_TRANSPORT_RELAY_CONFIG_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "transport/relay.h"

namespace ypp::transport {

struct RelaySettings {
  RelayOptions relay;
  bool memory = false;
  std::string acknowledge = "durable";
  int64_t history_retention_s = 0;

  std::string tokens_file;
  std::string auth_url;
  int64_t auth_url_timeout_ms = 5'000;
  double auth_cache_s = 10;
  double auth_cache_refusals_s = 2;
  int64_t auth_recheck_s = 60;
  bool open = false;
  std::vector<std::string> tier_limits;

  std::string hocuspocus_sqlite;
  int64_t throttle = 0;
  std::string webhook_url;
  std::string webhook_secret;
  std::vector<std::string> webhook_events = {"change"};

  bool no_console = false;
  std::string log_level = "info";
  std::string log_format = "text";

  int64_t auth_timeout_s = 10;
  int64_t idle_timeout_s = 120;
  int64_t drain_timeout_s = 10;
};

// `app` then fills `settings` when it parses.
void AddRelaySettings(CLI::App& app, RelaySettings& settings);
// "import" and its options.
struct ImportSettings {
  std::string hocuspocus_sqlite;
  std::string database;
};
CLI::App* AddImport(CLI::App& app, ImportSettings& settings);
// Gives every option of the app its environment variable, and the app its --config.
void AddOtherSources(CLI::App& app);
// What the parser cannot say. Empty: all is well; `settings.relay` is complete but for the
// authenticator and the log.
std::string FinishRelaySettings(RelaySettings& settings);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_RELAY_CONFIG_H_
