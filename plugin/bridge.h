// A session for a host in another language: JSON lines on two file descriptors. BRIDGE.md.
#ifndef YPP_PLUGIN_BRIDGE_H_
#define YPP_PLUGIN_BRIDGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "plugin/session.h"

namespace ypp::plugin {

// What the first line of either side says. A host of another version is told so and left.
inline constexpr int kBridgeVersion = 1;
// While more than this waits for a host that does not read, its lines are not read either, and
// events are dropped; one `resync` event then says so.
inline constexpr size_t kMaxBridgeOutputBytes = 8 << 20;

struct BridgeOptions {
  SessionOptions session;
  std::string console_url;
  int64_t handoff_ttl_ms = 0;  // 0: what the relay takes
};

// Reads lines until `dispose` or the end of the input. Gives the program's exit code: 0, 1 when the
// relay has not confirmed everything, 2 when the session cannot be opened or the first line is no
// hello of this version.
int RunBridge(BridgeOptions options, int input_fd, int output_fd);
// In its place when there are no options to be had: the line that says why.
void RefuseBridge(const absl::Status& status, int output_fd);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_BRIDGE_H_
