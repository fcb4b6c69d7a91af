// Where the relay's documents are, on a disk that fails: what is written is not safe until a sync,
// which takes time and may fail; there may be no room; and the power may go.
#ifndef YPP_TESTS_SIMULATION_DISK_H_
#define YPP_TESTS_SIMULATION_DISK_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "transport/store.h"

namespace ypp::simulation {

// What a disk did to those who used it.
struct DiskEvents {
  size_t failures = 0;     // transactions that an error ended
  size_t full = 0;         // those for which there was no room
  size_t torn_writes = 0;  // of which a power cut left a part
};

// Outlives the relays that use it, one at a time.
class Disk {
 public:
  virtual ~Disk() = default;

  // For a relay that starts; the one before must be gone. Null when the disk does not let it.
  virtual std::unique_ptr<transport::Store> Open(transport::Store::Executor executor) = 0;
  // The relay has been killed: of what it wrote and did not sync, chance says what is lost.
  virtual void PowerCut() = 0;
  // How often a transaction fails.
  virtual void SetFaults(unsigned percent) = 0;
  virtual void SetFull(bool full) = 0;

  // What is safe: a document's updates.
  virtual std::vector<std::string> Synced(const std::string& document) = 0;
  const DiskEvents& events() const { return events_; }

 protected:
  DiskEvents events_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_DISK_H_
