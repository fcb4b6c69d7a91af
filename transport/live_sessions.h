// The connections that are open: how many sessions each tenant has live, and when whose token ends.
//
// 1. A session is a document `tenant_<tenant>/pugi-session-<id>` that somebody has open. With tier
//    limits, the token of a client that would make one too many is refused. Two clients in one
//    session are one.
// 2. A client whose token ends is asked for it once more. One that does not show a good one in
//    kRenewalPatienceMs is closed.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_LIVE_SESSIONS_H_
#define YPP_TRANSPORT_LIVE_SESSIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "transport/hooks.h"
#include "transport/tier_limits.h"

namespace ypp::transport {

// How long a client has to fetch a new token from wherever it gets them.
inline constexpr int64_t kRenewalPatienceMs = 10'000;

inline constexpr std::string_view kReasonTokenExpired = "token-expired";

class LiveSessions : public Extension, public std::enable_shared_from_this<LiveSessions> {
 public:
  // Without `limits` sessions are not counted. `now_ms`: milliseconds since 1970.
  LiveSessions(std::optional<TierLimits> limits, std::function<int64_t()> now_ms)
      : limits_(std::move(limits)), now_ms_(std::move(now_ms)) {}

  std::string_view name() const override { return "live-sessions"; }
  void Attach(const Executor& executor) override { executor_ = executor; }
  Hooks hooks() override;

  // PermissionDenied with a reason to show: "tier-not-eligible: ..." or "tier-limit: ...".
  absl::Status Admit(const std::string& document, std::string_view tier) const;
  // Every client is to show its token again, as if it had ended now.
  void RenewAll();
  size_t live_sessions(std::string_view tenant) const;

 private:
  struct Live {
    RelayConnectionPtr connection;
    int64_t expires_at_ms = 0;
    bool watched = false;  // a timer runs
    uint64_t asked = 0;    // tells a renewal that is waited for from a later one; 0: none is
  };
  void Enter(const RelayConnectionPtr& connection);
  void WatchExpiry(const ContextPtr& context);
  void AskAgain(const ContextPtr& context);

  const std::optional<TierLimits> limits_;
  const std::function<int64_t()> now_ms_;
  Executor executor_;
  std::map<ContextPtr, Live> live_;
  // Connections by tenant and by document.
  std::map<std::string, std::map<std::string, size_t>, std::less<>> documents_;
  uint64_t last_asked_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LIVE_SESSIONS_H_
