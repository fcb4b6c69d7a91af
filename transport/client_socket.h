// What the provider needs of a socket. websocket_client.h has the real one, tests have one made of
// vectors.
#ifndef YPP_TRANSPORT_CLIENT_SOCKET_H_
#define YPP_TRANSPORT_CLIENT_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ypp::transport {

// Close codes, RFC 6455 section 7.4.1.
inline constexpr uint16_t kCloseNormal = 1000;
inline constexpr uint16_t kCloseProtocolError = 1002;
inline constexpr uint16_t kCloseAbnormal =
    1006;  // never on the wire: the socket broke, or was never open

// Never called inside OpenSocket, Send, Ping or Close, and never after the socket is destroyed. The
// socket may be destroyed inside them.
struct SocketEvents {
  std::function<void()> on_open;
  std::function<void(std::string_view message)> on_message;
  std::function<void()> on_pong;
  // The last event. Also when the socket could not be opened.
  std::function<void(uint16_t code, const std::string& reason)> on_close;
};

// One WebSocket from opening to end. Destroying it drops the events; what was sent before Close
// still goes out.
class ClientSocket {
 public:
  virtual ~ClientSocket() = default;
  // One binary message. Dropped unless the socket is open.
  virtual void Send(std::string_view message) = 0;
  // A WebSocket ping.
  virtual void Ping() = 0;
  virtual void Close(uint16_t code, const std::string& reason) = 0;
  // Given to Send and not yet taken by the operating system.
  virtual size_t buffered_bytes() const = 0;
};

using OpenSocket = std::function<std::unique_ptr<ClientSocket>(SocketEvents events)>;

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_SOCKET_H_
