#include "transport/tcp_listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// Many come at once after a restart. The system has a limit of its own, too.
constexpr int kBacklog = 4096;
constexpr int64_t kRetryAcceptMs = 100;

// 0, or the system's reason.
int Bind(const addrinfo& place, int* bound) {
  const int fd = socket(place.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  const int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (place.ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (bind(fd, place.ai_addr, place.ai_addrlen) != 0 || listen(fd, kBacklog) != 0) {
    const int error = errno;
    close(fd);
    return error;
  }
  *bound = fd;
  return 0;
}

uint16_t PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// An IPv4 address that came to an IPv6 socket stays as it came: "::ffff:192.0.2.1".
std::string TextOf(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const raw =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  inet_ntop(address.ss_family, raw, text.data(), text.size());
  return text.data();
}

}  // namespace

TcpListener::TcpListener(EventLoop* loop, Accept accept)
    : loop_(loop), accept_(std::move(accept)) {}

TcpListener::~TcpListener() { StopListening(); }

absl::Status TcpListener::Listen(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  const std::string port = std::to_string(address.port);
  std::string why = "no such host";
  // Without IPv6 the second takes its place; otherwise the first takes IPv4 as well.
  std::vector<std::string> hosts = {address.host};
  if (address.host.empty()) hosts = {"::", "0.0.0.0"};
  for (const std::string& host : hosts) {
    addrinfo* places = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &places) != 0) continue;
    for (const addrinfo* place = places; place != nullptr && fd_ < 0; place = place->ai_next) {
      if (const int error = Bind(*place, &fd_); error != 0) why = std::strerror(error);
    }
    freeaddrinfo(places);
    if (fd_ >= 0) break;
  }
  if (fd_ < 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address.ToString(), ": ", why));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
  port_ = PortOf(bound);
  loop_->Watch(fd_, this);
  return absl::OkStatus();
}

void TcpListener::StopListening() {
  if (fd_ < 0) return;
  loop_->Unwatch(fd_);
  close(std::exchange(fd_, -1));
}

void TcpListener::OnReady(bool, bool) {
  while (fd_ >= 0) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int fd =
        accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      // Messages are small and someone waits for each.
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      accept_(fd, TextOf(peer));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      // Out of descriptors, say. Those that wait stay in the backlog.
      loop_->PostAfter(kRetryAcceptMs, [this, alive = std::weak_ptr<const bool>(alive_)] {
        if (!alive.expired()) OnReady(true, false);
      });
      return;
    }
  }
}

}  // namespace ypp::transport
