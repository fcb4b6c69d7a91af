// Client sockets on websocketpp: ws:// and wss://. websocketpp stays inside websocket_client.cc.
#ifndef YPP_TRANSPORT_WEBSOCKET_CLIENT_H_
#define YPP_TRANSPORT_WEBSOCKET_CLIENT_H_

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "transport/client_socket.h"

namespace ypp::transport {

struct WebSocketClientOptions {
  // ws://host[:port][/path][?query] or wss://...
  std::string url;
  // wss: PEM file with the certificates to trust; empty for those of the system. The certificate of
  // the server is always verified, name included, and TLS is 1.2 or newer.
  std::string ca_file;
  std::vector<std::pair<std::string, std::string>> headers;  // sent with the HTTP request
  // A larger message ends the socket with 1009 before it is in memory.
  size_t max_message_bytes = 100 << 20;
};

// A function that opens sockets to `options.url` on `io`; it and its sockets are used on the thread
// of `io` alone, and go before it. InvalidArgument for a URL or a header that cannot be used, or a
// ca_file that cannot be read.
absl::StatusOr<OpenSocket> WebSocketOpener(boost::asio::io_context& io,
                                           const WebSocketClientOptions& options);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_CLIENT_H_
