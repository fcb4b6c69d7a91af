#include "tests/simulation/relay_process.h"

#include <utility>

#include "transport/authenticator_hooks.h"

namespace ypp::simulation {

RelayProcess::RelayProcess(Clock* clock, Disk* disk) : clock_(clock) {
  hooks_.executor = MakeExecutor();
  hooks_.Add(transport::HooksOf(std::make_shared<transport::OpenAuthenticator>()));
  store_ = disk->Open(hooks_.executor.post);
  if (store_ == nullptr) return;
  transport::HubOptions options;
  // Small, so that short runs compact, too.
  options.compact_log_bytes = 512;
  options.room.gather = true;
  hub_ = std::make_unique<transport::DocumentHub>(store_.get(), &hooks_, &metrics_, options);
  services_.hub = hub_.get();
  services_.hooks = &hooks_;
  services_.metrics = &metrics_;
}

RelayProcess::~RelayProcess() { alive_ = nullptr; }

transport::Executor RelayProcess::MakeExecutor() {
  const std::weak_ptr<const bool> alive = alive_;
  transport::Executor executor;
  executor.post = [clock = clock_, alive](transport::Executor::Task task) {
    clock->After(0, [alive, task = std::move(task)] {
      if (!alive.expired()) task();
    });
  };
  executor.here = [] { return true; };
  executor.after = [clock = clock_, alive](int64_t delay_ms, transport::Executor::Task task) {
    clock->After(delay_ms, [alive, task = std::move(task)] {
      if (!alive.expired()) task();
    });
  };
  // A turn takes so long: what comes within it goes out together.
  executor.at_turn_end = [clock = clock_, alive](transport::Executor::Task task) {
    clock->After(1, [alive, task = std::move(task)] {
      if (!alive.expired()) task();
    });
  };
  executor.now_ms = [clock = clock_] { return clock->now_ms(); };
  return executor;
}

std::shared_ptr<transport::SocketHandler> RelayProcess::Accept(
    std::shared_ptr<transport::Socket> socket) {
  return std::make_shared<transport::Connection>(std::move(socket), &services_, "socket",
                                                 std::make_shared<HttpRequest>(), clock_->now_ms());
}

}  // namespace ypp::simulation
