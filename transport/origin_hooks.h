// Refuses WebSockets of web pages that are not among those allowed: the Origin check of RFC 6455,
// section 10.2.
#ifndef YPP_TRANSPORT_ORIGIN_HOOKS_H_
#define YPP_TRANSPORT_ORIGIN_HOOKS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "transport/hooks.h"
#include "transport/relay_metrics.h"

namespace ypp::transport {

// `metrics` must outlive the hooks.
inline Hooks OriginHooks(std::vector<std::string> allowed, RelayMetrics* metrics) {
  for (std::string& origin : allowed) absl::AsciiStrToLower(&origin);
  Hooks hooks;
  hooks.on_upgrade = [allowed = std::move(allowed), metrics](UpgradePayload& payload,
                                                             HookDone done) {
    const std::string* const origin = payload.request->Header("origin");
    // Browsers always send it, and pages cannot change it. Others could say what they like.
    const bool may =
        origin == nullptr ||
        std::find(allowed.begin(), allowed.end(), absl::AsciiStrToLower(*origin)) != allowed.end();
    if (!may) metrics->Refuse("origin");
    done(may ? absl::OkStatus() : absl::PermissionDeniedError("this origin is not allowed"));
  };
  return hooks;
}

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ORIGIN_HOOKS_H_
