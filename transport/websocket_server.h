// The relay's listening port: WebSockets, and plain HTTP requests beside them.
//
// One thread calls Run; it is the I/O thread, on which all callbacks come and all sockets are used.
#ifndef YPP_TRANSPORT_WEBSOCKET_SERVER_H_
#define YPP_TRANSPORT_WEBSOCKET_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "transport/address_limits.h"
#include "transport/http_message.h"
#include "transport/listen_address.h"
#include "transport/socket.h"
#include "transport/tls_session.h"

namespace ypp::transport {

struct WebSocketServerOptions {
  ListenAddress listen;
  TlsFiles tls;  // empty: without TLS
  // More are answered with 503.
  size_t max_connections = 50'000;
  // Of one address; more WebSockets are answered with 429, and more or faster connections that have
  // not said what they want are closed at once, before TLS. Behind a proxy that names the address
  // these, too, get 429.
  AddressLimits::Options address;
  // Take the client's address from the last entry of X-Forwarded-For, which a proxy in front sets.
  bool trust_forwarded_for = false;
  // For a connection to say what it wants: the head of its request. One that sends a byte now and
  // then is not waited for any longer. A body that was announced has 30 s in all.
  int64_t head_timeout_ms = 10'000;
  // Of a plain HTTP request.
  size_t max_http_body_bytes = 100u << 20;
  // What may wait for a peer that reads too slowly, beside the largest single message among it (a
  // whole document may be larger than this). Past it the socket is closed with 1013; a provider
  // comes back and is brought up to date by a sync.
  size_t max_send_queue_bytes = 16u << 20;
  // A peer not heard of for this long is sent a WebSocket ping; after as long again without an
  // answer it is given up.
  int64_t ping_interval_ms = 30'000;
};

class WebSocketServer {
 public:
  using RequestPtr = std::shared_ptr<const HttpRequest>;
  struct Callbacks {
    // A WebSocket wants to open. A response is sent instead.
    std::function<std::optional<HttpResponse>(const RequestPtr& request)> on_upgrade;
    // A socket opened. What comes back is told what happens to it.
    std::function<std::shared_ptr<SocketHandler>(std::shared_ptr<Socket> socket,
                                                 const RequestPtr& request)>
        on_open;
    // `respond` on the I/O thread, now or later.
    std::function<void(const RequestPtr& request, HttpRespond respond)> on_http;
    // A connection refused for a limit, named by the words of RelayMetrics::Refuse.
    std::function<void(std::string_view reason)> on_refused;
    // About once a second, after the OnTick of all sockets.
    std::function<void(int64_t now_ms)> on_tick;
    // The last socket has gone.
    std::function<void()> on_last_closed;
  };

  WebSocketServer(WebSocketServerOptions options, Callbacks callbacks);
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  // Binds the port. Unavailable with the system's reason; InvalidArgument for files that TLS cannot
  // use.
  absl::Status Listen();
  // The one really bound. REQUIRES: Listen was successful.
  uint16_t port() const;

  // Returns after Stop.
  void Run();

  // From any thread.
  void Post(std::function<void()> task);
  bool OnIoThread() const;
  void Stop();

  // On the I/O thread.
  void PostAfter(int64_t delay_ms, std::function<void()> task);
  // Runs it when everything that came in together was handled, before sockets write.
  void AtTurnEnd(std::function<void()> task);
  // Reads the files again, for the connections that follow. On an error the old ones stay.
  absl::Status ReloadTls();
  void StopListening();
  size_t connection_count() const;
  static int64_t NowMs();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_SERVER_H_
