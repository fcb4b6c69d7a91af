// Who may open the documents of a tenant, whatever the relay's own authenticator grants.
//
//   tenant_<tenant>/<anything>
//
// A document whose name begins with `tenant_` is opened by tokens of that tenant, and by session
// tokens that a handoff of exactly this document gave (handoff_registry.h). Everything a client may
// send is for a document it has opened, so this covers stateless and awareness messages too. With
// tier limits, a session is also refused that would be one too many.
//
// Thread rule: the relay's thread. `inner` may answer from any.
#ifndef YPP_TRANSPORT_TENANT_GATE_H_
#define YPP_TRANSPORT_TENANT_GATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/authenticator.h"
#include "transport/executor.h"
#include "transport/handoff_registry.h"
#include "transport/live_sessions.h"

namespace ypp::transport {

// Of the name of a tenant's document; empty for other documents. A name that begins with `tenant_`
// and has no slash is of a tenant that nobody can be.
std::string_view TenantOf(std::string_view document);
bool IsTenantDocument(std::string_view document);

class TenantGate : public Authenticator {
 public:
  // `inner` may be null: then the hooks before have let the client in.
  TenantGate(std::shared_ptr<Authenticator> inner, std::shared_ptr<HandoffRegistry> handoffs,
             std::shared_ptr<LiveSessions> sessions, Executor executor,
             std::function<int64_t()> now_ms)
      : inner_(std::move(inner)),
        handoffs_(std::move(handoffs)),
        sessions_(std::move(sessions)),
        executor_(std::make_shared<const Executor>(std::move(executor))),
        now_ms_(std::move(now_ms)) {}

  void Authenticate(AuthRequest request, Done done) override;
  // Without session tokens and tier limits: for who wants to hand a document on.
  void AuthenticateOwner(AuthRequest request, Done done);

 private:
  const std::shared_ptr<Authenticator> inner_;
  const std::shared_ptr<HandoffRegistry> handoffs_;
  const std::shared_ptr<LiveSessions> sessions_;
  const std::shared_ptr<const Executor> executor_;  // each answer keeps it
  const std::function<int64_t()> now_ms_;           // milliseconds since 1970
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_TENANT_GATE_H_
