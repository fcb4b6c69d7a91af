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
// A relay has a thread for sockets and documents and one for the database. All methods may be
// called from any thread but these two.
#ifndef YPP_TRANSPORT_RELAY_H_
#define YPP_TRANSPORT_RELAY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "transport/authenticator.h"
#include "transport/connection_limits.h"
#include "transport/log.h"

namespace ypp {

struct RelayOptions {
  // HOST:PORT, [IPV6]:PORT or :PORT. Port 0 takes a free one.
  std::string listen = "127.0.0.1:1234";
  // A SQLite file, made when there is none. Empty: documents are forgotten when the relay ends.
  std::string database;
  // Who may open what. Required: a relay that lets everybody in says so with an OpenAuthenticator.
  std::shared_ptr<transport::Authenticator> authenticator;
  // Directory of the console's files, served at /console. Empty: none.
  std::string console_dir;

  transport::ConnectionLimits connection;
  size_t max_connections = 50'000;
  // What may wait for a client that reads too slowly, beside the largest message among it; past it
  // the socket is closed.
  size_t max_send_queue_bytes = 16u << 20;
  // A socket not heard of for this long is sent a WebSocket ping, and given up after as long again.
  int64_t ping_interval_ms = 30'000;
  // For Stop: how long it waits for clients and storage before it ends anyway.
  int64_t drain_timeout_ms = 10'000;

  // Texts that clients sent beside a document. On the relay's thread; must not block.
  std::function<void(std::string_view document, std::string_view payload)> on_stateless;
  transport::LogSink log = transport::SilentLog();
};

class Relay {
 public:
  // Listens when it returns. The error says what cannot be used: the address, the database, the
  // console's directory.
  static absl::StatusOr<std::unique_ptr<Relay>> Start(RelayOptions options);
  // Stops, if that was not done.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  uint16_t port() const;
  // ws://HOST:PORT with the port really taken.
  std::string url() const;

  // A text to everybody who has the document open.
  void BroadcastStateless(std::string document, std::string payload);

  // Takes no new connections, waits until what came is on disk and acknowledged, tells every client
  // `reason`, closes and returns.
  void Stop(std::string_view reason = "Server Shutdown");

 private:
  class Impl;
  explicit Relay(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_RELAY_H_
