// The connections that are open: how many sessions each tenant has live, and when whose token ends.
//
// 1. A session is a document `tenant_<tenant>/pugi-session-<id>` that somebody has open. With tier
//    limits, the token of a client that would make one too many is refused. Two clients in one
//    session are one.
// 2. A client whose token ends, or is no longer good, is asked for it once more. One that does not
//    show a good one in kRenewalPatienceMs is closed. Whether it is good is asked of the
//    authenticator, from time to time and when told to, so that clients whose token is still good
//    need not answer, which older ones cannot.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_LIVE_SESSIONS_H_
#define YPP_TRANSPORT_LIVE_SESSIONS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "transport/authenticator.h"
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
  // Who knows which tokens are still good; `interval_ms`: between two questions about a connection,
  // 0: only with RenewAll.
  void CheckWith(std::weak_ptr<Authenticator> authenticator, int64_t interval_ms) {
    authenticator_ = std::move(authenticator);
    check_interval_ms_ = interval_ms;
  }
  // Looks at every token anew. Clients that nobody can be asked about are to show theirs again.
  void RenewAll();
  size_t live_sessions(std::string_view tenant) const;

 private:
  struct Live {
    RelayConnectionPtr connection;
    int64_t expires_at_ms = 0;
    bool watched = false;  // a timer runs
    bool checked = false;  // the authenticator is being asked, or soon will be
    uint64_t asked = 0;    // tells a renewal that is waited for from a later one; 0: none is
  };
  void Enter(const RelayConnectionPtr& connection);
  void WatchExpiry(const ContextPtr& context);
  void AskAgain(const ContextPtr& context);
  void CheckLater(const ContextPtr& context);
  void Check(const ContextPtr& context);
  void AskAuthenticator();
  void OnChecked(const ContextPtr& context, const absl::StatusOr<Grant>& grant);

  const std::optional<TierLimits> limits_;
  const std::function<int64_t()> now_ms_;
  Executor executor_;
  std::map<ContextPtr, Live> live_;
  // Connections by tenant and by document.
  std::map<std::string, std::map<std::string, size_t>, std::less<>> documents_;
  uint64_t last_asked_ = 0;
  std::weak_ptr<Authenticator> authenticator_;
  int64_t check_interval_ms_ = 0;
  std::deque<std::weak_ptr<Context>> to_check_;
  size_t checks_under_way_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LIVE_SESSIONS_H_
