// ypp-session: a coding session that can be continued elsewhere.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "plugin/bridge.h"
#include "plugin/config.h"
#include "plugin/document_name.h"
#include "plugin/local_repair.h"
#include "plugin/terminal_host.h"
#include "plugin/token_file.h"

namespace {

// From the file, or else from the environment. Never from the command line, where every process of
// the machine can read it.
bool ReadToken(const std::string& path, ypp::plugin::SessionOptions* options) {
  if (path.empty()) {
    const char* from_environment = std::getenv("YPP_TOKEN");
    if (from_environment == nullptr || *from_environment == '\0') {
      std::fprintf(stderr, "ypp-session: no token: give --token-file or set YPP_TOKEN\n");
      return false;
    }
    options->token = from_environment;
    // Programs started from here have no business with it.
    unsetenv("YPP_TOKEN");
    return true;
  }
  absl::StatusOr<std::string> token = ypp::plugin::ReadTokenFile(path);
  if (!token.ok()) {
    std::fprintf(stderr, "ypp-session: %s\n", std::string(token.status().message()).c_str());
    return false;
  }
  options->token = *token;
  options->fetch_token = ypp::plugin::FetchTokenFrom(path, *token);
  if (ypp::plugin::IsReadByOthers(path)) {
    std::fprintf(stderr, "ypp-session: warning: others can read %s\n", path.c_str());
  }
  return true;
}

int RunConfiguredBridge(const std::string& config_file, const std::string& session,
                        const std::string& worktree) {
  absl::StatusOr<ypp::plugin::Config> config =
      ypp::plugin::LoadConfig(config_file, [](const char* name) { return std::getenv(name); });
  if (!config.ok()) {
    std::fprintf(stderr, "ypp-session: %s\n", std::string(config.status().message()).c_str());
    ypp::plugin::RefuseBridge(config.status(), STDOUT_FILENO);
    return 2;
  }
  unsetenv("YPP_TOKEN");
  if (!session.empty()) config->session_id = session;
  if (config->session_id.empty()) config->session_id = ypp::plugin::RandomSessionId();
  ypp::plugin::BridgeOptions options;
  options.session = config->ToSessionOptions();
  options.session.worktree = worktree;
  options.console_url = config->console_url;
  options.handoff_ttl_ms = config->handoff_ttl_ms;
  return ypp::plugin::RunBridge(std::move(options), STDIN_FILENO, STDOUT_FILENO);
}

int Repair(const std::string& directory) {
  const absl::StatusOr<ypp::plugin::LocalRepair> repair = ypp::plugin::RepairLocalStore(directory);
  if (!repair.ok()) {
    std::fprintf(stderr, "ypp-session: %s\n", std::string(repair.status().message()).c_str());
    return 1;
  }
  std::printf("The local store is mended: %zu updates of %zu sessions can be read.\n",
              repair->updates, repair->documents);
  if (repair->dropped > 0)
    std::printf("Taken out, as they cannot be read: %zu.\n", repair->dropped);
  std::printf("What was there before is in %s.\n", repair->copy.c_str());
  std::printf("What was lost comes back from the relay, if it had been sent.\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A coding session that can be continued elsewhere.", "ypp-session");
  app.require_subcommand(1);

  ypp::plugin::TerminalHostOptions options;
  std::string token_file;
  // Who tries this out has a relay of their own, which mostly counts nothing.
  std::string tier = "builder";
  const CLI::Validator known_tier =
      CLI::IsMember({"free", "founder", "builder", "team", "enterprise"});
  CLI::App* chat = app.add_subcommand(
      "chat", "A terminal host: a line typed is a message, what others write is shown");
  chat->add_option("--relay", options.session.relay_url, "Where the relay listens, ws:// or wss://")
      ->required()
      ->envname("YPP_RELAY_URL");
  chat->add_option("--token-file", token_file,
                   "A file that holds the token (else the variable YPP_TOKEN); read again whenever "
                   "the relay wants to see it");
  chat->add_option("--tenant", options.session.tenant,
                   "Whose session it is, where tokens are renewed (default: the token's SHA-256)")
      ->envname("YPP_TENANT");
  chat->add_option("--session", options.session.session_id,
                   "Which session to join: letters, digits, . _ - (default: a new one)");
  const CLI::Option* const tier_option =
      chat->add_option(
              "--tier", tier,
              "The tier of the token: free, founder, builder, team or enterprise (else the "
              "variable YPP_TIER); the relay has the last word")
          ->check(known_tier)
          ->capture_default_str();
  chat->add_option(
          "--local-store", options.session.local_persistence_path,
          "A directory that keeps the session on this machine (LevelDB, as y-leveldb); {session} "
          "in it stands for the session id")
      ->type_name("DIR");
  chat->add_option("--name", options.session.display_name,
                   "What others see (default: pugi-cli@<hostname>)");
  chat->add_option("--console-url", options.console_url,
                   "Where the console is, if not at /console/ on the relay");
  chat->add_option("--leave-timeout-ms", options.session.dispose_timeout_ms,
                   "How long leaving may wait for the relay")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  chat->footer(
      "Standard input may be a pipe: commands and messages are carried out line by line, and the "
      "end of the\n"
      "input leaves once the relay has stored everything. Exit code: 0, 1 when the relay refused "
      "the token or\n"
      "has not confirmed everything, 2 for a mistake in the call.");

  std::string config_file;
  std::string worktree;
  std::string bridge_session;
  CLI::App* bridge = app.add_subcommand(
      "bridge", "A session for a program: JSON lines on standard input and output");
  bridge->add_option("--config", config_file, "A JSON file with the settings")->type_name("FILE");
  bridge->add_option("--session", bridge_session, "Which session (default: as configured)");
  bridge->add_option("--worktree", worktree, "Files inside it are named relative to it")
      ->type_name("DIR");
  bridge->footer(
      "Settings, in the environment or (second) in the file:\n"
      "  YPP_RELAY_URL, relayUrl            where the relay listens, ws:// or wss://\n"
      "  YPP_TOKEN, token                   the token, or\n"
      "  YPP_TOKEN_FILE, tokenFile          a file that holds it; read again whenever the relay "
      "wants to see it\n"
      "  YPP_TIER, tier                     free (no sync), builder, team or enterprise [free]\n"
      "  YPP_TENANT, tenant                 whose session it is, where tokens are renewed [the "
      "token's SHA-256]\n"
      "  YPP_SESSION_ID, sessionId          [a new one]\n"
      "  YPP_DISPLAY_NAME, displayName      what others see [pugi-cli@<hostname>]\n"
      "  YPP_LOCAL_PERSISTENCE_PATH, localPersistencePath\n"
      "                                     a directory that keeps the session on this machine; "
      "{session} in\n"
      "                                     it is the session id: one session at a time has it "
      "open "
      "[none]\n"
      "  YPP_ENABLE_SYNC, enableSync        false: never a connection [true]\n"
      "  YPP_SYNC_MODE, syncMode            manual: connects at pugi.cloud.resume [auto]\n"
      "  YPP_CONSOLE_URL, consoleUrl        where the console is [at the relay]\n"
      "  YPP_HANDOFF_TTL, handoffTtl        seconds for which a handoff's link is good [300]\n"
      "The lines are described in plugin/BRIDGE.md of the source. Exit code: 0, 1 when the relay "
      "has not\n"
      "confirmed everything, 2 for settings or a first line that cannot be used.");

  std::string damaged;
  CLI::App* repair = app.add_subcommand(
      "repair", "Mends a damaged local store, and keeps a copy of what was there");
  repair->add_option("directory", damaged, "The local store (--local-store, localPersistencePath)")
      ->type_name("DIR")
      ->required();
  repair->footer("Exit code: 0, 1 when it cannot be mended, 2 for a mistake in the call.");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // A word that is not known explains more than what is missing for want of it.
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    if (unknown.empty() || error.get_exit_code() == 0) return app.exit(error) == 0 ? 0 : 2;
    std::fprintf(stderr, "ypp-session: unknown: %s\nRun with --help for more information.\n",
                 unknown.front().c_str());
    return 2;
  }
  if (repair->parsed()) return Repair(damaged);
  if (bridge->parsed()) return RunConfiguredBridge(config_file, bridge_session, worktree);
  if (!ReadToken(token_file, &options.session)) return 2;
  // Not by the option itself: its check would be made for the other commands, too.
  const char* const tier_variable = std::getenv("YPP_TIER");
  if (tier_option->empty() && tier_variable != nullptr && *tier_variable != '\0') {
    tier = tier_variable;
    if (const std::string wrong = known_tier(tier); !wrong.empty()) {
      std::fprintf(stderr, "ypp-session: YPP_TIER: %s\n", wrong.c_str());
      return 2;
    }
  }
  options.session.resolve_tier = [tier] { return tier; };
  if (options.session.session_id.empty()) {
    options.session.session_id = ypp::plugin::RandomSessionId();
  }
  return ypp::plugin::RunTerminalHost(std::move(options));
}
