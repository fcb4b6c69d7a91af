// Where the relay's documents are: a Store that has what was synced, and operations that are not
// yet. A sync takes time and may fail; a power cut loses what was not synced, or all but a part of
// it.
#ifndef YPP_TESTS_SIMULATION_DISK_H_
#define YPP_TESTS_SIMULATION_DISK_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "transport/store.h"

namespace ypp::simulation {

// Outlives the relays that use it.
class Disk {
 public:
  Disk(Clock* clock, Chance* chance) : clock_(clock), chance_(chance) {}

  // For a relay that starts. The one before must be gone.
  std::unique_ptr<transport::Store> Open(transport::Store::Executor executor);
  // The relay has been killed: operations that were not synced are lost, but for some that came
  // first.
  void PowerCut();
  // How often syncs, and reads, fail.
  void SetFaults(unsigned percent) { fault_percent_ = percent; }

  // What is safe: a document's updates.
  std::vector<std::string> Synced(const std::string& document) const;
  size_t failed_syncs() const { return failed_syncs_; }

 private:
  friend class DiskStore;

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

  Clock* clock_;
  Chance* chance_;
  Documents documents_;
  std::vector<Operation> unsynced_;
  transport::StorePosition last_position_ = 0;
  uint64_t generation_ = 0;  // of the relay that uses it
  bool syncing_ = false;
  unsigned fault_percent_ = 0;
  size_t failed_syncs_ = 0;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_DISK_H_
