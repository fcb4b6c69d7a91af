// A disk that is fast: a Store that has what was synced, and operations that are not yet. A power
// cut loses those, or all but the first of them. Errors of the calls below a store, and writes that
// are torn, are those of sqlite_disk.h.
#ifndef YPP_TESTS_SIMULATION_LOG_DISK_H_
#define YPP_TESTS_SIMULATION_LOG_DISK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace ypp::simulation {

class LogDisk : public Disk {
 public:
  LogDisk(Clock* clock, Chance* chance) : clock_(clock), chance_(chance) {}

  std::unique_ptr<transport::Store> Open(transport::Store::Executor executor) override;
  void PowerCut() override;
  void SetFaults(unsigned percent) override { fault_percent_ = percent; }
  void SetFull(bool full) override { full_ = full; }
  std::vector<std::string> Synced(const std::string& document) override;

 private:
  friend class LogDiskStore;

  struct Logged {
    transport::StorePosition position = 0;
    std::string bytes;
    std::string origin;
  };
  struct Document {
    std::string snapshot;
    transport::StorePosition snapshot_through = 0;
    std::deque<Logged> log;
  };
  using Documents = std::map<std::string, Document>;
  // Not yet synced: what it does to the documents, and whom to tell.
  struct Operation {
    std::function<void(Documents&)> apply;
    std::function<void(absl::Status)> done;
    bool writes = true;
  };

  void Add(Operation operation);
  void Sync(uint64_t generation);
  absl::Status Fate();

  Clock* clock_;
  Chance* chance_;
  Documents documents_;
  std::vector<Operation> unsynced_;
  transport::StorePosition last_position_ = 0;
  uint64_t generation_ = 0;  // of the relay that uses it
  bool syncing_ = false;
  bool full_ = false;
  unsigned fault_percent_ = 0;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_LOG_DISK_H_
