// An Authenticator as hooks.
#ifndef YPP_TRANSPORT_AUTHENTICATOR_HOOKS_H_
#define YPP_TRANSPORT_AUTHENTICATOR_HOOKS_H_

#include <memory>
#include <utility>

#include "transport/authenticator.h"
#include "transport/hooks.h"

namespace ypp::transport {

// For LiveSessions, which asked. Webhooks show what is in the context, so nothing is added to that
// of a connection whose token has no end.
inline void NoteRenewal(Context& context, const Grant& grant) {
  if (context.Find("renewed") != nullptr) context.Set("renewed", true);
  if (grant.expires_at_ms != 0 || context.Find("expiresAt") != nullptr) {
    context.Set("expiresAt", grant.expires_at_ms);
  }
}

inline Hooks HooksOf(std::shared_ptr<Authenticator> authenticator) {
  Hooks hooks;
  hooks.on_authenticate = [authenticator](AuthenticatePayload& payload, HookDone done) {
    authenticator->Authenticate(AuthRequest{payload.document, payload.token, false},
                                [&payload, done](absl::StatusOr<Grant> grant) {
                                  if (!grant.ok()) return done(grant.status());
                                  payload.context->set_granted_token(payload.token);
                                  payload.read_only = payload.read_only || grant->read_only;
                                  if (!grant->tier.empty()) {
                                    payload.context->Set("tier", grant->tier);
                                  }
                                  if (!grant->user.empty()) {
                                    payload.context->Set("user", grant->user);
                                  }
                                  if (grant->expires_at_ms != 0) {
                                    payload.context->Set("expiresAt", grant->expires_at_ms);
                                  }
                                  done(absl::OkStatus());
                                });
  };
  hooks.on_token_sync = [authenticator](TokenSyncPayload& payload, HookDone done) {
    authenticator->Authenticate(AuthRequest{payload.document, payload.token, true},
                                [&payload, done](absl::StatusOr<Grant> grant) {
                                  if (!grant.ok()) return done(grant.status());
                                  payload.read_only = grant->read_only;
                                  payload.connection->context()->set_granted_token(payload.token);
                                  NoteRenewal(*payload.connection->context(), *grant);
                                  done(absl::OkStatus());
                                });
  };
  return hooks;
}

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_AUTHENTICATOR_HOOKS_H_
