#include "transport/address_limits.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace ypp::transport {
namespace {

// What counts as one address: an IPv4 address, also one that came to an IPv6 socket, or the first
// half of an IPv6 one. What is neither (a proxy may name anything) stays as it is.
std::string KeyOf(std::string_view address) {
  constexpr std::array<unsigned char, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr size_t kNetworkBytes = 8;
  const std::string text(address.substr(0, address.find('%')));  // without a zone
  std::array<unsigned char, 16> bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  const char* const raw = reinterpret_cast<const char*>(bytes.data());
  if (!std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), bytes.begin())) {
    return std::string(raw, kNetworkBytes);
  }
  std::array<char, INET_ADDRSTRLEN> ipv4;
  inet_ntop(AF_INET, raw + kMappedIpv4.size(), ipv4.data(), ipv4.size());
  return ipv4.data();
}

}  // namespace

std::string_view AddressLimits::Arrive(std::string_view address, int64_t now_ms) {
  const auto [entry, added] =
      visitors_.try_emplace(KeyOf(address), options_.max_arrivals_per_second);
  Visitor& visitor = entry->second;
  if (!visitor.arrivals.TryTake(1, now_ms)) return "connect_rate";
  if (visitor.arriving >= options_.max_arriving) return "arriving_connections";
  ++visitor.arriving;
  return {};
}

bool AddressLimits::MayOpen(std::string_view address) const {
  const auto visitor = visitors_.find(KeyOf(address));
  return visitor == visitors_.end() || visitor->second.open < options_.max_open;
}

void AddressLimits::Open(std::string_view address) {
  Visitor& visitor = visitors_.at(KeyOf(address));
  --visitor.arriving;
  ++visitor.open;
}

void AddressLimits::Leave(std::string_view address, bool was_open) {
  Visitor& visitor = visitors_.at(KeyOf(address));
  --(was_open ? visitor.open : visitor.arriving);
}

void AddressLimits::Tick(int64_t now_ms) {
  for (auto it = visitors_.begin(); it != visitors_.end();) {
    const Visitor& visitor = it->second;
    const bool idle = visitor.open == 0 && visitor.arriving == 0;
    it = idle && visitor.arrivals.Rested(now_ms) ? visitors_.erase(it) : std::next(it);
  }
}

}  // namespace ypp::transport
