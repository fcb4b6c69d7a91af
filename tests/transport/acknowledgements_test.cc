#include "transport/acknowledgements.h"

#include <gtest/gtest.h>

#include "transport/gathered_changes.h"

namespace ypp::transport {
namespace {

TEST(Acknowledgements, NothingOvertakesWhatWasOwedBefore) {
  Acknowledgements owed;
  owed.Add({1, true}, 2);
  owed.Add({2, false}, 0);
  EXPECT_FALSE(owed.TakeDue(1));
  EXPECT_EQ(owed.TakeDue(2)->member, 1u);
  EXPECT_EQ(owed.TakeDue(2)->member, 2u);
  EXPECT_FALSE(owed.TakeDue(2));
}

TEST(Acknowledgements, WhatIsForGatheredChangesWaitsForTheirAppend) {
  Acknowledgements owed;
  owed.AddGathered({1, true});
  EXPECT_FALSE(owed.TakeDue(1'000));
  owed.SetGathered(3);
  EXPECT_FALSE(owed.TakeDue(2));
  EXPECT_EQ(owed.TakeDue(3)->member, 1u);
}

TEST(GatheredChanges, HaveAnAuthorWhileOneAloneMadeThem) {
  const std::string nothing("\0\0", 2);
  GatheredChanges gathered;
  EXPECT_FALSE(gathered.author());
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  EXPECT_EQ(gathered.author(), 7u);
  gathered.Add(8, 8, {nothing}, {nothing}, false);
  EXPECT_FALSE(gathered.author());
  EXPECT_EQ(gathered.size_bytes(), 6u);
  EXPECT_EQ(gathered.Take().appends, std::vector<std::string>{nothing});
  EXPECT_TRUE(gathered.empty());
  EXPECT_EQ(gathered.size_bytes(), 0u);
}

TEST(GatheredChanges, AreKnownToWhoKnowsAllOfThem) {
  const std::string nothing("\0\0", 2);
  GatheredChanges gathered;
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  gathered.Add(8, 8, {}, {nothing}, true);  // waits for another: nothing to send yet
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  EXPECT_EQ(gathered.Take().knows, 7u);
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  gathered.Add(8, 8, {nothing}, {nothing}, false);
  EXPECT_EQ(gathered.Take().knows, 0u);
  gathered.Add(7, 0, {nothing}, {nothing}, false);
  gathered.Add(7, 7, {nothing}, {nothing}, false);
  EXPECT_EQ(gathered.Take().knows, 0u);
}

}  // namespace
}  // namespace ypp::transport
