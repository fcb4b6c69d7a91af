// A Hocuspocus relay inside a program: a port that stock @hocuspocus/provider clients connect to,
// and a database behind it.
//
//   ypp::RelayOptions options;
//   options.listen = "127.0.0.1:1234";
//   options.database = "documents.db";
//   options.authenticator = *ypp::transport::TokenAuthenticator::ReadFile("tokens.json");
//   absl::StatusOr<std::unique_ptr<ypp::Relay>> relay = ypp::Relay::Start(std::move(options));
//   if (!relay.ok()) ...
//   // serves until it is stopped
//   (*relay)->Stop("maintenance");
//
// A program takes part by hooks (hooks.h), by direct connections (direct_connection.h) and by what
// is below.
//
// A relay has a thread for sockets and documents ("the relay's thread", on which hooks and
// callbacks run) and one for the database. All methods may be called from any thread, but Stop and
// the destructor only from others than these two.
#ifndef YPP_TRANSPORT_RELAY_H_
#define YPP_TRANSPORT_RELAY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/authenticator.h"
#include "transport/connection_limits.h"
#include "transport/direct_connection.h"
#include "transport/hooks.h"
#include "transport/log.h"
#include "transport/relay_document.h"
#include "transport/tier_limits.h"

namespace ypp {

enum class Acknowledge {
  kDurable,  // an update is acknowledged once it is on disk
  kApplied,  // once it is applied; what a crash loses, clients bring back from their own copies
};

struct RelayOptions {
  // HOST:PORT, [IPV6]:PORT or :PORT. Port 0 takes a free one.
  std::string listen = "127.0.0.1:1234";
  // PEM files: the certificate with its chain, and its key. Empty: without TLS.
  std::string tls_certificate;
  std::string tls_key;
  // A SQLite file, made when there is none. Empty: documents are kept in memory, until the relay
  // ends, or with an OnStoreDocument hook until they are unloaded.
  std::string database;
  Acknowledge acknowledge = Acknowledge::kDurable;
  // How long the database tells updates apart, for the history. 0: until the next snapshot.
  int64_t history_retention_ms = 0;
  // Who may open what. Required, unless an OnAuthenticate hook is there: a relay that lets
  // everybody in says so with an OpenAuthenticator. Comes after these hooks.
  // Whatever these grant, a document `tenant_<tenant>/...` is for that tenant's tokens, and for
  // tokens that a handoff of it gave.
  std::shared_ptr<transport::Authenticator> authenticator;
  // How often the authenticator is asked about the token of an open connection. 0: only by
  // RenewTokens.
  int64_t recheck_tokens_ms = 0;
  // Pages whose WebSockets are let in, as "https://app.example" (scheme, host, and port if it is
  // not the scheme's own). Empty: those of all; tokens are in no cookie, so that a foreign page
  // has none. Clients that are no browsers name no page, and are let in.
  std::vector<std::string> allowed_origins;
  // How many sessions of a tenant may be live, by tier. Absent: they are not counted.
  std::optional<TierLimits> tier_limits;
  // Refuse updates in the name of a client id that another user, or another token where tokens name
  // no users, has shown or used within ten minutes. For relays whose clients sync through them
  // alone: who passes on what it got by other ways writes as others.
  bool bind_client_ids = false;
  // Where such updates are kept for the admin API (quarantine.h). Empty: in memory.
  std::string quarantine_dir;
  // Opens /metrics and /api, with "Authorization: Bearer TOKEN". Empty: they are closed.
  std::string admin_token;
  // Directory of the console's files, served at /console. Empty: none.
  std::string console_dir;

  std::vector<std::shared_ptr<Extension>> extensions;
  Hooks hooks;
  // Of OnStoreDocument.
  int64_t debounce_ms = 2'000;
  int64_t max_debounce_ms = 10'000;
  // Store and unload when the last connection has gone, or only after the debounce.
  bool unload_immediately = true;
  // Deleted content is dropped.
  bool gc = true;

  transport::ConnectionLimits connection;
  size_t max_connections = 50'000;
  // Of one client address. Take that from X-Forwarded-For only behind a proxy that sets it.
  size_t max_connections_per_address = 10'000;
  bool trust_forwarded_for = false;
  // New connections of one client address, plain HTTP requests too; more are closed at once. All
  // clients behind one router come back together after a restart. 0: no limit.
  double max_connects_per_second = 1'000;
  // What may wait for a client that reads too slowly, beside the largest message among it; past it
  // the socket is closed.
  size_t max_send_queue_bytes = 16u << 20;
  // Of a plain HTTP request. It is read before it is known who asks.
  size_t max_http_body_bytes = 16u << 20;
  // What a document may keep of updates that wait for missing parts.
  size_t max_pending_bytes = 32u << 20;
  // Of one awareness message, and of the clients that one connection speaks for.
  size_t max_awareness_bytes = 1u << 20;
  size_t max_awareness_clients = 256;
  // A socket not heard of for this long is sent a WebSocket ping, and given up after as long again.
  int64_t ping_interval_ms = 30'000;
  // For Stop: how long it waits for clients and storage before it ends anyway.
  int64_t drain_timeout_ms = 10'000;

  // At most 100 lines a second, beside those for debugging; what is left out is counted.
  transport::LogSink log = transport::SilentLog();
};

class Relay {
 public:
  // Listens when it returns. The error says what cannot be used: the address, the database, the
  // console's directory, or what an OnConfigure or OnListen hook said.
  static absl::StatusOr<std::unique_ptr<Relay>> Start(RelayOptions options);
  // Stops, if that was not done.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  uint16_t port() const;
  // ws://HOST:PORT, or wss://, with the port really taken.
  std::string url() const;

  // Reads certificate and key again, for the connections that follow. On an error the old ones
  // stay.
  absl::Status ReloadTls();

  // Looks at the token of every connection anew, as after a change of what tokens may do. Clients
  // whose token is no longer good are asked for another; who shows none in ten seconds is closed.
  void RenewTokens();

  // Runs a task on the relay's thread. Not run when the relay ends before.
  void Post(std::function<void()> task);

  // Opens a document as the program itself. `context` may be null.
  void OpenDirectConnection(
      std::string document, ContextPtr context,
      std::function<void(absl::StatusOr<std::shared_ptr<DirectConnection>>)> done);

  // A text to everybody who has the document open.
  void BroadcastStateless(std::string document, std::string payload);
  // CLOSE for the clients of a document, or of all; a socket with no other document is closed too.
  void CloseConnections(std::string document, std::string reason = "Reset Connection");
  void CloseAllConnections(std::string reason = "Reset Connection");
  // Runs OnStoreDocument where it is due; `done` once everything that came so far is stored.
  void FlushPendingStores(std::function<void()> done);

  // Documents in memory, open sockets, and document connections (several per socket).
  size_t documents_count() const;
  size_t sockets_count() const;
  size_t connections_count() const;

  // Takes no new connections, waits until what came is on disk and acknowledged, tells every client
  // `reason`, closes and returns.
  void Stop(std::string_view reason = "Server Shutdown");

 private:
  class Impl;
  explicit Relay(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_RELAY_H_
