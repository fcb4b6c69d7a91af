// ypp-relay: the relay as a program.
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "transport/relay.h"
#include "transport/token_authenticator.h"

namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Arguments {
  ypp::RelayOptions relay;
  std::string tokens_file;
  bool open = false;
  bool memory = false;
  bool no_console = false;
  std::string log_level = "info";
  int64_t auth_timeout_s = 60;
  int64_t idle_timeout_s = 120;
};

constexpr char kFooter[] = R"(
Examples:
  ypp-relay --listen 127.0.0.1:1234 --db documents.db --open
      to try it out: every client may open every document
  ypp-relay --listen 0.0.0.0:1234 --db /var/lib/ypp/documents.db --tokens tokens.json
      only clients with a token of the file

The tokens file is JSON, token -> rights:
  {
    "s3cret":      {"tier": "pro"},
    "for-reading": {"readOnly": true, "documents": ["public/*", "handbook"]}
  }
"documents" are names in which * stands for any text. A token without them opens the documents
whose names begin with tenant_<sha256 of the token in hex>/ and no others.

A change is acknowledged to its client once it is on disk. SIGTERM and SIGINT end the relay after
everything that came in is stored. Logs go to stderr and hold no document content and no tokens.)";

void AddOptions(CLI::App& app, Arguments& arguments) {
  ypp::RelayOptions& relay = arguments.relay;
  app.footer(kFooter);
  app.add_option("--listen", relay.listen,
                 "HOST:PORT, [IPV6]:PORT or :PORT for all interfaces; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--db", relay.database, "SQLite file for the documents, made when there is none")
      ->type_name("FILE");
  app.add_flag("--memory", arguments.memory, "keep documents in memory only: lost at the end");
  app.add_option("--tokens", arguments.tokens_file, "JSON file of tokens, see below")
      ->type_name("FILE");
  app.add_flag("--open", arguments.open, "no authentication: any client, any document");
  app.add_option("--console-dir", relay.console_dir,
                 "directory of the web console, served at /console [the one built or installed "
                 "with this program]")
      ->type_name("DIR");
  app.add_flag("--no-console", arguments.no_console, "serve no console");
  app.add_option("--log-level", arguments.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();

  const std::string limits = "Limits";
  ypp::transport::ConnectionLimits& connection = relay.connection;
  app.add_option("--max-connections", relay.max_connections, "sockets at a time")
      ->capture_default_str()
      ->group(limits);
  app.add_option("--max-documents", connection.max_documents, "open documents per socket")
      ->capture_default_str()
      ->group(limits);
  app.add_option("--max-message-bytes", connection.max_message_bytes, "of one message")
      ->capture_default_str()
      ->group(limits);
  app.add_option("--max-send-queue-bytes", relay.max_send_queue_bytes,
                 "waiting for a client that reads too slowly; past it the socket is closed")
      ->capture_default_str()
      ->group(limits);
  app.add_option("--auth-timeout", arguments.auth_timeout_s,
                 "seconds from the opening of a socket to its first document")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(limits);
  app.add_option("--idle-timeout", arguments.idle_timeout_s, "seconds without any message")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(limits);
}

// What the parser cannot say. Empty: all is well.
std::string UsageError(const Arguments& arguments) {
  if (arguments.tokens_file.empty() && !arguments.open) {
    return "who may connect? Give --tokens FILE with the tokens of your clients, or --open to let "
           "everybody in (for trying it out)";
  }
  if (!arguments.tokens_file.empty() && arguments.open) {
    return "--tokens and --open exclude each other";
  }
  if (arguments.relay.database.empty() && !arguments.memory) {
    return "where are the documents kept? Give --db FILE, or --memory to lose them at the end";
  }
  if (!arguments.relay.database.empty() && arguments.memory) {
    return "--db and --memory exclude each other";
  }
  return {};
}

// Of the console that belongs to this program: installed (prefix/bin, prefix/share), or in the
// source tree the program was built in (build/<preset>/bin). Empty when there is none.
std::string DefaultConsoleDir() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  for (const char* place : {"../share/ypp/console", "../../../plugin/console/dist"}) {
    const fs::path directory = (program.parent_path() / place).lexically_normal();
    if (fs::exists(directory / "index.html", error)) return directory.string();
  }
  return {};
}

std::shared_ptr<spdlog::logger> MakeLogger(const std::string& level) {
  std::shared_ptr<spdlog::logger> logger = spdlog::stderr_color_mt("ypp-relay");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  return logger;
}

ypp::transport::LogSink SinkOf(const std::shared_ptr<spdlog::logger>& logger) {
  using ypp::transport::LogLevel;
  return [logger](LogLevel level, std::string_view line) {
    const spdlog::string_view_t text(line.data(), line.size());
    switch (level) {
      case LogLevel::kDebug:
        logger->debug(text);
        break;
      case LogLevel::kInfo:
        logger->info(text);
        break;
      case LogLevel::kWarning:
        logger->warn(text);
        break;
      case LogLevel::kError:
        logger->error(text);
        break;
    }
  };
}

// Each connection is a file; the usual soft limit of 1024 is for programs that use select().
void AllowManyFiles(Arguments& arguments) {
  constexpr rlim_t kOtherFiles = 64;  // database, log, libraries
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return;
  const size_t allowed = files.rlim_cur > kOtherFiles ? files.rlim_cur - kOtherFiles : 1;
  arguments.relay.max_connections = std::min(arguments.relay.max_connections, allowed);
}

int Serve(Arguments& arguments, const std::shared_ptr<spdlog::logger>& logger) {
  if (arguments.open) {
    arguments.relay.authenticator = std::make_shared<ypp::transport::OpenAuthenticator>();
  } else {
    auto tokens = ypp::transport::TokenAuthenticator::ReadFile(arguments.tokens_file);
    if (!tokens.ok()) {
      logger->error("{}", std::string(tokens.status().message()));
      return kExitFailed;
    }
    logger->info("{} tokens read", (*tokens)->token_count());
    arguments.relay.authenticator = *std::move(tokens);
  }
  if (arguments.no_console) {
    arguments.relay.console_dir.clear();
  } else if (arguments.relay.console_dir.empty()) {
    arguments.relay.console_dir = DefaultConsoleDir();
  }
  const bool has_console = !arguments.relay.console_dir.empty();

  // Before any thread is made, so that all leave these to the wait below.
  sigset_t endings;
  sigemptyset(&endings);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) sigaddset(&endings, signal);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);

  const bool forgets = arguments.relay.database.empty();
  auto relay = ypp::Relay::Start(std::move(arguments.relay));
  if (!relay.ok()) {
    logger->error("{}", std::string(relay.status().message()));
    return kExitFailed;
  }
  if (arguments.open) {
    logger->warn(
        "OPEN: there is no authentication. Whoever can reach this port may read and "
        "change every document.");
  }
  if (forgets) logger->warn("documents are kept in memory only");
  const std::string url = (*relay)->url();
  std::printf("ypp-relay listening on %s%s\n", url.c_str(),
              has_console ? (", console at http" + url.substr(2) + "/console").c_str() : "");
  std::fflush(stdout);

  int received = 0;
  sigwait(&endings, &received);
  logger->info("stopping on {}", received == SIGINT    ? "SIGINT"
                                 : received == SIGTERM ? "SIGTERM"
                                                       : "SIGQUIT");
  // A second signal does not wait for anybody.
  pthread_sigmask(SIG_UNBLOCK, &endings, nullptr);
  (*relay)->Stop();
  logger->info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Relays documents between Hocuspocus providers (Yjs) and keeps them.", "ypp-relay");
  AddOptions(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (const std::string problem = UsageError(arguments); !problem.empty()) {
    std::fprintf(stderr, "ypp-relay: %s\nRun ypp-relay --help for more information.\n",
                 problem.c_str());
    return kExitUsage;
  }
  arguments.relay.connection.authentication_timeout_ms = arguments.auth_timeout_s * 1000;
  arguments.relay.connection.idle_timeout_ms = arguments.idle_timeout_s * 1000;
  AllowManyFiles(arguments);
  const std::shared_ptr<spdlog::logger> logger = MakeLogger(arguments.log_level);
  arguments.relay.log = SinkOf(logger);
  return Serve(arguments, logger);
}
