#include "transport/upgrade_hooks.h"

#include <algorithm>

namespace ypp::transport {
namespace {

constexpr int kStatusForbidden = 403;

}  // namespace

// Once there are both, a gate and an answer.
void UpgradeHooks::Pending::Settle() {
  if (gate == nullptr || !answer) return;
  if (answer->ok()) {
    gate->Open(serve);
  } else {
    gate->Refuse("Forbidden");
  }
  serve = nullptr;
}

std::optional<HttpResponse> UpgradeHooks::Ask(const RequestPtr& request) {
  if (hooks_->on_upgrade.empty()) return std::nullopt;
  auto pending = std::make_shared<Pending>();
  const auto answered = [pending](absl::Status status) {
    pending->answer = IsSkipFurtherHooks(status) ? absl::OkStatus() : std::move(status);
    pending->Settle();
  };
  hooks_->on_upgrade.Run(hooks_->executor,
                         std::make_shared<UpgradePayload>(UpgradePayload{request}), answered);
  if (!pending->answer) asked_.emplace_back(request.get(), pending);
  if (!pending->answer || pending->answer->ok()) return std::nullopt;
  metrics_->Refuse("upgrade");
  HttpResponse response;
  response.status = kStatusForbidden;
  response.body = "forbidden\n";
  return response;
}

std::shared_ptr<SocketHandler> UpgradeHooks::Open(std::shared_ptr<Socket> socket,
                                                  const RequestPtr& request, Serve serve) {
  const auto it = std::find_if(asked_.begin(), asked_.end(), [&request](const auto& entry) {
    return entry.first == request.get();
  });
  if (it == asked_.end()) return serve();
  const std::shared_ptr<Pending> pending = it->second;
  asked_.erase(it);
  auto gate = std::make_shared<UpgradeGate>(std::move(socket), *limits_);
  pending->gate = gate;
  pending->serve = std::move(serve);
  pending->Settle();
  return gate;
}

}  // namespace ypp::transport
