// What foreign bytes may cost: 16 bytes for each of theirs and 4 KiB for each update while they are
// checked, merged or converted; 40 for each of theirs in the document that they make.
#include <gtest/gtest.h>

#include <string>

#include "codec/snapshot.h"
#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/incoming_update.h"
#include "tests/crdt/allocation_meter.h"
#include "tests/crdt/greedy_updates.h"

namespace ypp {
namespace {

constexpr size_t kCheckFactor = 16;
constexpr size_t kCheckConstant = 4096;
constexpr size_t kDocumentFactor = 40;
// While the update is taken in, when what it deletes is still there beside what it leaves.
constexpr size_t kDocumentPeakFactor = 64;
// An empty document, and the room that its parts keep to grow into.
constexpr size_t kDocumentConstant = 16384;

constexpr size_t kSizes[] = {30, 300, 3000, 30000, 120000, 300000};

size_t PeakOf(const GreedyUpdate& update, std::string_view bytes,
              void (*run)(codec::Bytes, UpdateFormat)) {
  const AllocationMeter meter;
  run(codec::AsBytes(bytes), update.format);
  return meter.peak();
}

void Check(codec::Bytes bytes, UpdateFormat format) {
  (void)internal::IncomingUpdate::Check(bytes, codec::DialectOf(format));
}
void Meta(codec::Bytes bytes, UpdateFormat format) { (void)ParseUpdateMeta(bytes, format); }
void Vector(codec::Bytes bytes, UpdateFormat format) { (void)StateVectorFromUpdate(bytes, format); }
void Contains(codec::Bytes bytes, UpdateFormat format) {
  (void)SnapshotContainsUpdate(Snapshot(), bytes, format);
}

// The same updates in both formats; those in V2 which V2 makes so small that they are bounded by
// DecodeLimits and not by their bytes are left out.
std::vector<GreedyUpdate> GreedyUpdatesInBothFormats(size_t size_bytes) {
  std::vector<GreedyUpdate> updates = GreedyUpdates(size_bytes);
  for (size_t i = updates.size(); i-- > 0;) {
    const GreedyUpdate& v1 = updates[i];
    absl::StatusOr<std::string> v2 =
        ConvertUpdate(codec::AsBytes(v1.bytes), UpdateFormat::kV1, UpdateFormat::kV2);
    EXPECT_TRUE(v2.ok()) << v1.name << ": " << v2.status();
    if (!v2.ok() || v2->size() < v1.bytes.size() * 3 / 4) continue;
    updates.push_back({v1.name, *std::move(v2), UpdateFormat::kV2});
  }
  return updates;
}

TEST(MemoryLimits, CheckingAnUpdateTakes16TimesItsSizeAtMost) {
  for (const size_t size : kSizes) {
    for (const GreedyUpdate& update : GreedyUpdatesInBothFormats(size)) {
      SCOPED_TRACE(std::string(update.name) + ", " + std::to_string(update.bytes.size()) +
                   " bytes" + (update.format == UpdateFormat::kV2 ? " in V2" : ""));
      const std::string_view whole = update.bytes;
      // Whole, and refused because it ends early.
      for (const std::string_view bytes :
           {whole, whole.substr(0, whole.size() - 1), whole.substr(0, whole.size() / 2)}) {
        const size_t limit = kCheckFactor * bytes.size() + kCheckConstant;
        EXPECT_LE(PeakOf(update, bytes, Check), limit);
        EXPECT_LE(PeakOf(update, bytes, Meta), limit);
        EXPECT_LE(PeakOf(update, bytes, Vector), limit);
        EXPECT_LE(PeakOf(update, bytes, Contains), limit);
      }
    }
  }
}

TEST(MemoryLimits, ADocumentTakes40TimesTheSizeOfTheWorstUpdateAtMost) {
  for (const size_t size : kSizes) {
    for (const GreedyUpdate& update : GreedyUpdatesInBothFormats(size)) {
      SCOPED_TRACE(std::string(update.name) + ", " + std::to_string(update.bytes.size()) +
                   " bytes" + (update.format == UpdateFormat::kV2 ? " in V2" : ""));
      const AllocationMeter meter;
      Doc doc;
      ASSERT_TRUE(doc.ApplyUpdate(update.bytes, {}, update.format).ok());
      EXPECT_LE(meter.held(), kDocumentFactor * update.bytes.size() + kDocumentConstant);
      EXPECT_LE(meter.peak(), kDocumentPeakFactor * update.bytes.size() + kDocumentConstant);
      EXPECT_TRUE(CheckInvariants(doc).ok());
    }
  }
}

TEST(MemoryLimits, MergingAndConvertingTake16TimesTheInputsAtMost) {
  for (const size_t size : kSizes) {
    for (const GreedyUpdate& update : GreedyUpdatesInBothFormats(size)) {
      SCOPED_TRACE(std::string(update.name) + ", " + std::to_string(update.bytes.size()) +
                   " bytes" + (update.format == UpdateFormat::kV2 ? " in V2" : ""));
      const codec::Bytes bytes = codec::AsBytes(update.bytes);
      const codec::Bytes twice[] = {bytes, bytes};
      const UpdateFormat other =
          update.format == UpdateFormat::kV1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
      {
        const AllocationMeter meter;
        EXPECT_TRUE(MergeUpdates(twice, update.format).ok());
        EXPECT_LE(meter.peak(), 2 * (kCheckFactor * bytes.size() + kCheckConstant));
      }
      {
        const AllocationMeter meter;
        EXPECT_TRUE(ConvertUpdate(bytes, update.format, other).ok());
        EXPECT_LE(meter.peak(), kCheckFactor * bytes.size() + kCheckConstant);
      }
      const AllocationMeter meter;
      EXPECT_TRUE(DiffUpdate(bytes, StateVector(), update.format).ok());
      EXPECT_LE(meter.peak(), kCheckFactor * bytes.size() + kCheckConstant);
    }
  }
}

TEST(MemoryLimits, WhatALargeValueWasEncodedInIsGivenBack) {
  const std::string large(1 << 20, 'x');
  const AllocationMeter meter;
  Doc doc;
  ASSERT_TRUE(doc.GetArray("a").Insert(0, {large}).ok());
  EXPECT_LE(meter.held(), large.size() + kDocumentConstant);
}

TEST(MemoryLimits, ARunInV2IsBoundedByTheLimits) {
  const DecodeLimits limits;
  const std::string most = RunOfTypes(limits.free_structs);
  EXPECT_LT(most.size(), 40u);
  {
    const AllocationMeter meter;
    Doc doc;
    ASSERT_TRUE(doc.ApplyUpdate(most, {}, UpdateFormat::kV2).ok());
    EXPECT_LE(meter.held(), size_t{2500000});
    EXPECT_EQ(doc.GetArray("t").length(), limits.free_structs);
  }
  const std::string more = RunOfTypes(100000);
  const AllocationMeter meter;
  Doc doc;
  const absl::Status refused = doc.ApplyUpdate(more, {}, UpdateFormat::kV2);
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_LE(meter.peak(), kCheckConstant + kDocumentConstant);

  DocOptions options;
  options.decode_limits = DecodeLimits::TrustedStorage();
  Doc trusting(options);
  ASSERT_TRUE(trusting.ApplyUpdate(more, {}, UpdateFormat::kV2).ok());
  EXPECT_EQ(trusting.GetArray("t").length(), 100000u);
}

TEST(MemoryLimits, VectorsAndSnapshotsTake16TimesTheirSizeAtMost) {
  for (const size_t count : {size_t{10}, size_t{14337}, size_t{20000}}) {
    // Clients that rise, so that nothing is in order.
    codec::ByteWriter vector;
    codec::ByteWriter deletes;
    vector.WriteVarUint(count);
    deletes.WriteVarUint(count);
    for (uint64_t client = 0; client < count; ++client) {
      vector.WriteVarUint(client);
      vector.WriteVarUint(1);
      for (const uint64_t number : {client, uint64_t{1}, uint64_t{0}, uint64_t{1}}) {
        deletes.WriteVarUint(number);
      }
    }
    deletes.WriteUint8(0);
    {
      const AllocationMeter meter;
      const auto read = StateVector::Decode(codec::AsBytes(vector.bytes()));
      ASSERT_TRUE(read.ok());
      EXPECT_EQ(read->Get(count - 1), 1u);
      EXPECT_LE(meter.peak(), kCheckFactor * vector.size() + kCheckConstant);
    }
    const AllocationMeter meter;
    const auto read = DecodeSnapshot(codec::AsBytes(deletes.bytes()), UpdateFormat::kV1);
    ASSERT_TRUE(read.ok());
    EXPECT_LE(meter.peak(), kCheckFactor * deletes.size() + kCheckConstant);
  }
}

TEST(MemoryLimits, CountsThatLieTakeNothing) {
  const std::string huge = "\xff\xff\xff\xff\x0f";
  const std::string zero(1, '\0');
  for (const std::string& bytes :
       {huge + "\1\1\1", zero + huge + "\1\1\1", zero + "\1\1" + huge + "\1"}) {
    for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
      const AllocationMeter meter;
      EXPECT_FALSE(ParseUpdateMeta(codec::AsBytes(bytes), format).ok());
      EXPECT_LE(meter.peak(), kCheckConstant);
    }
    const AllocationMeter meter;
    (void)StateVector::Decode(codec::AsBytes(bytes));
    (void)DecodeSnapshot(codec::AsBytes(bytes), UpdateFormat::kV1);
    EXPECT_LE(meter.peak(), kCheckConstant);
  }
}

}  // namespace
}  // namespace ypp
