// The relay's own tables in SQLite, on the disk in memory of tests/transport/faulty_disk.h: any
// call of SQLite to the system may fail, there may be no room, and a power cut in the middle of a
// transaction leaves each write that was not synced as it was meant, torn, or not at all, in no
// order.
#ifndef YPP_TESTS_SIMULATION_SQLITE_DISK_H_
#define YPP_TESTS_SIMULATION_SQLITE_DISK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"
#include "tests/transport/faulty_disk.h"
#include "transport/sqlite_operations.h"

namespace ypp::simulation {

// While it lives it is where SQLite has all its files.
class SqliteDisk : public Disk {
 public:
  SqliteDisk(Clock* clock, Chance* chance) : clock_(clock), chance_(chance) {}

  std::unique_ptr<transport::Store> Open(transport::Store::Executor executor) override;
  void PowerCut() override;
  void SetFaults(unsigned percent) override { fault_percent_ = percent; }
  void SetFull(bool full) override;
  std::vector<std::string> Synced(const std::string& document) override;

 private:
  friend class SqliteDiskStore;

  void Add(transport::SqliteOperation operation);
  void Sync(uint64_t generation);
  void FailSomeCall();

  Clock* clock_;
  Chance* chance_;
  transport::FaultyDisk calls_;
  std::unique_ptr<transport::SqliteLog> log_;  // the running relay's
  transport::Store::Executor executor_;
  std::deque<transport::SqliteOperation> waiting_;
  uint64_t generation_ = 0;  // of the relay that uses it
  bool syncing_ = false;
  unsigned fault_percent_ = 0;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_SQLITE_DISK_H_
