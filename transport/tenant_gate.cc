#include "transport/tenant_gate.h"

#include <openssl/crypto.h>

#include <utility>

#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

constexpr std::string_view kTenantPrefix = "tenant_";

absl::Status Denied() { return absl::PermissionDeniedError(std::string(kReasonPermissionDenied)); }

bool SameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool IsTenantDocument(std::string_view document) {
  return document.substr(0, kTenantPrefix.size()) == kTenantPrefix;
}

std::string_view TenantOf(std::string_view document) {
  if (!IsTenantDocument(document)) return {};
  const size_t slash = document.find('/');
  if (slash == std::string_view::npos) return {};
  return document.substr(kTenantPrefix.size(), slash - kTenantPrefix.size());
}

void TenantGate::Authenticate(AuthRequest request, Done done) {
  const auto admit = [sessions = sessions_, document = request.document, done](const Grant& grant) {
    const absl::Status status = sessions->Admit(document, grant.tier);
    if (!status.ok()) return done(status);
    done(grant);
  };
  if (const HandoffRegistry::Session* session = handoffs_->FindSession(request.token)) {
    if (session->document != request.document) return done(Denied());
    return admit(session->grant);
  }
  AuthenticateOwner(std::move(request),
                    [admit, executor = executor_, done](absl::StatusOr<Grant> grant) {
                      if (!grant.ok()) return done(grant.status());
                      if (executor->here()) return admit(*grant);
                      executor->post([admit, grant = *std::move(grant)] { admit(grant); });
                    });
}

void TenantGate::AuthenticateOwner(AuthRequest request, Done done) {
  // The answer may come from another thread.
  const auto check = [document = request.document, token_hash = Sha256Hex(request.token),
                      now_ms = now_ms_, done](absl::StatusOr<Grant> grant) {
    if (grant.ok() && grant->expires_at_ms != 0 && grant->expires_at_ms <= now_ms()) {
      return done(absl::PermissionDeniedError(std::string(kReasonTokenExpired)));
    }
    if (grant.ok() && IsTenantDocument(document)) {
      const std::string& tenant = grant->tenant.empty() ? token_hash : grant->tenant;
      if (!SameText(TenantOf(document), tenant)) return done(Denied());
    }
    done(std::move(grant));
  };
  if (inner_ == nullptr) return check(Grant{});
  inner_->Authenticate(std::move(request), check);
}

}  // namespace ypp::transport
