#include "crdt/deleted_ranges.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace ypp::internal {
namespace {

using Units = std::set<std::pair<ClientIndex, Clock>>;

Units UnitsOf(const std::vector<DeletedRange>& ranges) {
  Units units;
  for (const DeletedRange& range : ranges) {
    for (Clock i = 0; i < range.length; ++i) units.emplace(range.id.client, range.id.clock + i);
  }
  return units;
}

// Few clients, as in an update of a document, or more clients than ranges.
std::vector<DeletedRange> RangesOf(ClientIndex clients) {
  std::vector<DeletedRange> ranges;
  for (int left = *rc::gen::inRange(0, 40); left > 0; --left) {
    DeletedRange& range = ranges.emplace_back();
    range.id = {*rc::gen::inRange<ClientIndex>(0, clients), *rc::gen::inRange<Clock>(0, 200)};
    range.length = *rc::gen::inRange<Clock>(1, 12);
  }
  return ranges;
}

RC_GTEST_PROP(DeletedRanges, InOrderTheyAreTheSameUnitsAndNoTwoTouch, ()) {
  std::vector<DeletedRange> ranges = RangesOf(*rc::gen::element<ClientIndex>(1, 3, 1'000));
  const Units units = UnitsOf(ranges);
  SortAndJoin(ranges);
  RC_ASSERT(UnitsOf(ranges) == units);
  RC_ASSERT(IsSorted(ranges.data(), ranges.data() + ranges.size()));
  for (size_t i = 1; i < ranges.size(); ++i) {
    const DeletedRange& a = ranges[i - 1];
    const DeletedRange& b = ranges[i];
    RC_ASSERT(std::tuple(a.id.client, a.id.clock + a.length) < std::tuple(b.id.client, b.id.clock));
  }
}

// What two authors deleted comes in turns, each author's in order.
TEST(DeletedRanges, OfTwoWhoTookTurnsAreJoinedEachByItself) {
  std::vector<DeletedRange> ranges;
  for (Clock clock = 0; clock < 100; clock += 10) {
    ranges.push_back({{1, clock}, 10});
    ranges.push_back({{0, clock}, 5});
  }
  SortAndJoin(ranges);
  ASSERT_EQ(ranges.size(), 11u);
  EXPECT_EQ(ranges[9].id, (LocalId{0, 90}));
  EXPECT_EQ(ranges[10].id, (LocalId{1, 0}));
  EXPECT_EQ(ranges[10].length, 100u);
}

}  // namespace
}  // namespace ypp::internal
