// Bans addresses that open too many sockets. Hocuspocus' extension-throttle; unlike it, counts
// sockets and not documents, and knows an address without help of a proxy's headers.
#ifndef YPP_TRANSPORT_THROTTLE_EXTENSION_H_
#define YPP_TRANSPORT_THROTTLE_EXTENSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transport/hooks.h"

namespace ypp {

struct ThrottleOptions {
  size_t sockets = 15;              // more than so many of one address
  int64_t within_ms = 60'000;       // in so long
  int64_t ban_ms = 5 * 60'000;      // are refused for so long
  std::function<int64_t()> now_ms;  // a steady clock; empty: that of the system
};

class ThrottleExtension : public Extension {
 public:
  explicit ThrottleExtension(ThrottleOptions options = {});

  std::string_view name() const override { return "throttle"; }
  Hooks hooks() override;

  // Whether a socket of this address may open now; counts it. On the relay's thread.
  bool Admit(const std::string& address);

 private:
  struct Visitor {
    std::deque<int64_t> opened_ms;
    int64_t banned_until_ms = 0;
  };
  // Forgets addresses that are quiet, so that the table is as large as what happens in the window.
  void Clean(int64_t now_ms);

  ThrottleOptions options_;
  std::map<std::string, Visitor> visitors_;
  int64_t cleaned_ms_ = 0;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_THROTTLE_EXTENSION_H_
