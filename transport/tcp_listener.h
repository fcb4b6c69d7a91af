// A listening TCP port, and the connections that come to it.
#ifndef YPP_TRANSPORT_TCP_LISTENER_H_
#define YPP_TRANSPORT_TCP_LISTENER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "transport/event_loop.h"
#include "transport/listen_address.h"

namespace ypp::transport {

class TcpListener : private EventLoop::Watcher {
 public:
  // `accept` gets a descriptor, which is then its own, and the peer's address as text.
  using Accept = std::function<void(int fd, std::string address)>;

  TcpListener(EventLoop* loop, Accept accept);
  ~TcpListener() override;
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // Binds the first place that can be had: for an empty host all interfaces, IPv6 and IPv4.
  // Unavailable with the system's reason.
  absl::Status Listen(const ListenAddress& address);
  void StopListening();
  // The one really bound.
  uint16_t port() const { return port_; }

 private:
  void OnReady(bool readable, bool writable) override;
  void OnReadAgain() override { OnReady(true, false); }

  EventLoop* loop_;
  Accept accept_;
  int fd_ = -1;
  uint16_t port_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_TCP_LISTENER_H_
