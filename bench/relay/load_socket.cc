#include "bench/relay/load_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ypp::bench {
namespace {

constexpr std::string_view kHandshake =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr size_t kSocketsPerAddress = 10'000;

sockaddr_in Loopback(uint32_t host, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl((127u << 24) + host);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

LoadSocket::~LoadSocket() {
  if (fd_ >= 0) close(fd_);
}

void LoadSocket::Connect(uint16_t port, size_t number) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return Fail(std::strerror(errno));
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  // The port is chosen with the connection, so that all of them can be had.
  setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  const sockaddr_in own = Loopback(static_cast<uint32_t>(2 + number / kSocketsPerAddress), 0);
  bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof(own));
  const sockaddr_in server = Loopback(1, port);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0 &&
      errno != EINPROGRESS) {
    return Fail(std::strerror(errno));
  }
  out_ = kHandshake;
  loop_->Watch(fd_, this);
}

void LoadSocket::OnReady(bool readable, bool writable) {
  if (fd_ < 0) return;
  if (writable) {
    connected_ = true;
    Flush();
  }
  if (readable && reading_) Read();
}

void LoadSocket::Read() {
  static std::array<char, 256 * 1024> buffer;
  while (fd_ >= 0 && reading_) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got == 0) return Fail("the server ended the connection");
    if (got < 0) {
      if (errno != EAGAIN) Fail(std::strerror(errno));
      return;
    }
    const std::string_view bytes(buffer.data(), static_cast<size_t>(got));
    if (in_.empty()) {
      const size_t taken = Consume(bytes);
      in_ = bytes.substr(taken);
    } else {
      in_.append(bytes);
      const size_t taken = Consume(in_);
      in_.erase(0, taken);
    }
    // What comes later is told by the loop.
    if (bytes.size() < buffer.size()) return;
  }
}

size_t LoadSocket::Consume(std::string_view bytes) {
  size_t taken = open_ ? 0 : ConsumeHandshake(bytes);
  while (open_ && fd_ >= 0) {
    const std::string_view rest = bytes.substr(taken);
    const auto head = ReadFrameHead(rest);
    if (!head) break;
    OnFrame(head->opcode, head->last, rest.substr(head->head_bytes, head->payload_bytes));
    taken += head->head_bytes + head->payload_bytes;
  }
  return taken;
}

size_t LoadSocket::ConsumeHandshake(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (bytes.substr(0, 12) != "HTTP/1.1 101") {
    Fail("the server refused the connection");
    return 0;
  }
  open_ = true;
  handler_->OnOpen();
  return end + 4;
}

void LoadSocket::OnFrame(Opcode opcode, bool last, std::string_view payload) {
  switch (opcode) {
    case kText:
    case kBinary:
      if (last) return handler_->OnMessage(payload);
      fragments_ = payload;
      break;
    case kContinuation:
      fragments_ += payload;
      if (last) handler_->OnMessage(fragments_);
      break;
    case kClose:
      Fail("the server closed: " + std::string(payload.size() > 2 ? payload.substr(2) : ""));
      break;
    case kPing:
      SendFrame(kPong, payload);
      break;
    default:
      break;
  }
}

void LoadSocket::Send(std::string_view message) { SendFrame(kBinary, message); }

void LoadSocket::SendFrame(Opcode opcode, std::string_view payload) {
  if (fd_ < 0) return;
  AppendFrameHead(out_, opcode, payload.size(), true);
  out_.append(payload);
  Flush();
}

void LoadSocket::Flush() {
  if (!connected_) return;
  while (!out_.empty()) {
    const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) Fail(std::strerror(errno));
      return;
    }
    out_.erase(0, static_cast<size_t>(sent));
  }
}

void LoadSocket::Fail(std::string_view why) {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  open_ = false;
  handler_->OnClosed(why);
}

}  // namespace ypp::bench
