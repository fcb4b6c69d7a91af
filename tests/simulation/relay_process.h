// A relay that can be killed: everything behind its sockets, on a simulated clock.
#ifndef YPP_TESTS_SIMULATION_RELAY_PROCESS_H_
#define YPP_TESTS_SIMULATION_RELAY_PROCESS_H_

#include <memory>

#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"
#include "transport/connection.h"
#include "transport/document_hub.h"
#include "transport/hook_chain.h"
#include "transport/relay_metrics.h"

namespace ypp::simulation {

class RelayProcess {
 public:
  RelayProcess(Clock* clock, Disk* disk);
  // As if killed: nothing that was under way happens any more.
  ~RelayProcess();

  std::shared_ptr<transport::SocketHandler> Accept(std::shared_ptr<transport::Socket> socket);
  void Tick() { hub_->Tick(clock_->now_ms()); }
  // False: the disk did not let it start, and it is good for nothing.
  bool runs() const { return hub_ != nullptr; }
  transport::DocumentHub& hub() { return *hub_; }

 private:
  transport::Executor MakeExecutor();

  Clock* clock_;
  // Tasks of a process that is gone do nothing.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  transport::RelayMetrics metrics_;
  transport::HookChains hooks_;
  std::unique_ptr<transport::Store> store_;
  std::unique_ptr<transport::DocumentHub> hub_;
  transport::ConnectionServices services_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_RELAY_PROCESS_H_
