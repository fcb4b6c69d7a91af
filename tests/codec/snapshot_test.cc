#include "codec/snapshot.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

constexpr UpdateFormat kV1 = UpdateFormat::kV1;
constexpr UpdateFormat kV2 = UpdateFormat::kV2;

// "abcd" of client 1 without its middle.
Snapshot AbcdWithoutMiddle() {
  Snapshot snapshot;
  snapshot.deletes.Add(1, {1, 2});
  snapshot.state.Set(1, 4);
  return snapshot;
}

TEST(Snapshot, IsADeleteSetAndAStateVector) {
  EXPECT_EQ(Hex(EncodeSnapshot(AbcdWithoutMiddle(), kV1)), Hex(Unhex("01 01 01 01 02 | 01 01 04")));
  EXPECT_EQ(Hex(EncodeSnapshot(AbcdWithoutMiddle(), kV2)), Hex(Unhex("01 01 01 01 01 | 01 01 04")));
  EXPECT_EQ(Hex(EncodeSnapshot(Snapshot(), kV1)), "0000");
}

TEST(Snapshot, IsWrittenWithClientsDescending) {
  Snapshot snapshot;
  snapshot.deletes.Add(1, {0, 1});
  snapshot.deletes.Add(2, {5, 1});
  snapshot.state.Set(1, 1);
  snapshot.state.Set(2, 6);
  const std::string bytes = EncodeSnapshot(snapshot, kV1);
  EXPECT_EQ(Hex(bytes), Hex(Unhex("02 02 01 05 01 01 01 00 01 | 02 02 06 01 01")));
  const absl::StatusOr<Snapshot> read = DecodeSnapshot(AsBytes(bytes), kV1);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, snapshot);
}

TEST(Snapshot, SortsRangesThatV2CouldNotHold) {
  Snapshot snapshot;
  snapshot.deletes.AddSeparately(1, {5, 2});
  snapshot.deletes.AddSeparately(1, {0, 1});
  EXPECT_EQ(Hex(EncodeSnapshot(snapshot, kV2)), Hex(Unhex("01 01 02 00 00 04 01 | 00")));
}

TEST(Snapshot, RefusesBytesThatEndEarlyAndSaysWhere) {
  const std::string whole = Unhex("01 01 01 01 02 01 01 04");
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto read = DecodeSnapshot(AsBytes(std::string_view(whole).substr(0, size)), kV1);
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_NE(std::string(read.status().message()).find(" at byte "), std::string::npos);
  }
}

TEST(Snapshot, ContainsAnUpdateWhoseStructsAndDeletionsItHas) {
  const Snapshot snapshot = AbcdWithoutMiddle();
  const auto contains = [&snapshot](const char* hex) {
    const std::string update = Unhex(hex);
    return SnapshotContainsUpdate(snapshot, AsBytes(update), kV1);
  };
  EXPECT_TRUE(*contains("00 00"));
  EXPECT_TRUE(*contains("01 01 01 00 04 01 01 74 04 61626364 00"));
  EXPECT_TRUE(*contains("00 01 01 01 02 01"));
  EXPECT_FALSE(*contains("00 01 01 01 03 01"));
  EXPECT_FALSE(*contains("01 01 01 00 04 01 01 74 05 6162636465 00"));
  EXPECT_FALSE(*contains("01 01 02 00 04 01 01 74 01 61 00"));
  EXPECT_FALSE(contains("01 01 01 00 04 01 01 74 04 6162").ok());
}

RC_GTEST_PROP(Snapshot, IsReadBackAsItWasWritten, ()) {
  Snapshot snapshot;
  const int ranges = *rc::gen::inRange(0, 20);
  for (int i = 0; i < ranges; ++i) {
    const ClientId client = *rc::gen::element<ClientId>(1, 2, 77, kMaxClientId);
    snapshot.deletes.Add(client,
                         {*rc::gen::inRange<Clock>(0, 5000), *rc::gen::inRange<Clock>(1, 90)});
    snapshot.state.Set(*rc::gen::inRange<ClientId>(0, 30), *rc::gen::inRange<Clock>(0, kMaxClock));
  }
  snapshot.deletes.Normalize();
  for (const UpdateFormat format : {kV1, kV2}) {
    const std::string bytes = EncodeSnapshot(snapshot, format);
    const absl::StatusOr<Snapshot> read = DecodeSnapshot(AsBytes(bytes), format);
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == snapshot);
    RC_ASSERT(EncodeSnapshot(*read, format) == bytes);
  }
}

}  // namespace
}  // namespace ypp::codec
