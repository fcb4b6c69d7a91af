#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>

namespace ypp::simulation {
namespace {

TEST(Simulation, TheSameSeedDoesTheSame) {
  for (const uint64_t seed : {uint64_t{7}, kSeedsPerSqlite}) {
    const Outcome first = Simulate(seed);
    const Outcome second = Simulate(seed);
    EXPECT_EQ(first.events.edits, second.events.edits);
    EXPECT_EQ(first.events.torn_writes, second.events.torn_writes);
    ASSERT_EQ(first.documents.size(), second.documents.size());
    for (size_t i = 0; i < first.documents.size(); ++i) {
      EXPECT_EQ(first.documents[i].updates, second.documents[i].updates);
      EXPECT_EQ(first.documents[i].shown, second.documents[i].shown);
    }
  }
}

TEST(Simulation, NothingAcknowledgedIsLostNobodyIsStuckAndAllEndEqual) {
  Events events;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    const Outcome outcome = Simulate(seed);
    events += outcome.events;
    EXPECT_EQ(outcome.failure, "") << "again: ypp-simulate --seed " << seed << " --seeds 1";
  }
  // That there was something to go wrong.
  EXPECT_GT(events.edits, 100'000u);
  EXPECT_GT(events.relay_kills, 1'000u);
  EXPECT_GT(events.disk_failures, 100u);
  EXPECT_GT(events.full_disks, 100u);
  EXPECT_GT(events.torn_writes, 100u);
  EXPECT_GT(events.repeated, 10'000u);
  EXPECT_GT(events.acknowledged_clocks, 100'000u);
}

}  // namespace
}  // namespace ypp::simulation
