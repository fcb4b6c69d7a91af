// A TCP client that waits for what it asks for, to be the other side of a server under test.
#ifndef YPP_TESTS_TRANSPORT_BLOCKING_PEER_H_
#define YPP_TESTS_TRANSPORT_BLOCKING_PEER_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace ypp::transport {

class BlockingPeer {
 public:
  // To a port of this machine.
  explicit BlockingPeer(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~BlockingPeer() { close(socket_); }
  BlockingPeer(const BlockingPeer&) = delete;
  BlockingPeer& operator=(const BlockingPeer&) = delete;

  void Send(std::string_view bytes) const {
    EXPECT_EQ(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Fewer when the connection ends before.
  std::string Read(size_t size_bytes) const {
    std::string bytes(size_bytes, '\0');
    const ssize_t got = recv(socket_, bytes.data(), size_bytes, MSG_WAITALL);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
  }
  // Up to the end of the connection, or to this ending.
  std::string ReadUntil(std::string_view ending) const {
    std::string bytes;
    while (!bytes.ends_with(ending) || ending.empty()) {
      const std::string byte = Read(1);
      if (byte.empty()) break;
      bytes += byte;
    }
    return bytes;
  }
  std::string ReadToEnd() const { return ReadUntil(""); }
  // It sends no more.
  void End() const { shutdown(socket_, SHUT_WR); }

 private:
  const int socket_;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_BLOCKING_PEER_H_
