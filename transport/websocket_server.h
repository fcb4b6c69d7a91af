// The relay's listening port: WebSockets, and plain HTTP requests beside them. The only part of the
// relay that knows websocketpp.
//
// One thread calls Run; it is the I/O thread, on which all callbacks come and all sockets are used.
#ifndef YPP_TRANSPORT_WEBSOCKET_SERVER_H_
#define YPP_TRANSPORT_WEBSOCKET_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "transport/http_pages.h"
#include "transport/listen_address.h"
#include "transport/log.h"
#include "transport/socket.h"

namespace ypp::transport {

struct WebSocketServerOptions {
  ListenAddress listen;
  // More are answered with 503.
  size_t max_connections = 50'000;
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
  struct Callbacks {
    // A socket opened. What comes back is told what happens to it.
    std::function<std::shared_ptr<SocketHandler>(std::shared_ptr<Socket> socket)> on_open;
    std::function<HttpResponse(std::string_view method, std::string_view target)> on_http;
    // About once a second, after the OnTick of all sockets.
    std::function<void(int64_t now_ms)> on_tick;
    // The last socket has gone.
    std::function<void()> on_last_closed;
  };

  WebSocketServer(WebSocketServerOptions options, Callbacks callbacks, LogSink log);
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  // Binds the port. Unavailable with the system's reason.
  absl::Status Listen();
  // The one really bound. REQUIRES: Listen was successful.
  uint16_t port() const;

  // Returns after Stop.
  void Run();

  // From any thread.
  void Post(std::function<void()> task);
  void Stop();

  // On the I/O thread.
  void StopListening();
  size_t connection_count() const;
  static int64_t NowMs();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_SERVER_H_
