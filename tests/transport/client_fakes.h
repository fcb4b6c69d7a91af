// A world for the provider without network and without waiting: sockets are vectors, time is a
// number.
#ifndef YPP_TESTS_TRANSPORT_CLIENT_FAKES_H_
#define YPP_TESTS_TRANSPORT_CLIENT_FAKES_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/client_connection.h"
#include "transport/client_core.h"
#include "transport/client_socket.h"

namespace ypp::transport {

// "03 64 | 00" -> bytes; spaces and bars are for the reader.
std::string FromHex(std::string_view hex);
std::string ToHex(std::string_view bytes);

// What a test sees of a socket, also after the provider let go of it.
struct FakeSocket {
  SocketEvents events;
  std::vector<std::string> sent;
  int pings = 0;
  size_t buffered_bytes = 0;
  bool open = false;
  bool closed = false;  // by the provider
  bool gone = false;    // the provider destroyed it
  uint16_t close_code = 0;

  // Takes what was sent so far, as hex.
  std::vector<std::string> TakeSent();
};

class FakeNetwork {
 public:
  OpenSocket opener();

  std::vector<std::shared_ptr<FakeSocket>> sockets;  // all there ever were
  FakeSocket& last() { return *sockets.back(); }
};

// A ClientCore with everything around it.
class ClientWorld {
 public:
  explicit ClientWorld(ClientOptions options = {}, ClientEvents events = {});
  ~ClientWorld();

  ClientCore& core() { return *core_; }
  FakeNetwork& network() { return network_; }
  FakeSocket& socket() { return network_.last(); }
  size_t sockets() const { return network_.sockets.size(); }
  int64_t now_ms() const { return now_ms_; }

  // Runs what was posted.
  void Settle();
  // Lets time pass, with every timer on the way.
  void Advance(int64_t ms);

  // The server's side of the last socket. Bytes are hex.
  void Open();
  void Receive(std::string_view hex);
  void ReceiveBytes(std::string_view bytes);
  void Lose(uint16_t code = kCloseAbnormal, const std::string& reason = "lost");
  std::vector<std::string> TakeSent() { return socket().TakeSent(); }

 private:
  FakeNetwork network_;
  std::deque<std::function<void()>> tasks_;
  int64_t now_ms_ = 1'000'000;
  int64_t wake_at_ms_ = kNever;
  std::unique_ptr<ClientCore> core_;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_CLIENT_FAKES_H_
