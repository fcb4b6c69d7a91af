// Asks a relay for a handoff token.
#ifndef YPP_PLUGIN_HANDOFF_REQUEST_H_
#define YPP_PLUGIN_HANDOFF_REQUEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "plugin/session.h"

namespace ypp::plugin {

// Waits for the answer. `relay_url` is ws:// or wss://.
absl::StatusOr<Session::Handoff> RequestHandoffOf(const std::string& relay_url,
                                                  const std::string& document,
                                                  const std::string& token, int64_t ttl_ms);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_HANDOFF_REQUEST_H_
