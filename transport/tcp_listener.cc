#include "transport/tcp_listener.h"

#include <boost/asio/ip/v6_only.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// Many come at once after a restart. The system has a limit of its own, too.
constexpr int kBacklog = 4096;
constexpr int64_t kRetryAcceptMs = 100;

}  // namespace

TcpListener::TcpListener(EventLoop* loop, Accept accept)
    : loop_(loop), accept_(std::move(accept)), acceptor_(loop->io()) {}

absl::Status TcpListener::Listen(const ListenAddress& address) {
  boost::system::error_code error;
  for (const Tcp::endpoint& place : Places(address, &error)) {
    error = ListenAt(place);
    if (!error) break;
    StopListening();
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(), ": ", error.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  AcceptNext();
  return absl::OkStatus();
}

// The first choice first.
std::vector<TcpListener::Tcp::endpoint> TcpListener::Places(const ListenAddress& address,
                                                            boost::system::error_code* error) {
  // The second is for a machine without IPv6; the first takes IPv4 as well.
  if (address.host.empty()) return {{Tcp::v6(), address.port}, {Tcp::v4(), address.port}};
  std::vector<Tcp::endpoint> places;
  Tcp::resolver resolver(loop_->io());
  for (const auto& entry : resolver.resolve(address.host, std::to_string(address.port),
                                            Tcp::resolver::passive, *error)) {
    places.push_back(entry.endpoint());
  }
  return places;
}

boost::system::error_code TcpListener::ListenAt(const Tcp::endpoint& place) {
  boost::system::error_code error;
  acceptor_.open(place.protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && place.protocol() == Tcp::v6()) {
    acceptor_.set_option(boost::asio::ip::v6_only(false), error);
  }
  if (!error) acceptor_.bind(place, error);
  if (!error) acceptor_.listen(kBacklog, error);
  return error;
}

void TcpListener::StopListening() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

void TcpListener::AcceptNext() {
  acceptor_.async_accept(peer_, [this, alive = std::weak_ptr<const bool>(alive_)](
                                    const boost::system::error_code& error,
                                    EventLoop::TcpSocket socket) {
    if (!alive.expired()) OnAccept(error, std::move(socket));
  });
}

void TcpListener::OnAccept(const boost::system::error_code& error, EventLoop::TcpSocket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    // Out of descriptors, say. Those that wait stay in the backlog.
    loop_->PostAfter(kRetryAcceptMs, [this, alive = std::weak_ptr<const bool>(alive_)] {
      if (!alive.expired() && acceptor_.is_open()) AcceptNext();
    });
    return;
  }
  boost::system::error_code ignored;
  // Messages are small and someone waits for each.
  socket.set_option(Tcp::no_delay(true), ignored);
  // An IPv4 address that came to an IPv6 socket stays as it came: "::ffff:192.0.2.1".
  std::string address = peer_.address().to_string();
  // First, so that the next accept takes the memory of this one. Otherwise the new socket would,
  // for its wait for bytes, which needs half of it and lasts as long as the connection is idle.
  AcceptNext();
  accept_(std::move(socket), std::move(address));
}

}  // namespace ypp::transport
