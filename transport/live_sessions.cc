#include "transport/live_sessions.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "transport/authenticator_hooks.h"
#include "transport/tenant_gate.h"

namespace ypp::transport {
namespace {

// Timers of more are set anew on the way: a clock that is put right does not move them.
constexpr int64_t kLongestTimerMs = 60'000;
// Questions to the authenticator at a time: others wait, clients that come included, if it asks
// another server.
constexpr size_t kMaxChecks = 32;

bool IsSession(std::string_view document) {
  constexpr std::string_view kSession = "/pugi-session-";
  const std::string_view tenant = TenantOf(document);
  return !tenant.empty() && document.substr(document.find('/'), kSession.size()) == kSession;
}

int64_t ExpiryOf(const ContextPtr& context) {
  const Any* const expires = context->Find("expiresAt");
  return expires != nullptr && expires->if_number() != nullptr
             ? static_cast<int64_t>(*expires->if_number())
             : 0;
}

std::string TierOf(const ContextPtr& context) {
  const Any* const tier = context->Find("tier");
  return tier != nullptr && tier->if_string() != nullptr ? *tier->if_string() : std::string();
}

}  // namespace

Hooks LiveSessions::hooks() {
  Hooks hooks;
  hooks.connected = [this](ConnectedPayload& payload, HookDone done) {
    // Two that were let in at the same moment may be one too many together.
    const absl::Status status =
        Admit(payload.connection->document_name(), TierOf(payload.connection->context()));
    Enter(payload.connection);
    done(status);
  };
  hooks.on_disconnect = [this](DisconnectPayload& payload, HookDone done) {
    const auto found = live_.find(payload.context);
    if (found != live_.end()) {
      const std::string document = found->second.connection->document_name();
      live_.erase(found);
      if (const auto tenant = documents_.find(TenantOf(document)); tenant != documents_.end()) {
        const auto count = tenant->second.find(document);
        if (count != tenant->second.end() && --count->second == 0) tenant->second.erase(count);
        if (tenant->second.empty()) documents_.erase(tenant);
      }
    }
    done(absl::OkStatus());
  };
  return hooks;
}

void LiveSessions::Enter(const RelayConnectionPtr& connection) {
  const ContextPtr& context = connection->context();
  if (!live_.emplace(context, Live{connection}).second) return;
  const std::string& document = connection->document_name();
  if (IsSession(document)) ++documents_[std::string(TenantOf(document))][document];
  WatchExpiry(context);
  CheckLater(context);
}

absl::Status LiveSessions::Admit(const std::string& document, std::string_view tier) const {
  if (!limits_ || !IsSession(document)) return absl::OkStatus();
  const std::optional<size_t> limit = limits_->Of(tier);
  if (!limit) return absl::OkStatus();
  if (tier.empty()) tier = kLowestTier;
  const std::string shown(tier);
  if (*limit == 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("tier-not-eligible: the ", shown, " tier has no synced sessions"));
  }
  size_t others = 0;
  if (const auto tenant = documents_.find(TenantOf(document)); tenant != documents_.end()) {
    others = tenant->second.size() - tenant->second.count(document);
  }
  if (others < *limit) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("tier-limit: the ", shown, " tier has ", *limit,
                                                  *limit == 1 ? " live session" : " live sessions",
                                                  " at a time, and there are ", others));
}

size_t LiveSessions::live_sessions(std::string_view tenant) const {
  const auto found = documents_.find(tenant);
  return found != documents_.end() ? found->second.size() : 0;
}

void LiveSessions::WatchExpiry(const ContextPtr& context) {
  const auto found = live_.find(context);
  if (found == live_.end()) return;
  found->second.expires_at_ms = ExpiryOf(context);
  if (found->second.expires_at_ms == 0 || found->second.watched) return;
  const int64_t left_ms = found->second.expires_at_ms - now_ms_();
  if (left_ms <= 0) return AskAgain(context);
  found->second.watched = true;
  executor_.after(std::min(left_ms, kLongestTimerMs),
                  [weak = weak_from_this(), weak_context = std::weak_ptr(context)] {
                    const auto self = weak.lock();
                    const ContextPtr context = weak_context.lock();
                    if (self == nullptr || context == nullptr) return;
                    const auto found = self->live_.find(context);
                    if (found == self->live_.end()) return;
                    found->second.watched = false;
                    self->WatchExpiry(context);
                  });
}

void LiveSessions::RenewAll() {
  std::vector<ContextPtr> all;
  for (const auto& [context, live] : live_) all.push_back(context);
  for (const ContextPtr& context : all) Check(context);
}

void LiveSessions::CheckLater(const ContextPtr& context) {
  if (check_interval_ms_ == 0 || context->granted_token().empty()) return;
  executor_.after(check_interval_ms_,
                  [weak = weak_from_this(), weak_context = std::weak_ptr(context)] {
                    const auto self = weak.lock();
                    const ContextPtr context = weak_context.lock();
                    if (self == nullptr || context == nullptr) return;
                    self->Check(context);
                    self->CheckLater(context);
                  });
}

void LiveSessions::Check(const ContextPtr& context) {
  const auto found = live_.find(context);
  if (found == live_.end() || found->second.checked) return;
  if (authenticator_.expired() || context->granted_token().empty()) return AskAgain(context);
  found->second.checked = true;
  to_check_.push_back(context);
  AskAuthenticator();
}

void LiveSessions::AskAuthenticator() {
  while (checks_under_way_ < kMaxChecks && !to_check_.empty()) {
    const ContextPtr context = to_check_.front().lock();
    to_check_.pop_front();
    const auto found = live_.find(context);
    const auto authenticator = authenticator_.lock();
    if (found == live_.end() || authenticator == nullptr) continue;
    ++checks_under_way_;
    authenticator->Authenticate(
        {found->second.connection->document_name(), context->granted_token(), true},
        [weak = weak_from_this(), executor = executor_, context](absl::StatusOr<Grant> grant) {
          // Never inside the loop above: answers that come at once must not nest.
          executor.post([weak, context, grant = std::move(grant)] {
            if (const auto self = weak.lock()) self->OnChecked(context, grant);
          });
        });
  }
}

void LiveSessions::OnChecked(const ContextPtr& context, const absl::StatusOr<Grant>& grant) {
  --checks_under_way_;
  if (const auto found = live_.find(context); found != live_.end()) {
    found->second.checked = false;
    const RelayConnectionPtr connection = found->second.connection;
    if (grant.ok()) {
      // A right that is new is the client's to ask for: a hook may have taken it away.
      if (grant->read_only && !connection->read_only()) connection->SetReadOnly(true);
      if (!grant->read_only && connection->read_only()) connection->RequestToken();
      NoteRenewal(*context, *grant);
      WatchExpiry(context);
    } else if (absl::IsPermissionDenied(grant.status())) {
      AskAgain(context);
    }  // otherwise nobody knows: that is no reason to close what was granted
  }
  AskAuthenticator();
}

// A token sync that succeeds sets `renewed`; one that fails closes the connection by itself.
void LiveSessions::AskAgain(const ContextPtr& context) {
  const auto found = live_.find(context);
  if (found == live_.end()) return;
  // It may be still to answer. One that has answered is asked again, as what it showed may be taken
  // back at any moment.
  const Any* const answered = context->Find("renewed");
  if (found->second.asked != 0 && (answered == nullptr || *answered != Any(true))) return;
  const uint64_t asked = found->second.asked = ++last_asked_;
  context->Set("renewed", false);
  found->second.connection->RequestToken();
  executor_.after(kRenewalPatienceMs,
                  [weak = weak_from_this(), asked, weak_context = std::weak_ptr(context)] {
                    const auto self = weak.lock();
                    const ContextPtr context = weak_context.lock();
                    if (self == nullptr || context == nullptr) return;
                    const auto found = self->live_.find(context);
                    if (found == self->live_.end() || found->second.asked != asked) return;
                    found->second.asked = 0;
                    const Any* const renewed = context->Find("renewed");
                    const int64_t expires_at_ms = ExpiryOf(context);
                    const bool over = expires_at_ms != 0 && expires_at_ms <= self->now_ms_();
                    if (renewed == nullptr || *renewed != Any(true) || over) {
                      const RelayConnectionPtr connection = found->second.connection;
                      return connection->Close(kReasonTokenExpired);
                    }
                    self->WatchExpiry(context);
                  });
}

}  // namespace ypp::transport
