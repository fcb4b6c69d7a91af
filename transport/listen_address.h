// "127.0.0.1:1234", "[::1]:1234", "localhost:0", ":1234": where a server listens.
#ifndef YPP_TRANSPORT_LISTEN_ADDRESS_H_
#define YPP_TRANSPORT_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ypp::transport {

struct ListenAddress {
  std::string host;   // without brackets; empty: all interfaces
  uint16_t port = 0;  // 0: whichever is free

  // As it is written in a URL.
  std::string ToString() const;
};

// InvalidArgument with what is expected.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LISTEN_ADDRESS_H_
