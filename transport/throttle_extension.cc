#include "transport/throttle_extension.h"

#include <chrono>
#include <utility>

namespace ypp {
namespace {

int64_t SteadyNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

ThrottleExtension::ThrottleExtension(ThrottleOptions options) : options_(std::move(options)) {
  if (!options_.now_ms) options_.now_ms = SteadyNowMs;
}

Hooks ThrottleExtension::hooks() {
  Hooks hooks;
  hooks.on_upgrade = [this](UpgradePayload& payload, HookDone done) {
    done(Admit(payload.request->remote_address)
             ? absl::OkStatus()
             : absl::PermissionDeniedError("too many connections"));
  };
  return hooks;
}

bool ThrottleExtension::Admit(const std::string& address) {
  const int64_t now_ms = options_.now_ms();
  Clean(now_ms);
  Visitor& visitor = visitors_[address];
  if (now_ms < visitor.banned_until_ms) return false;
  while (!visitor.opened_ms.empty() && visitor.opened_ms.front() <= now_ms - options_.within_ms) {
    visitor.opened_ms.pop_front();
  }
  visitor.opened_ms.push_back(now_ms);
  if (visitor.opened_ms.size() <= options_.sockets) return true;
  visitor.banned_until_ms = now_ms + options_.ban_ms;
  visitor.opened_ms.clear();
  return false;
}

void ThrottleExtension::Clean(int64_t now_ms) {
  if (now_ms - cleaned_ms_ < options_.within_ms) return;
  cleaned_ms_ = now_ms;
  for (auto it = visitors_.begin(); it != visitors_.end();) {
    const Visitor& visitor = it->second;
    const bool quiet =
        visitor.opened_ms.empty() || visitor.opened_ms.back() <= now_ms - options_.within_ms;
    it = quiet && visitor.banned_until_ms <= now_ms ? visitors_.erase(it) : std::next(it);
  }
}

}  // namespace ypp
