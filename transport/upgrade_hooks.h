// OnUpgrade for sockets: a request is refused over HTTP when the hooks say so at once; otherwise
// its socket opens, and waits behind an UpgradeGate for hooks that answer later.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_UPGRADE_HOOKS_H_
#define YPP_TRANSPORT_UPGRADE_HOOKS_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "transport/connection_limits.h"
#include "transport/hook_chain.h"
#include "transport/http_message.h"
#include "transport/relay_metrics.h"
#include "transport/socket.h"
#include "transport/upgrade_gate.h"

namespace ypp::transport {

class UpgradeHooks {
 public:
  using RequestPtr = std::shared_ptr<const HttpRequest>;
  using Serve = std::function<std::shared_ptr<SocketHandler>()>;

  // All must outlive it.
  UpgradeHooks(const HookChains* hooks, const ConnectionLimits* limits, RelayMetrics* metrics)
      : hooks_(hooks), limits_(limits), metrics_(metrics) {}

  // A response is sent instead of opening a socket.
  std::optional<HttpResponse> Ask(const RequestPtr& request);
  // Its socket is open. `serve` makes its handler, now or once the hooks have let it in.
  std::shared_ptr<SocketHandler> Open(std::shared_ptr<Socket> socket, const RequestPtr& request,
                                      Serve serve);

 private:
  struct Pending {
    std::optional<absl::Status> answer;
    std::shared_ptr<UpgradeGate> gate;
    Serve serve;
    void Settle();
  };

  const HookChains* hooks_;
  const ConnectionLimits* limits_;
  RelayMetrics* metrics_;
  // Those whose socket is not open yet.
  std::vector<std::pair<const HttpRequest*, std::shared_ptr<Pending>>> asked_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_UPGRADE_HOOKS_H_
