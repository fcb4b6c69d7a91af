#include "transport/relay_config.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "codec/any.h"
#include "codec/json.h"

namespace ypp::transport {
namespace {

constexpr char kFooter[] = R"(
Every option may also be given as an environment variable (--max-documents as
YPP_RELAY_MAX_DOCUMENTS) or in the JSON file that --config names ({"max-documents": 100}). A flag
counts more than the environment, and that more than the file.

Examples:
  ypp-relay --listen 127.0.0.1:1234 --db documents.db --open
      to try it out: every client may open every document
  ypp-relay --listen 0.0.0.0:1234 --db /var/lib/ypp/documents.db --tokens tokens.json
      only clients with a token of the file
  ypp-relay --listen :443 --db documents.db --auth-url https://app.example/may-open
            --tls-certificate chain.pem --tls-key key.pem
      asks the application, and speaks TLS

The tokens file is JSON, token -> rights:
  {
    "s3cret":      {"tier": "team", "user": "ada"},
    "for-reading": {"readOnly": true, "documents": ["public/*", "handbook"]}
  }
"documents" are names in which * stands for any text. A token without them opens the documents
whose names begin with tenant_<sha256 of the token in hex>/ and no others. "tenant" replaces the
hash by another name, "expiresAt" (milliseconds since 1970) ends the token.

The authentication URL gets POST {"document", "token", "renewal"} and answers 2xx with
{"readOnly", "tier", "user", "tenant", "expiresAt"}, or 401 or 403 with {"reason"}.

Whatever grants it, a document tenant_<tenant>/... is opened by tokens of that tenant alone, and by
those that a handoff of it gave (POST /api/handoff).

A change is acknowledged to its client once it is on disk, unless --ack says otherwise. SIGTERM and
SIGINT end the relay after everything that came in is stored; SIGHUP reads certificate, key and
tokens again. Logs go to stderr and hold no document content and no tokens.)";

// Of the option with that name.
std::string EnvironmentName(const std::string& option) {
  std::string name = "YPP_RELAY_" + option;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return name;
}

// {"name": value}, with the names of the flags. Lists are lists.
class JsonConfig : public CLI::Config {
 public:
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }
  std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const absl::StatusOr<Any> json = codec::ParseJson(text);
    if (!json.ok() || json->if_object() == nullptr) {
      throw CLI::FileError("the configuration file is no JSON object: " +
                           std::string(json.status().message()));
    }
    std::vector<CLI::ConfigItem> items;
    for (const auto& [name, value] : *json->if_object()) {
      // CLI11 would let the file count more than the environment.
      if (std::getenv(EnvironmentName(name).c_str()) != nullptr) continue;
      CLI::ConfigItem item;
      item.name = name;
      if (const Any::Array* const list = value.if_array()) {
        for (const Any& entry : *list) item.inputs.push_back(TextOf(entry));
      } else {
        item.inputs.push_back(TextOf(value));
      }
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  static std::string TextOf(const Any& value) {
    return value.if_string() != nullptr ? *value.if_string() : codec::ToJson(value);
  }
};

void AddServing(CLI::App& app, RelaySettings& settings) {
  RelayOptions& relay = settings.relay;
  app.add_option("--listen", relay.listen,
                 "HOST:PORT, [IPV6]:PORT or :PORT for all interfaces; port 0 takes a free one")
      ->capture_default_str();
  app.add_option(
         "--tls-certificate", relay.tls_certificate,
         "PEM file with the certificate and its chain; without it the port is not encrypted")
      ->type_name("FILE");
  app.add_option("--tls-key", relay.tls_key, "PEM file with its private key")->type_name("FILE");
  app.add_option("--console-dir", relay.console_dir,
                 "directory of the web console, served at /console [the one built or installed "
                 "with this program]")
      ->type_name("DIR");
  app.add_flag("--no-console", settings.no_console, "serve no console");
  app.add_flag("--trust-forwarded-for", relay.trust_forwarded_for,
               "take a client's address from X-Forwarded-For; only behind a proxy that sets it");
  app.add_option("--log-level", settings.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--log-format", settings.log_format, "text, or json: one object per line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void AddStorage(CLI::App& app, RelaySettings& settings) {
  const std::string group = "Storage";
  app.add_option("--db", settings.relay.database,
                 "SQLite file for the documents, made when there is none")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("--memory", settings.memory, "keep documents in memory only: lost at the end")
      ->group(group);
  app.add_option("--ack", settings.acknowledge,
                 "when a change is acknowledged: durable (on disk) or applied (in memory)")
      ->check(CLI::IsMember({"durable", "applied"}))
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--history-retention", settings.history_retention_s,
         "seconds for which every change is kept by itself, for the history in the HTTP API")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
}

void AddAccess(CLI::App& app, RelaySettings& settings) {
  RelayOptions& relay = settings.relay;
  const std::string group = "Who may connect (one of these)";
  app.add_option("--tokens", settings.tokens_file, "JSON file of tokens, see below")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--auth-url", settings.auth_url, "server that is asked for each token, see below")
      ->type_name("URL")
      ->group(group);
  app.add_option("--auth-url-timeout", settings.auth_url_timeout_ms,
                 "milliseconds to wait for its answer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--auth-cache", settings.auth_cache_s,
         "seconds for which its grants are kept; 0: every document of every connection asks")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option("--auth-cache-refusals", settings.auth_cache_refusals_s,
                 "the same for its refusals")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option("--auth-recheck", settings.auth_recheck_s,
                 "seconds after which it is asked again about the token of an open connection; 0: "
                 "never")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_flag("--open", settings.open, "no authentication: any client, any document")
      ->group(group);
  app.add_option("--tier-limits", settings.tier_limits,
                 "count the live sessions of each tenant and refuse those past its tier's limit: "
                 "default, or TIER=N,... to change single ones of free=0, founder=0, builder=1, "
                 "team=10, enterprise=none")
      ->type_name("LIST")
      ->delimiter(',');
  app.add_option("--allowed-origins", relay.allowed_origins,
                 "web pages whose WebSockets are let in, as https://app.example; clients that are "
                 "no browsers always are [all pages]")
      ->type_name("LIST")
      ->delimiter(',');
  app.add_flag("--bind-client-ids", relay.bind_client_ids,
               "refuse updates in the name of a client id that another user (or token, where they "
               "name no users) has shown or used within ten minutes, and keep them for "
               "/api/quarantine");
  app.add_option("--quarantine-dir", relay.quarantine_dir,
                 "folder to keep these in, at most 1,000 and 64 MiB [in memory]")
      ->type_name("DIR");
  app.add_option(
         "--admin-token", relay.admin_token,
         "who sends it as \"Authorization: Bearer TOKEN\" may use /metrics and /api; better "
         "given by the environment or the file than as a flag, which others can see")
      ->type_name("TOKEN");
}

void AddLimits(CLI::App& app, RelaySettings& settings) {
  const auto add = [&app](const char* flag, auto& value, const char* what) {
    app.add_option(flag, value, what)
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group("Limits");
  };
  RelayOptions& relay = settings.relay;
  ConnectionLimits& connection = relay.connection;
  add("--max-connections", relay.max_connections, "sockets at a time");
  add("--max-connections-per-address", relay.max_connections_per_address,
      "sockets of one client address (of IPv6: of one /64 network)");
  add("--max-documents", connection.max_documents, "open documents per socket");
  add("--max-document-name-bytes", connection.max_document_name_bytes, "of a document's name");
  add("--max-message-bytes", connection.max_message_bytes, "of one message");
  add("--max-unauthenticated-bytes", connection.max_unauthenticated_bytes,
      "of one message, and of all that wait, before anything was granted to a socket");
  add("--max-queued-bytes", connection.max_queued_bytes,
      "of a socket's messages that wait for authentication, loading or a hook");
  add("--max-queued-messages", connection.max_queued_messages, "of the same");
  add("--max-pending-documents", connection.max_pending_documents,
      "documents of a socket that wait for authentication");
  add("--max-http-body-bytes", relay.max_http_body_bytes, "of a plain HTTP request");
  add("--max-pending-bytes", relay.max_pending_bytes,
      "of a document's updates that wait for missing parts");
  add("--max-awareness-bytes", relay.max_awareness_bytes, "of one awareness message");
  add("--max-awareness-clients", relay.max_awareness_clients,
      "that one document connection speaks for");
  const auto add_rate = [&app](const char* flag, double& value, const char* what) {
    app.add_option(flag, value, what)
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group("Limits");
  };
  add_rate("--max-connects-per-second", relay.max_connects_per_second,
           "new connections of one client address; 0: no limit");
  add_rate("--max-messages-per-second", connection.max_messages_per_second,
           "that are read of a socket; 0: no limit");
  add_rate("--max-bytes-per-second", connection.max_bytes_per_second, "of the same");
  add_rate("--max-awareness-per-second", connection.max_awareness_per_second,
           "awareness messages of the same");
  add("--max-send-queue-bytes", relay.max_send_queue_bytes,
      "waiting for a client that reads too slowly; past it the socket is closed");
  add("--auth-timeout", settings.auth_timeout_s,
      "seconds from the opening of a socket to its first document");
  add("--idle-timeout", settings.idle_timeout_s, "seconds without any message");
  add("--drain-timeout", settings.drain_timeout_s,
      "seconds that a stop waits for clients and storage");
}

void AddExtensions(CLI::App& app, RelaySettings& settings) {
  const std::string group = "Extensions";
  app.add_option(
         "--hocuspocus-sqlite", settings.hocuspocus_sqlite,
         "load and store documents in the file of Hocuspocus' SQLite extension, beside --db "
         "or --memory")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--throttle", settings.throttle,
                 "sockets that one address may open in a minute before it is banned for five; 0: "
                 "any number")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option("--webhook-url", settings.webhook_url, "is told what happens, as by Hocuspocus")
      ->type_name("URL")
      ->group(group);
  app.add_option("--webhook-secret", settings.webhook_secret, "signs what it is told")
      ->type_name("SECRET")
      ->group(group);
  app.add_option("--webhook-events", settings.webhook_events,
                 "of change, connect, create and disconnect")
      ->check(CLI::IsMember({"change", "connect", "create", "disconnect"}))
      ->delimiter(',')
      ->capture_default_str()
      ->group(group);
}

}  // namespace

CLI::App* AddImport(CLI::App& app, ImportSettings& settings) {
  CLI::App* const import = app.add_subcommand(
      "import", "Copies documents of another program into a database, and ends.");
  import
      ->add_option("--hocuspocus-sqlite", settings.hocuspocus_sqlite,
                   "file of Hocuspocus' SQLite extension; it is only read")
      ->type_name("FILE")
      ->required();
  import->add_option("--db", settings.database, "the relay's database; no relay may have it open")
      ->type_name("FILE")
      ->required();
  return import;
}

void AddRelaySettings(CLI::App& app, RelaySettings& settings) {
  app.footer(kFooter);
  AddServing(app, settings);
  AddStorage(app, settings);
  AddAccess(app, settings);
  AddExtensions(app, settings);
  AddLimits(app, settings);
}

void AddOtherSources(CLI::App& app) {
  for (CLI::Option* const option : app.get_options()) {
    if (!option->get_lnames().empty() && option->get_lnames().front() != "help") {
      option->envname(EnvironmentName(option->get_lnames().front()));
    }
  }
  app.set_config("--config", "", "JSON file with these options, by their names without the dashes")
      ->envname("YPP_RELAY_CONFIG");
  app.config_formatter(std::make_shared<JsonConfig>());
  // A misspelt limit must not be taken for none.
  app.allow_config_extras(CLI::config_extras_mode::error);
}

namespace {

std::string ReadTierLimits(RelaySettings& settings) {
  if (settings.tier_limits.empty()) return "";
  TierLimits limits;
  for (const std::string& entry : settings.tier_limits) {
    if (entry == "default") continue;
    const size_t equals = entry.find('=');
    const std::string value = equals == std::string::npos ? "" : entry.substr(equals + 1);
    std::optional<size_t> sessions;
    if (value != "none") {
      size_t number = 0;
      if (!absl::SimpleAtoi(value, &number)) {
        return "--tier-limits: \"" + entry + "\" is neither \"default\" nor TIER=N nor TIER=none";
      }
      sessions = number;
    }
    limits.sessions[entry.substr(0, equals)] = sessions;
  }
  settings.relay.tier_limits = std::move(limits);
  return "";
}

}  // namespace

std::string FinishRelaySettings(RelaySettings& settings) {
  RelayOptions& relay = settings.relay;
  const int ways = !settings.tokens_file.empty() + !settings.auth_url.empty() + settings.open;
  if (ways == 0) {
    return "who may connect? Give --tokens FILE with the tokens of your clients, --auth-url URL of "
           "a server that knows them, or --open to let everybody in (for trying it out)";
  }
  if (const std::string problem = ReadTierLimits(settings); !problem.empty()) return problem;
  if (ways > 1) return "--tokens, --auth-url and --open exclude each other";
  if (relay.database.empty() && !settings.memory) {
    return "where are the documents kept? Give --db FILE, or --memory to lose them at the end";
  }
  if (!relay.database.empty() && settings.memory) return "--db and --memory exclude each other";
  if (relay.tls_certificate.empty() != relay.tls_key.empty()) {
    return "--tls-certificate and --tls-key belong together";
  }
  relay.acknowledge =
      settings.acknowledge == "applied" ? Acknowledge::kApplied : Acknowledge::kDurable;
  if (!settings.auth_url.empty()) relay.recheck_tokens_ms = settings.auth_recheck_s * 1000;
  relay.history_retention_ms = settings.history_retention_s * 1000;
  relay.connection.authentication_timeout_ms = settings.auth_timeout_s * 1000;
  relay.connection.idle_timeout_ms = settings.idle_timeout_s * 1000;
  relay.drain_timeout_ms = settings.drain_timeout_s * 1000;
  return {};
}

}  // namespace ypp::transport
