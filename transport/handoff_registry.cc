#include "transport/handoff_registry.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "transport/tenant_gate.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

// How long one is told that a token was used or has expired, and not that it never was.
constexpr int64_t kRememberMs = 3'600'000;
// Between two looks at all of them.
constexpr int64_t kCleanIntervalMs = 10'000;

// 32 bytes nobody can guess, in characters that need no escape anywhere.
std::string RandomToken() {
  std::array<unsigned char, 32> bytes;
  // Without a working random source no secret can be made.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  std::string token;
  absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), &token);
  return token;
}

}  // namespace

absl::StatusOr<IssuedHandoff> HandoffRegistry::Issue(const std::string& document, Grant grant,
                                                     int64_t ttl_ms) {
  Clean();
  const std::string tenant = TenantKey(document);
  const auto count = [](const auto& counts, const std::string& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? size_t{0} : found->second;
  };
  if (handoffs_.size() + sessions_.size() >= kMaxHandoffs ||
      count(of_tenant_, tenant) >= kMaxHandoffsPerTenant ||
      count(waiting_of_document_, document) >= kMaxHandoffsPerDocument) {
    return absl::ResourceExhaustedError("too-many-handoffs");
  }
  ++of_tenant_[tenant];
  ++waiting_of_document_[document];
  IssuedHandoff issued;
  issued.token = RandomToken();
  if (ttl_ms == 0) ttl_ms = kDefaultHandoffTtlMs;
  issued.expires_at_ms = now_ms_() + std::clamp(ttl_ms, kMinHandoffTtlMs, kMaxHandoffTtlMs);
  handoffs_[Sha256Hex(issued.token)] = {{document, std::move(grant)}, issued.expires_at_ms, false};
  return issued;
}

absl::StatusOr<RedeemedHandoff> HandoffRegistry::Redeem(std::string_view token) {
  Clean();
  const auto found = handoffs_.find(Sha256Hex(token));
  if (found == handoffs_.end()) return absl::NotFoundError("handoff-unknown");
  Handoff& handoff = found->second;
  if (handoff.used) return absl::FailedPreconditionError("handoff-used");
  if (now_ms_() >= handoff.expires_at_ms) return absl::DeadlineExceededError("handoff-expired");
  handoff.used = true;
  Forget(waiting_of_document_, handoff.session.document);
  ++of_tenant_[TenantKey(handoff.session.document)];
  Session session = handoff.session;
  // The issuer's own end is the end of what it handed on.
  const int64_t issuer_ends_at_ms = session.grant.expires_at_ms;
  session.grant.expires_at_ms = now_ms_() + kHandoffSessionTtlMs;
  if (issuer_ends_at_ms != 0) {
    session.grant.expires_at_ms = std::min(session.grant.expires_at_ms, issuer_ends_at_ms);
  }
  RedeemedHandoff redeemed{session.document, RandomToken(), session.grant.expires_at_ms,
                           session.grant.read_only};
  sessions_[Sha256Hex(redeemed.session_token)] = std::move(session);
  return redeemed;
}

const HandoffRegistry::Session* HandoffRegistry::FindSession(std::string_view session_token) {
  if (sessions_.empty()) return nullptr;
  const auto found = sessions_.find(Sha256Hex(session_token));
  if (found == sessions_.end() || now_ms_() >= found->second.grant.expires_at_ms) return nullptr;
  return &found->second;
}

std::string HandoffRegistry::TenantKey(const std::string& document) {
  const std::string_view tenant = TenantOf(document);
  return tenant.empty() ? document : std::string(tenant);
}

void HandoffRegistry::Forget(absl::flat_hash_map<std::string, size_t>& counts,
                             const std::string& key) {
  const auto found = counts.find(key);
  if (--found->second == 0) counts.erase(found);
}

void HandoffRegistry::Clean() {
  const int64_t now_ms = now_ms_();
  if (now_ms - cleaned_at_ms_ < kCleanIntervalMs) return;
  cleaned_at_ms_ = now_ms;
  absl::erase_if(handoffs_, [this, now_ms](const auto& entry) {
    const Handoff& handoff = entry.second;
    if (now_ms < handoff.expires_at_ms + kRememberMs) return false;
    if (!handoff.used) Forget(waiting_of_document_, handoff.session.document);
    Forget(of_tenant_, TenantKey(handoff.session.document));
    return true;
  });
  absl::erase_if(sessions_, [this, now_ms](const auto& entry) {
    if (now_ms < entry.second.grant.expires_at_ms) return false;
    Forget(of_tenant_, TenantKey(entry.second.document));
    return true;
  });
}

}  // namespace ypp::transport
