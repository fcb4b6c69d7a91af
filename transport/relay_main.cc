// ypp-relay: the relay as a program.
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "codec/any.h"
#include "codec/json.h"
#include "transport/caching_authenticator.h"
#include "transport/hocuspocus_sqlite.h"
#include "transport/open_files.h"
#include "transport/relay.h"
#include "transport/relay_config.h"
#include "transport/reloadable_tokens.h"
#include "transport/throttle_extension.h"
#include "transport/url_authenticator.h"
#include "transport/webhook_extension.h"

namespace {

using ypp::transport::RelaySettings;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

#ifdef __GLIBC__
// Once a large block was freed, glibc serves the next ones from its heaps and keeps up to 64 MiB at
// the end of each, so that memory stays with a relay whose large documents have gone. A threshold
// of our own ends that.
constexpr int kKeptHeapBytes = 1 << 20;
#endif

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

std::shared_ptr<spdlog::logger> MakeLogger(const RelaySettings& settings) {
  std::shared_ptr<spdlog::logger> logger = spdlog::stderr_color_mt("ypp-relay");
  if (settings.log_format == "json") {
    // The message is written as a JSON string by Write.
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%v})");
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  }
  logger->set_level(spdlog::level::from_str(settings.log_level));
  logger->flush_on(spdlog::level::info);
  return logger;
}

ypp::transport::LogSink SinkOf(const std::shared_ptr<spdlog::logger>& logger, bool json) {
  using ypp::transport::LogLevel;
  return [logger, json](LogLevel level, std::string_view line) {
    const std::string text = json ? ypp::codec::ToJson(line) : std::string(line);
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

class Program {
 public:
  explicit Program(RelaySettings settings)
      : settings_(std::move(settings)),
        log_(SinkOf(MakeLogger(settings_), settings_.log_format == "json")) {
    settings_.relay.log = log_;
  }

  int Run();

 private:
  using LogLevel = ypp::transport::LogLevel;

  void AllowManyConnections();
  absl::Status MakeAuthenticator();
  absl::Status MakeExtensions();
  void ServeUntilToldToStop(ypp::Relay& relay, const sigset_t& signals);
  void Reload(ypp::Relay& relay);
  int Fail(const absl::Status& status) {
    log_(LogLevel::kError, std::string(status.message()));
    return kExitFailed;
  }

  RelaySettings settings_;
  ypp::transport::LogSink log_;
  std::shared_ptr<ypp::transport::ReloadableTokens> tokens_;
};

// Each connection is a file.
void Program::AllowManyConnections() {
  const size_t files = ypp::transport::RaiseOpenFilesLimit();
  const size_t possible = ypp::transport::ConnectionsWithin(files);
  size_t& wanted = settings_.relay.max_connections;
  if (wanted > possible) {
    log_(LogLevel::kWarning, "--max-connections " + std::to_string(wanted) +
                                 " is more than the limit of " + std::to_string(files) +
                                 " open files allows: see ulimit -Hn, LimitNOFILE");
    wanted = possible;
  }
  log_(LogLevel::kInfo, "up to " + std::to_string(wanted) + " connections at a time");
}

absl::Status Program::MakeAuthenticator() {
  using namespace ypp::transport;
  if (settings_.open) {
    settings_.relay.authenticator = std::make_shared<OpenAuthenticator>();
    return absl::OkStatus();
  }
  if (!settings_.auth_url.empty()) {
    auto url = UrlAuthenticator::Create(settings_.auth_url, settings_.auth_url_timeout_ms);
    if (!url.ok()) return url.status();
    AuthCacheOptions cache;
    cache.grants_ms = static_cast<int64_t>(settings_.auth_cache_s * 1000);
    cache.refusals_ms = static_cast<int64_t>(settings_.auth_cache_refusals_s * 1000);
    settings_.relay.authenticator =
        std::make_shared<CachingAuthenticator>(*std::move(url), std::move(cache));
    return absl::OkStatus();
  }
  tokens_ = std::make_shared<ReloadableTokens>(settings_.tokens_file);
  settings_.relay.authenticator = tokens_;
  const absl::StatusOr<size_t> count = tokens_->Reload();
  if (count.ok()) log_(LogLevel::kInfo, std::to_string(*count) + " tokens read");
  return count.status();
}

absl::Status Program::MakeExtensions() {
  auto& extensions = settings_.relay.extensions;
  if (settings_.throttle > 0) {
    ypp::ThrottleOptions throttle;
    throttle.sockets = static_cast<size_t>(settings_.throttle);
    extensions.push_back(std::make_shared<ypp::ThrottleExtension>(throttle));
  }
  if (!settings_.webhook_url.empty()) {
    ypp::WebhookOptions webhook;
    webhook.url = settings_.webhook_url;
    webhook.secret = settings_.webhook_secret;
    webhook.log = log_;
    const auto wants = [this](const char* event) {
      const auto& events = settings_.webhook_events;
      return std::find(events.begin(), events.end(), event) != events.end();
    };
    webhook.change = wants("change");
    webhook.connect = wants("connect");
    webhook.create = wants("create");
    webhook.disconnect = wants("disconnect");
    auto extension = ypp::WebhookExtension::Create(std::move(webhook));
    if (!extension.ok()) return extension.status();
    extensions.push_back(*std::move(extension));
  }
  if (!settings_.hocuspocus_sqlite.empty()) {
    auto extension = ypp::OpenHocuspocusSqlite(settings_.hocuspocus_sqlite);
    if (!extension.ok()) return extension.status();
    extensions.push_back(*std::move(extension));
  }
  return absl::OkStatus();
}

int Program::Run() {
  ypp::RelayOptions& relay_options = settings_.relay;
  AllowManyConnections();
  if (absl::Status status = MakeAuthenticator(); !status.ok()) return Fail(status);
  if (absl::Status status = MakeExtensions(); !status.ok()) return Fail(status);
  if (settings_.no_console) {
    relay_options.console_dir.clear();
  } else if (relay_options.console_dir.empty()) {
    relay_options.console_dir = DefaultConsoleDir();
  }
  const bool has_console = !relay_options.console_dir.empty();

  // Before any thread is made, so that all leave these to the wait below.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto relay = ypp::Relay::Start(relay_options);
  if (!relay.ok()) return Fail(relay.status());
  if (settings_.open) {
    log_(LogLevel::kWarning,
         "OPEN: there is no authentication. Whoever can reach this port may read and change every "
         "document.");
  }
  if (settings_.memory) log_(LogLevel::kWarning, "documents are kept in memory only");
  const std::string url = (*relay)->url();
  std::printf("ypp-relay listening on %s%s\n", url.c_str(),
              has_console ? (", console at http" + url.substr(2) + "/console").c_str() : "");
  std::fflush(stdout);

  ServeUntilToldToStop(**relay, signals);
  // A second signal does not wait for anybody.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*relay)->Stop();
  log_(LogLevel::kInfo, "stopped");
  return 0;
}

void Program::ServeUntilToldToStop(ypp::Relay& relay, const sigset_t& signals) {
  while (true) {
    int received = 0;
    sigwait(&signals, &received);
    if (received == SIGHUP) {
      Reload(relay);
      continue;
    }
    log_(LogLevel::kInfo, received == SIGINT    ? "stopping on SIGINT"
                          : received == SIGTERM ? "stopping on SIGTERM"
                                                : "stopping on SIGQUIT");
    return;
  }
}

void Program::Reload(ypp::Relay& relay) {
  if (!settings_.relay.tls_certificate.empty()) {
    const absl::Status status = relay.ReloadTls();
    log_(status.ok() ? LogLevel::kInfo : LogLevel::kError,
         status.ok() ? "certificate and key read again"
                     : "the old certificate stays: " + std::string(status.message()));
  }
  if (tokens_ != nullptr) {
    const absl::StatusOr<size_t> count = tokens_->Reload();
    log_(count.ok() ? LogLevel::kInfo : LogLevel::kError,
         count.ok() ? std::to_string(*count) + " tokens read again"
                    : "the old tokens stay: " + std::string(count.status().message()));
    if (count.ok()) relay.RenewTokens();
  }
}

int Import(const ypp::transport::ImportSettings& settings) {
  const absl::StatusOr<ypp::ImportResult> result =
      ypp::ImportHocuspocusSqlite(settings.hocuspocus_sqlite, settings.database);
  if (!result.ok()) {
    std::fprintf(stderr, "ypp-relay: %s\n", std::string(result.status().message()).c_str());
    return kExitFailed;
  }
  for (const std::string& name : result->refused) {
    std::fprintf(stderr, "ypp-relay: document %s left out: its data is no whole Yjs document\n",
                 ypp::codec::ToJson(name).c_str());
  }
  std::printf("%zu documents imported, %zu left out\n", result->documents, result->refused.size());
  return result->refused.empty() ? 0 : kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);
  // The heaps of further threads ask the system for each page of theirs; the first grows by more.
  // Only the relay's thread allocates a lot, so that sharing it holds nobody up.
  mallopt(M_ARENA_MAX, 1);
#endif
  RelaySettings settings;
  CLI::App app("Relays documents between Hocuspocus providers (Yjs) and keeps them.", "ypp-relay");
  ypp::transport::AddRelaySettings(app, settings);
  ypp::transport::AddOtherSources(app);
  ypp::transport::ImportSettings import_settings;
  const CLI::App* const import = ypp::transport::AddImport(app, import_settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (import->parsed()) return Import(import_settings);
  if (const std::string problem = ypp::transport::FinishRelaySettings(settings); !problem.empty()) {
    std::fprintf(stderr, "ypp-relay: %s\nRun ypp-relay --help for more information.\n",
                 problem.c_str());
    return kExitUsage;
  }
  return Program(std::move(settings)).Run();
}
