#include "codec/delete_set.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

DeleteSet ReadV1(std::string_view hex) {
  const std::string bytes = Unhex(hex);
  ByteReader in(AsBytes(bytes));
  const DeleteSet set = ReadDeleteSetV1(in);
  EXPECT_TRUE(in.ok()) << in.status();
  return set;
}

std::string V1(const DeleteSet& set) {
  ByteWriter out;
  WriteDeleteSetV1(out, set);
  return Hex(out.bytes());
}

std::string V2(const DeleteSet& set) {
  ByteWriter out;
  WriteDeleteSetV2(out, set);
  return Hex(out.bytes());
}

TEST(DeleteSet, GrowsItsLastRange) {
  DeleteSet set;
  set.Add(1, {3, 2});
  set.Add(1, {5, 1});
  set.Add(1, {9, 1});
  ASSERT_EQ(set.clients().size(), 1u);
  EXPECT_EQ(set.clients()[0].ranges, (std::vector<ClockRange>{{3, 3}, {9, 1}}));
}

TEST(DeleteSet, IsWrittenAsItWasRead) {
  const char* unsorted = "02 01 02 05 02 00 06 09 01 07 01";
  EXPECT_EQ(V1(ReadV1(unsorted)), Hex(Unhex(unsorted)));
}

TEST(DeleteSet, CollectsTheRangesOfAClientThatOccursTwice) {
  EXPECT_EQ(V1(ReadV1("02 01 01 05 02 | 01 01 00 01")), Hex(Unhex("01 01 02 05 02 00 01")));
}

TEST(DeleteSet, DropsClientsWithoutRanges) { EXPECT_TRUE(ReadV1("02 01 00 02 00").empty()); }

TEST(DeleteSet, UnitesRangesThatTouchOrOverlapAndSortsClientsDescending) {
  DeleteSet set = ReadV1("02 01 04 05 02 00 03 03 02 0a 01 | 09 01 00 01");
  set.Normalize();
  EXPECT_EQ(V1(set), Hex(Unhex("02 09 01 00 01 | 01 02 00 07 0a 01")));
}

TEST(DeleteSet, KeepsZeroLengthRangesInV1AndLeavesThemOutOfV2) {
  DeleteSet set = ReadV1("02 01 01 05 00 | 02 02 01 00 08 01");
  EXPECT_EQ(V1(set), Hex(Unhex("02 01 01 05 00 | 02 02 01 00 08 01")));
  EXPECT_EQ(V2(set), Hex(Unhex("01 02 01 08 00")));
}

TEST(DeleteSet, WritesClocksAsDifferencesInV2) {
  DeleteSet set;
  set.Add(9, {2, 3});
  set.Add(9, {10, 1});
  set.Add(4, {1, 2});
  EXPECT_EQ(V2(set), Hex(Unhex("02 09 02 02 02 05 00 | 04 01 01 01")));
}

TEST(DeleteSet, FindsWhatItContains) {
  DeleteSet set = ReadV1("02 05 02 02 03 0a 01 | 01 01 00 01");
  set.Normalize();
  EXPECT_FALSE(set.Contains({5, 1}));
  EXPECT_TRUE(set.Contains({5, 2}));
  EXPECT_TRUE(set.Contains({5, 4}));
  EXPECT_FALSE(set.Contains({5, 5}));
  EXPECT_TRUE(set.Contains({5, 10}));
  EXPECT_FALSE(set.Contains({4, 2}));
  EXPECT_TRUE(set.Contains({1, 0}));
}

TEST(DeleteSet, RefusesClocksThatDoNotFitAndCountsLargerThanTheInput) {
  for (const char* hex :
       {"01 01 01 808080808080808001 01", "01 01 01 00 808080808080808001",
        "01 01 01 ffffffffffffff7f 01", "ff7f", "01 01 ff7f 00 01", "01 01 01 00", "01 01"}) {
    const std::string bytes = Unhex(hex);
    ByteReader v1(AsBytes(bytes));
    EXPECT_TRUE(ReadDeleteSetV1(v1).empty()) << hex;
    EXPECT_FALSE(v1.ok()) << hex;
    ByteReader v2(AsBytes(bytes));
    EXPECT_TRUE(ReadDeleteSetV2(v2).empty()) << hex;
    EXPECT_FALSE(v2.ok()) << hex;
  }
}

TEST(DeleteSet, ReadsManyClientsInLinearTime) {
  constexpr uint64_t kClients = 200000;
  ByteWriter out;
  out.WriteVarUint(kClients);
  for (uint64_t client = 0; client < kClients; ++client) {
    out.WriteVarUint(client);
    out.WriteVarUint(1);
    out.WriteVarUint(client);
    out.WriteVarUint(1);
  }
  ByteReader in(AsBytes(out.bytes()));
  DeleteSet set = ReadDeleteSetV1(in);
  set.Normalize();
  set.Add(7, {100, 1});
  EXPECT_EQ(set.clients().size(), kClients);
  EXPECT_TRUE(set.Contains({199999, 199999}));
  EXPECT_TRUE(set.Contains({7, 100}));
}

// The plain way: a set of all ids.
RC_GTEST_PROP(DeleteSet, NormalizedHoldsTheSameIdsAndSurvivesBothFormats, ()) {
  DeleteSet set;
  std::set<std::pair<ClientId, Clock>> ids;
  const int ranges = *rc::gen::inRange(0, 30);
  for (int i = 0; i < ranges; ++i) {
    const ClientId client = *rc::gen::inRange<ClientId>(0, 12);
    const ClockRange range = {*rc::gen::inRange<Clock>(0, 40), *rc::gen::inRange<Clock>(1, 5)};
    set.Add(client, range);
    for (Clock clock = range.clock; clock < range.end(); ++clock) ids.insert({client, clock});
  }
  set.Normalize();
  for (ClientId client = 0; client < 12; ++client) {
    for (Clock clock = 0; clock < 50; ++clock) {
      RC_ASSERT(set.Contains({client, clock}) == (ids.count({client, clock}) > 0));
    }
  }
  ByteWriter v1;
  WriteDeleteSetV1(v1, set);
  ByteReader in1(AsBytes(v1.bytes()));
  RC_ASSERT(ReadDeleteSetV1(in1) == set);
  ByteWriter v2;
  WriteDeleteSetV2(v2, set);
  ByteReader in2(AsBytes(v2.bytes()));
  RC_ASSERT(ReadDeleteSetV2(in2) == set);
}

}  // namespace
}  // namespace ypp::codec
