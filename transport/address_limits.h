// How many connections one client address has open, how many have not said what they want yet, and
// how fast it makes new ones. Of IPv6 a client has a whole /64 network, which counts as one
// address.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_ADDRESS_LIMITS_H_
#define YPP_TRANSPORT_ADDRESS_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "transport/rate_limit.h"

namespace ypp::transport {

class AddressLimits {
 public:
  struct Options {
    size_t max_open = 10'000;
    // Connections that are neither a WebSocket yet nor answered; each may stay half a minute.
    size_t max_arriving = 1'000;
    double max_arrivals_per_second = 1'000;  // 0: no limit
  };

  explicit AddressLimits(Options options) : options_(options) {}

  // A new connection. Counts as arriving if it is let in: the answer is then empty, and otherwise
  // the reason in words of RelayMetrics::Refuse.
  std::string_view Arrive(std::string_view address, int64_t now_ms);
  // One that arrived wants to be a WebSocket. False: there are too many.
  bool MayOpen(std::string_view address) const;
  void Open(std::string_view address);
  // One that arrived, or was opened, has ended.
  void Leave(std::string_view address, bool was_open);

  // Forgets addresses that have nothing here and have not come for a while.
  void Tick(int64_t now_ms);

  size_t address_count() const { return visitors_.size(); }

 private:
  struct Visitor {
    explicit Visitor(double per_second) : arrivals(per_second) {}
    size_t arriving = 0;
    size_t open = 0;
    RateLimit arrivals;
  };

  const Options options_;
  std::unordered_map<std::string, Visitor> visitors_;  // by KeyOf(address)
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ADDRESS_LIMITS_H_
