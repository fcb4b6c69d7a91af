// One run: participants, a relay and a disk, a time of chaos, then peace, and what has to be true
// all along. At its end the memory is what it was: an idle relay holds what a new one does, and
// nothing is left when all of it is gone.
#ifndef YPP_TESTS_SIMULATION_SIMULATION_H_
#define YPP_TESTS_SIMULATION_SIMULATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ypp::simulation {

// What happened, to see that something did.
struct Events {
  size_t edits = 0;
  size_t cuts = 0;
  size_t partitions = 0;
  size_t relay_kills = 0;
  size_t participant_kills = 0;
  size_t disk_failures = 0;
  size_t full_disks = 0;
  size_t torn_writes = 0;
  size_t gossip = 0;
  size_t repeated = 0;  // updates sent again by another connection
  size_t acknowledged_clocks = 0;

  Events& operator+=(const Events& other);
};

struct Outcome {
  // Empty, or what was not as it must be.
  std::string failure;
  Events events;
  // Of each document at the end: all updates that the disk holds, and what every replica shows.
  struct Document {
    std::vector<std::string> updates;
    std::string text;
    std::string shown;
  };
  std::vector<Document> documents;
};

// The disk is that of SQLite in one seed of kSeedsPerSqlite, since it is slower.
constexpr uint64_t kSeedsPerSqlite = 5;
Outcome Simulate(uint64_t seed);

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_SIMULATION_H_
