// Any bytes on a TCP connection to a whole relay: it ends the connection by itself once the peer
// has nothing more to say, and then still answers others.
//
// The first byte chooses what goes before and how the rest is taken: after a handshake the bytes
// are a provider's or a y-websocket client's, raw or as frames (a byte of FIN, RSV and opcode, one
// of the length, and so many bytes of payload, masked with zeros); without one they are the
// beginning of a connection. The relay has a thread, sockets and a clock of its own, so a finding
// may need a second run to show again.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "codec/check.h"
#include "transport/authenticator.h"
#include "transport/relay.h"

namespace {

constexpr int kPatienceS = 15;  // no relay takes this long, even on a busy machine

ypp::Relay& TheRelay() {
  // Never ended: its thread may be anywhere when the process is.
  static ypp::Relay* const relay = [] {
    ypp::RelayOptions options;
    options.listen = "127.0.0.1:0";
    options.authenticator = std::make_shared<ypp::transport::OpenAuthenticator>();
    options.max_connects_per_second = 0;
    // Within what an input can reach.
    options.connection.max_message_bytes = 4'096;
    options.connection.max_unauthenticated_bytes = 512;
    options.max_http_body_bytes = 1'024;
    return ypp::Relay::Start(std::move(options)).value().release();
  }();
  return *relay;
}

class Connection {
 public:
  Connection() : file_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(TheRelay().port());
    YPP_CHECK(connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    const int on = 1;
    setsockopt(file_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const timeval patience{kPatienceS, 0};
    setsockopt(file_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    // Closed with a reset: thousands a second must not wait for their ports.
    const linger none{1, 0};
    setsockopt(file_, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  }
  ~Connection() { close(file_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The relay may have ended it already.
  void Send(std::string_view bytes) {
    (void)!send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void EndSending() { shutdown(file_, SHUT_WR); }
  // What comes until it ends, or until it holds `enough`.
  std::string Receive(std::string_view enough = {}) {
    std::string received;
    std::array<char, 4'096> buffer;
    while (enough.empty() || received.find(enough) == std::string::npos) {
      const ssize_t size = recv(file_, buffer.data(), buffer.size(), 0);
      if (size < 0 && errno == EINTR) continue;     // whoever stops a program for a while, goes on
      YPP_CHECK(size >= 0 || errno == ECONNRESET);  // not the end of our patience
      if (size <= 0) break;
      received.append(buffer.data(), static_cast<size_t>(size));
    }
    return received;
  }

 private:
  int file_;
};

std::string Frames(std::string_view script) {
  std::string frames;
  while (script.size() >= 2) {
    const size_t size = std::min<size_t>(static_cast<uint8_t>(script[1]) & 0x7f, script.size() - 2);
    frames.push_back(script[0]);
    if (size < 126) {
      frames.push_back(static_cast<char>(0x80 | size));
    } else {
      frames.append({static_cast<char>(0x80 | 126), 0, static_cast<char>(size)});
    }
    frames.append(4, '\0');
    frames.append(script.substr(2, size));
    script.remove_prefix(2 + size);
  }
  return frames;
}

void CheckItAnswers() {
  Connection honest;
  honest.Send("GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n");
  YPP_CHECK(honest.Receive("ok\n").find("200 OK") != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const std::string_view script(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool shakes_hands = (choice & 1) != 0;
  {
    Connection attacker;
    if (shakes_hands) {
      const std::string path = (choice & 2) != 0 ? "/y-websocket/doc?token=t" : "/";
      attacker.Send(
          "GET " + path +
          " HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      if ((choice & 8) != 0) attacker.Receive("\r\n\r\n");
    }
    const std::string bytes = (choice & 4) != 0 ? Frames(script) : std::string(script);
    const size_t first = (choice & 16) != 0 ? bytes.size() / 2 : bytes.size();
    attacker.Send(std::string_view(bytes).substr(0, first));
    if (first < bytes.size()) attacker.Send(std::string_view(bytes).substr(first));
    attacker.EndSending();
    attacker.Receive();
  }
  CheckItAnswers();
  return 0;
}
