// Updates made to hurt: what Yjs or others crash, hang or go wrong on.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "codec/byte_writer.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/crdt/hex.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// A V1 update with one client, no deletions.
std::string OneStruct(ClientId client, Clock clock, std::string_view body) {
  codec::ByteWriter out;
  for (const uint64_t number : {uint64_t{1}, uint64_t{1}, client, uint64_t{clock}})
    out.WriteVarUint(number);
  out.WriteBytes(codec::AsBytes(body));
  out.WriteVarUint(0);
  return out.Take();
}

std::string GcOf(uint64_t length) {
  codec::ByteWriter out;
  out.WriteUint8(0);
  out.WriteVarUint(length);
  return out.Take();
}

constexpr Clock kLastDocumentClock = (uint64_t{1} << 32) - 1;

TEST(HostileUpdate, IsRefusedForAStructThatEndsPastWhatADocumentHolds) {
  Doc doc(WithClient(1));
  for (const Clock length : {kLastDocumentClock + 1, uint64_t{1} << 33, kMaxClock}) {
    EXPECT_EQ(doc.ApplyUpdate(OneStruct(2, 0, GcOf(length))).code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_FALSE(doc.ApplyUpdate(OneStruct(2, kLastDocumentClock, GcOf(1))).ok());
  EXPECT_TRUE(doc.GetStateVector().empty());
  EXPECT_TRUE(doc.GetPending().empty());
}

TEST(HostileUpdate, WaitsForEverWhenItBeginsPastWhatADocumentHolds) {
  for (const Clock clock : {kLastDocumentClock + 1, uint64_t{1} << 53, kMaxClock - 1}) {
    Doc doc(WithClient(1));
    const std::string update = OneStruct(2, clock, std::string("\x04\x01\x01t\x01x", 6));
    ASSERT_TRUE(doc.ApplyUpdate(update).ok());
    EXPECT_TRUE(doc.GetStateVector().empty());
    EXPECT_EQ(doc.EncodeUpdate(), update);
    const UpdateFormat v2 = UpdateFormat::kV2;
    Doc other(WithClient(3));
    ASSERT_TRUE(other.ApplyUpdate(doc.EncodeUpdate({}, v2), {}, v2).ok());
    EXPECT_EQ(other.EncodeUpdate(), update);
    EXPECT_EQ(other.GetPending().missing_structs, doc.GetPending().missing_structs);
    EXPECT_TRUE(CheckInvariants(other).ok()) << CheckInvariants(other);
  }
}

TEST(HostileUpdate, EmptyStructsWaitAndArePassedOver) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, std::string("\x04\x01\x01t\x00", 5))).ok());
  EXPECT_TRUE(doc.GetStateVector().empty());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 1, std::string("\x04\x01\x01t\x00", 5))).ok());
  EXPECT_FALSE(doc.GetPending().empty());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, std::string("\x04\x01\x01t\x01x", 6))).ok());
  EXPECT_TRUE(doc.GetPending().empty());
  EXPECT_EQ(doc.GetText("t").ToString(), "x");
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

// What Yjs 13.6 makes of it.
TEST(HostileUpdate, AValueThatLeansIntoATextUnderAKeyLeavesBothHalvesOfTheText) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.ApplyUpdate(absl::HexStringToBytes("010205002401016d016b02616288050001"
                                                     "7d0100"))
                  .ok());
  EXPECT_EQ(doc.GetMap("m").Get("k"), Value("b"));
  EXPECT_EQ(Hex(doc), "010305002401016d016b0161a405000162a10500010105010201");
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(HostileUpdate, SoDoesOneThatLeansIntoSeveralValuesUnderAKey) {
  Doc doc(WithClient(1));
  // Client 2 sets "k" of "m" to two values at once; client 5 leans on the first of them.
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, "\x28\x01\x01m\x01k\x02\x7d\x07\x7d\x08")).ok());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(5, 0, std::string("\x88\x02\0\x01\x7d\x09", 6))).ok());
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  Doc copy(WithClient(3));
  ASSERT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(copy.GetMap("m").Get("k"), doc.GetMap("m").Get("k"));
}

// For the sanitizers: an empty name of a document without a byte of content.
TEST(HostileUpdate, ARootWithoutANameIsWrittenOfADocumentWithoutContent) {
  Doc doc(WithClient(1));
  const std::string update = OneStruct(2, 0, std::string("\x01\x01\x00\x01", 4));
  ASSERT_TRUE(doc.ApplyUpdate(update).ok());
  Doc copy(WithClient(3));
  ASSERT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_TRUE(copy.GetStateVector() == doc.GetStateVector());
}

TEST(HostileUpdate, ClaimingAllClocksOfAClientDoesNotSilenceIt) {
  Doc victim(WithClient(7));
  Text text = victim.GetText("t");
  ASSERT_TRUE(victim.ApplyUpdate(OneStruct(7, 0, GcOf(kLastDocumentClock))).ok());
  ASSERT_TRUE(text.Insert(0, "still here").ok());
  EXPECT_EQ(text.ToString(), "still here");
  Doc other(WithClient(8));
  ASSERT_TRUE(other.ApplyUpdate(victim.EncodeUpdate()).ok());
  EXPECT_EQ(other.GetText("t").ToString(), "still here");
  EXPECT_TRUE(CheckInvariants(victim).ok()) << CheckInvariants(victim);
}

TEST(HostileUpdate, OriginsAtTheLastClockJustWait) {
  codec::ByteWriter body;
  body.WriteUint8(0x84);
  body.WriteVarUint(3);
  body.WriteVarUint(kMaxClock);
  body.WriteVarString("x");
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, body.bytes())).ok());
  EXPECT_FALSE(doc.GetPending().empty());
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(HostileUpdate, StructsThatWaitForEachOtherWaitForEver) {
  // 1:0 leans on 2:0, which leans on 1:1, which comes after 1:0.
  codec::ByteWriter out;
  out.WriteVarUint(2);
  for (const uint64_t number : {1, 2, 0}) out.WriteVarUint(number);
  out.WriteBytes(codec::AsBytes("\x84\x01\x01\x01x"));
  for (const uint64_t number : {2, 1, 0}) out.WriteVarUint(number);
  out.WriteBytes(codec::AsBytes(std::string("\x84\x02\x00\x01y", 5)));
  out.WriteBytes(codec::AsBytes(std::string("\x84\x01\x00\x01z", 5)));
  out.WriteVarUint(0);
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(out.bytes()).ok());
  EXPECT_TRUE(doc.GetStateVector().empty());
  EXPECT_FALSE(doc.GetPending().empty());
  // All three are still there for whoever asks.
  Doc copy(WithClient(10));
  ASSERT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(copy.EncodeUpdate(), doc.EncodeUpdate());
}

// Whoever has collected what waits here sends it as a collected run, which waits for nothing.
TEST(HostileUpdate, WhatIsBehindAStructThatWaitsFitsOnceThatCameInAnotherForm) {
  // Of client 2: clock 0 waits for client 3, clocks 1 to 4 are collected; and clocks 0 and 1 as
  // others have them.
  std::string waits("\x01\x02\x02\x00", 4);
  waits +=
      std::string("\x84\x03\x00\x01x", 5) + std::string("\x00\x04", 2) + std::string("\x00", 1);
  const std::string collected("\x01\x01\x02\x00\x00\x02\x00", 7);
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.ApplyUpdate(waits).ok());
  ASSERT_TRUE(doc.ApplyUpdate(collected).ok());
  EXPECT_EQ(doc.GetStateVector().Get(2), 5u);
  EXPECT_TRUE(doc.GetPending().empty());
  Doc other(WithClient(1));
  ASSERT_TRUE(other.ApplyUpdate(collected).ok());
  ASSERT_TRUE(other.ApplyUpdate(waits).ok());
  EXPECT_EQ(doc.EncodeUpdate(), other.EncodeUpdate());
}

TEST(HostileUpdate, AStructThatLeansOnItselfBehindAGapHurtsNobodyElse) {
  Doc doc(WithClient(1));
  // Client 2 waits for its clock 0, and its clock 1 leans on its clock 5; client 3 leans on client
  // 2's clock 0.
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 1, std::string("\x84\x02\x05\x01x", 5))).ok());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(3, 0, std::string("\x84\x02\x00\x01y", 5))).ok());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, std::string("\x04\x01\x01t\x01x", 6))).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "xy");
  EXPECT_EQ(doc.GetStateVector().Get(2), 1u);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

// Yjs would write what nobody can load.
TEST(HostileUpdate, TheStateCanBeLoadedWhenTheGapBeforeAStructThatLeansOnItselfIsFilled) {
  Doc doc(WithClient(1));
  // Of client 2: clock 2 leans on clock 5; clock 1 leans on client 3, which nobody has; clock 0.
  for (const std::string& update : {OneStruct(2, 2, std::string("\x84\x02\x05\x01x", 5)),
                                    OneStruct(2, 1, std::string("\x84\x03\x00\x01y", 5)),
                                    OneStruct(2, 0, std::string("\x04\x01\x01t\x01z", 6)),
                                    OneStruct(3, 0, std::string("\x84\x02\x00\x01w", 5))}) {
    ASSERT_TRUE(doc.ApplyUpdate(update).ok());
    for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
      Doc copy(WithClient(9));
      ASSERT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate({}, format), {}, format).ok());
      EXPECT_EQ(copy.GetText("t").ToString(), doc.GetText("t").ToString());
    }
  }
  EXPECT_EQ(doc.GetText("t").ToString(), "zwy");
  // Another one in its place.
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 2, std::string("\x84\x02\x01\x01v", 5))).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "zwyv");
  EXPECT_TRUE(doc.GetPending().empty());
}

// A skip of length 0 is no gap: nothing would come between to wait for.
TEST(HostileUpdate, AStructThatLeansOnItselfBehindAnEmptySkipIsRefused) {
  Doc doc(WithClient(1));
  // Of client 2: a skip of no clocks, then clock 0, whose parent is its own clock 5.
  const std::string empty_skip("\x0a\x00", 2);
  const std::string leaning("\x04\x00\x02\x05\x01x", 6);
  std::string update("\x01\x02\x02\x00", 4);
  update += empty_skip + leaning + std::string("\x00", 1);
  EXPECT_EQ(doc.ApplyUpdate(update).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(doc.GetPending().empty());
}

// The same where the empty skip comes with what waits for a gap before it.
TEST(HostileUpdate, TheStateCanBeLoadedWhenAStructThatLeansOnItselfWaitedBehindAnEmptySkip) {
  Doc doc(WithClient(1));
  // Of client 2: clock 1 waits for client 3, then the empty skip, then clock 2 leans on clock 5.
  std::string update("\x01\x03\x02\x01", 4);
  update += std::string("\x84\x03\x00\x01y", 5) + std::string("\x0a\x00", 2) +
            std::string("\x84\x02\x05\x01x", 5) + std::string("\x00", 1);
  for (const std::string& next : {update, OneStruct(2, 0, std::string("\x04\x01\x01t\x01z", 6))}) {
    ASSERT_TRUE(doc.ApplyUpdate(next).ok());
    Doc copy(WithClient(9));
    const absl::Status loaded = copy.ApplyUpdate(doc.EncodeUpdate());
    ASSERT_TRUE(loaded.ok()) << loaded;
  }
}

TEST(HostileUpdate, AParentThatHoldsNoTypeTakesItsChildrenAlong) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "a").ok());
  // Parent is the item 1:0, a character.
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, std::string("\x04\x00\x01\x00\x01x", 6))).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "a");
  EXPECT_EQ(doc.GetStateVector().Get(2), 1u);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(HostileUpdate, ManyGapsCostWhatTheyWeigh) {
  Doc doc(WithClient(1));
  // Every second clock of one client: none fits.
  for (Clock i = 0; i < 5000; ++i) {
    ASSERT_TRUE(
        doc.ApplyUpdate(OneStruct(2, 1 + 2 * i, std::string("\x04\x01\x01t\x01x", 6))).ok());
  }
  EXPECT_TRUE(doc.GetStateVector().empty());
  ASSERT_TRUE(doc.ApplyUpdate(OneStruct(2, 0, std::string("\x04\x01\x01t\x01x", 6))).ok());
  EXPECT_EQ(doc.GetStateVector().Get(2), 2u);
}

TEST(HostileUpdate, ManyWaitingDeletionsAreJoinedAndCheap) {
  Doc doc(WithClient(1));
  for (Clock i = 0; i < 20000; ++i) {
    codec::ByteWriter out;
    for (const uint64_t number :
         {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{1}, uint64_t{i}, uint64_t{1}}) {
      out.WriteVarUint(number);
    }
    ASSERT_TRUE(doc.ApplyUpdate(out.bytes()).ok());
  }
  EXPECT_EQ(doc.GetPending().size_bytes, sizeof(ClockRange));
}

}  // namespace
}  // namespace ypp
