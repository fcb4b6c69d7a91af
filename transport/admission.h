// Who is let in at the listening port: how many connections there may be, and how many and how fast
// from one address.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_ADMISSION_H_
#define YPP_TRANSPORT_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/address_limits.h"
#include "transport/http_message.h"

namespace ypp::transport {

// One connection, from its first byte to its last, as it is counted.
struct Visit {
  std::string address;
  bool counted = false;  // among those of its address
  bool open = false;     // a WebSocket
};

class Admission {
 public:
  struct Options {
    size_t max_open = 50'000;
    AddressLimits::Options address;
    // The client's address is the last entry of X-Forwarded-For, which a proxy in front sets. All
    // connections then come from the proxy, and one is counted when its request is there.
    bool trust_forwarded_for = false;
  };
  using OnRefused = std::function<void(std::string_view reason)>;

  // `on_refused` is told each refusal, in words of RelayMetrics::Refuse.
  Admission(const Options& options, OnRefused on_refused)
      : options_(options), on_refused_(std::move(on_refused)), addresses_(options.address) {}

  // A connection came. nullopt: it is to be closed without a word.
  std::optional<Visit> Accept(std::string address, int64_t now_ms);
  // Whose address a request has.
  std::string AddressOf(const Visit& visit, const HttpRequest& request) const;
  // Its request wants a WebSocket. The status to refuse it with; 0: there is room.
  int Check(Visit& visit, const HttpRequest& request, int64_t now_ms);
  // It became one. REQUIRES: Check found room.
  void Open(Visit& visit);
  void Leave(const Visit& visit);
  // About once a second.
  void Tick(int64_t now_ms) { addresses_.Tick(now_ms); }

  size_t open_count() const { return open_count_; }

 private:
  bool Arrive(const std::string& address, int64_t now_ms);
  void Refuse(std::string_view reason) const {
    if (on_refused_) on_refused_(reason);
  }

  const Options options_;
  OnRefused on_refused_;
  AddressLimits addresses_;
  size_t open_count_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ADMISSION_H_
