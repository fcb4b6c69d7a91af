// A listening TCP port, and the connections that come to it.
#ifndef YPP_TRANSPORT_TCP_LISTENER_H_
#define YPP_TRANSPORT_TCP_LISTENER_H_

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "transport/event_loop.h"
#include "transport/listen_address.h"

namespace ypp::transport {

class TcpListener {
 public:
  // `accept` gets a connection and the peer's address as text.
  using Accept = std::function<void(EventLoop::TcpSocket socket, std::string address)>;

  TcpListener(EventLoop* loop, Accept accept);
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // Binds the first place that can be had: for an empty host all interfaces, IPv6 and IPv4.
  // Unavailable with the system's reason.
  absl::Status Listen(const ListenAddress& address);
  void StopListening();
  // The one really bound.
  uint16_t port() const { return port_; }

 private:
  using Tcp = boost::asio::ip::tcp;

  std::vector<Tcp::endpoint> Places(const ListenAddress& address, boost::system::error_code* error);
  boost::system::error_code ListenAt(const Tcp::endpoint& place);
  void AcceptNext();
  void OnAccept(const boost::system::error_code& error, EventLoop::TcpSocket socket);

  EventLoop* loop_;
  Accept accept_;
  boost::asio::basic_socket_acceptor<Tcp, boost::asio::io_context::executor_type> acceptor_;
  Tcp::endpoint peer_;  // of the next connection
  uint16_t port_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_TCP_LISTENER_H_
