#include "codec/update_algebra.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

std::string Merge(const std::vector<std::string>& updates,
                  UpdateFormat format = UpdateFormat::kV1) {
  std::vector<Bytes> bytes;
  for (const std::string& update : updates) bytes.push_back(AsBytes(update));
  const absl::StatusOr<std::string> merged = MergeUpdates(bytes, format);
  EXPECT_TRUE(merged.ok()) << merged.status();
  return merged.ok() ? *merged : "";
}

std::string Diff(const std::string& update, const StateVector& known) {
  const absl::StatusOr<std::string> diff = DiffUpdate(AsBytes(update), known, UpdateFormat::kV1);
  EXPECT_TRUE(diff.ok()) << diff.status();
  return diff.ok() ? *diff : "";
}

// As the algebra writes it when it changes nothing.
std::string Normalized(const std::string& update) {
  return *ConvertUpdate(AsBytes(update), UpdateFormat::kV1, UpdateFormat::kV1);
}

TEST(MergeUpdates, GivesTheEmptyUpdateForNone) {
  EXPECT_EQ(Hex(Merge({})), "0000");
  EXPECT_EQ(Hex(Merge({}, UpdateFormat::kV2)),
            Hex(Unhex("00 00 00 00 00 00 01 00 00 00 00 00 00")));
}

TEST(MergeUpdates, GivesOneBackByteForByte) {
  const std::string trailing = Unhex("00 00 07");
  EXPECT_EQ(Merge({trailing}), trailing);
}

TEST(MergeUpdates, FillsWhatIsMissingBetweenTwoWithASkip) {
  const std::string a = Unhex("01 | 01 01 00 | 04 01 01 74 01 61 | 00");
  const std::string c = Unhex("01 | 01 01 02 | 84 01 01 01 63 | 00");
  const std::string merged =
      Unhex("01 | 03 01 00 | 04 01 01 74 01 61 | 0a 01 | 84 01 01 01 63 | 00");
  EXPECT_EQ(Hex(Merge({a, c})), Hex(merged));
  EXPECT_EQ(Hex(Merge({c, a})), Hex(merged));
  const std::string b = Unhex("01 | 01 01 01 | 84 01 00 01 62 | 00");
  EXPECT_EQ(Hex(Merge({merged, b})),
            Hex(Unhex("01 | 03 01 00 | 04 01 01 74 01 61 | 84 01 00 01 62 | 84 01 01 01 63 | 00")));
}

TEST(MergeUpdates, JoinsGcsThatMeet) {
  const std::string first = Unhex("01 | 01 01 00 | 00 03 | 00");
  const std::string second = Unhex("01 | 01 01 02 | 00 05 | 00");
  EXPECT_EQ(Hex(Merge({first, second})), Hex(Unhex("01 | 01 01 00 | 00 07 | 00")));
}

TEST(MergeUpdates, CutsWhatIsKnownInsideASurrogatePair) {
  const std::string first = Unhex("01 | 01 01 00 | 04 01 01 74 04 61 efbfbd | 00");
  const std::string second = Unhex("01 | 01 01 00 | 04 01 01 74 06 61 f09f9880 62 | 00");
  EXPECT_EQ(Hex(Merge({first, second})),
            Hex(Unhex("01 | 02 01 00 | 04 01 01 74 04 61 efbfbd | 84 01 01 04 efbfbd 62 | 00")));
}

TEST(MergeUpdates, UnitesDeleteSets) {
  const std::string a = Unhex("00 | 02 01 01 05 02 | 03 01 00 01");
  const std::string b = Unhex("00 | 01 01 02 00 01 06 04");
  EXPECT_EQ(Hex(Merge({a, b})), Hex(Unhex("00 | 02 03 01 00 01 | 01 02 00 01 05 05")));
}

TEST(MergeUpdates, LosesNothingOfAnUpdateWhoseSectionsAscend) {
  const std::string ascending = Unhex("02 | 01 01 00 | 00 01 | 01 02 00 | 00 02 | 00");
  const std::string other = Unhex("01 | 01 03 00 | 00 01 | 00");
  const std::string merged =
      Unhex("03 | 01 03 00 | 00 01 | 01 02 00 | 00 02 | 01 01 00 | 00 01 | 00");
  EXPECT_EQ(Hex(Merge({ascending, other})), Hex(merged));
  EXPECT_EQ(Hex(Merge({other, ascending})), Hex(merged));
  EXPECT_EQ(Hex(Merge({ascending, ascending})),
            Hex(Unhex("02 | 01 02 00 | 00 02 | 01 01 00 | 00 01 | 00")));
}

TEST(MergeUpdates, IsNotLedAstrayByEmptySections) {
  const std::string empty = Unhex("03 | 00 01 00 | 01 05 00 | 00 02 | 00 09 00 | 00");
  EXPECT_EQ(Hex(Merge({empty, Unhex("00 00")})), Hex(Unhex("01 | 01 05 00 | 00 02 | 00")));
}

TEST(MergeUpdates, JoinsTheSectionsOfAClientThatOccursTwice) {
  const std::string twice = Unhex("02 | 01 01 03 | 00 01 | 01 01 00 | 00 02 | 00");
  EXPECT_EQ(Hex(Merge({twice, Unhex("00 00")})),
            Hex(Unhex("01 | 03 01 00 | 00 02 | 0a 01 | 00 01 | 00")));
}

TEST(MergeUpdates, RefusesWhenAnyInputIsBad) {
  const std::string good = Unhex("01 | 01 01 00 | 00 01 | 00");
  for (const char* hex : {"", "01", "01 | 01 01 00 | 00 01", "01 | 02 01 05 | 00 01 | 00"}) {
    const std::string bad = Unhex(hex);
    const Bytes alone[] = {AsBytes(bad)};
    EXPECT_EQ(MergeUpdates(alone, UpdateFormat::kV1).status().code(), absl::StatusCode::kDataLoss);
    const Bytes with_good[] = {AsBytes(good), AsBytes(bad)};
    EXPECT_EQ(MergeUpdates(with_good, UpdateFormat::kV1).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(MergeUpdates, PutsTenThousandSingleUpdatesTogetherInAnyOrder) {
  constexpr uint64_t kUpdates = 10000;
  std::vector<std::string> updates;
  for (uint64_t i = 0; i < kUpdates; ++i) {
    const uint64_t shuffled = i * 7919 % kUpdates;  // a prime: all of them, once
    ByteWriter out;
    out.WriteBytes(Unhex("01 01"));
    out.WriteVarUint(shuffled % 10);
    out.WriteVarUint(shuffled / 10);
    out.WriteBytes(Unhex("84 63 00 01 61 | 00"));
    updates.push_back(out.Take());
  }
  const std::string merged = Merge(updates);
  const UpdateMeta meta = *ParseUpdateMeta(AsBytes(merged), UpdateFormat::kV1);
  ASSERT_EQ(meta.to.size(), 10u);
  for (const auto& [client, end] : meta.to) EXPECT_EQ(end, 1000u) << client;
  EXPECT_EQ(StateVectorFromUpdate(AsBytes(merged), UpdateFormat::kV1)->size(), 10u);
}

TEST(DiffUpdate, DropsSkipsAtTheBeginningAndKeepsThemElsewhere) {
  const std::string holes = Unhex("01 | 05 01 00 | 00 01 | 0a 01 | 00 01 | 0a 01 | 00 01 | 00");
  StateVector known;
  known.Set(1, 1);
  EXPECT_EQ(Hex(Diff(holes, known)), Hex(Unhex("01 | 03 01 02 | 00 01 | 0a 01 | 00 01 | 00")));
}

TEST(DiffUpdate, LeavesOutTheSectionsThatAreKnown) {
  const std::string update =
      Unhex("02 | 01 05 00 | 00 03 | 01 01 00 | 04 01 01 74 03 616263 | 01 01 01 00 01");
  StateVector known;
  known.Set(5, 3);
  known.Set(1, 1);
  EXPECT_EQ(Hex(Diff(update, known)),
            Hex(Unhex("01 | 01 01 01 | 84 01 00 02 6263 | 01 01 01 00 01")));
}

TEST(ConvertUpdate, SortsTheRangesThatV2CannotHoldUnsorted) {
  const std::string update = Unhex("00 | 01 01 02 05 02 00 01");
  const std::string v2 = *ConvertUpdate(AsBytes(update), UpdateFormat::kV1, UpdateFormat::kV2);
  EXPECT_EQ(Hex(*ConvertUpdate(AsBytes(v2), UpdateFormat::kV2, UpdateFormat::kV1)),
            Hex(Unhex("00 | 01 01 02 00 01 05 02")));
}

TEST(ConvertUpdate, NormalizesJsonAndValues) {
  // An embed `{"b":1.50}`, then an Any 1 that is written as float64.
  const std::string update = Unhex(
      "01 | 02 01 00 | 05 01 01 72 0a 7b2262223a312e35307d | 88 01 00 01 7b3ff0000000000000 | 00");
  EXPECT_EQ(
      Hex(Normalized(update)),
      Hex(Unhex("01 | 02 01 00 | 05 01 01 72 09 7b2262223a312e357d | 88 01 00 01 7d01 | 00")));
}

TEST(StateVectorFromUpdate, CountsFromZeroToTheFirstHole) {
  const std::string update =
      Unhex("03 | 01 09 01 | 00 01 | 03 05 00 | 00 02 | 0a 01 | 00 01 | 01 01 00 | 00 04 | 00");
  EXPECT_EQ(Hex(StateVectorFromUpdate(AsBytes(update), UpdateFormat::kV1)->Encode()),
            Hex(Unhex("02 05 02 01 04")));
}

RC_GTEST_PROP(MergeUpdates, GivesTheWholeFromItsPartsInAnyOrder, ()) {
  UpdateModel model = ArbitraryUpdate();
  for (UpdateModel::Section& section : model.sections) {
    for (StructView& view : section.structs) {
      if (view.kind == StructKind::kSkip || view.kind == StructKind::kGc) {
        view.kind = StructKind::kDeleted;  // holes are found anew, and GCs may be joined
        view.has_origin = true;
        view.origin = {1, 1};
      }
    }
  }
  const std::string whole = Normalized(model.Encode(Dialect::kV1));
  // Each struct alone, and some of them twice.
  std::vector<std::string> parts;
  for (const UpdateModel::Section& section : model.sections) {
    for (const StructView& view : section.structs) {
      UpdateModel part;
      part.sections.push_back({section.client, view.id.clock, {view}});
      part.deletes = model.deletes;
      const int copies = *rc::gen::inRange(1, 3);
      for (int i = 0; i < copies; ++i) parts.push_back(part.Encode(Dialect::kV1));
    }
  }
  if (parts.size() < 2) return;  // one comes back as it is
  for (size_t i = parts.size() - 1; i > 0; --i) {
    std::swap(parts[i], parts[*rc::gen::inRange<size_t>(0, i + 1)]);
  }
  RC_ASSERT(Hex(Merge(parts)) == Hex(whole));
}

RC_GTEST_PROP(MergeUpdates, GivesTheSameInBothFormats, ()) {
  std::vector<std::string> v1;
  std::vector<std::string> v2;
  for (int i = 0; i < 3; ++i) {
    const UpdateModel model = ArbitraryUpdate();
    v1.push_back(model.Encode(Dialect::kV1));
    v2.push_back(model.Encode(Dialect::kV2));
  }
  const std::string merged = Merge(v1);
  RC_ASSERT(Hex(*ConvertUpdate(AsBytes(Merge(v2, UpdateFormat::kV2)), UpdateFormat::kV2,
                               UpdateFormat::kV1)) == Hex(merged));
}

RC_GTEST_PROP(DiffUpdate, HoldsOnlyWhatTheVectorLacks, ()) {
  const std::string update = Normalized(ArbitraryUpdate().Encode(Dialect::kV1));
  const UpdateMeta meta = *ParseUpdateMeta(AsBytes(update), UpdateFormat::kV1);
  StateVector known;
  for (size_t i = 0; i < meta.from.size(); ++i) {
    known.Set(meta.from[i].first, *rc::gen::inRange<Clock>(0, meta.to[i].second + 2));
  }
  const std::string diff = Diff(update, known);
  const UpdateMeta rest = *ParseUpdateMeta(AsBytes(diff), UpdateFormat::kV1);
  for (const auto& [client, clock] : rest.from) RC_ASSERT(clock >= known.Get(client));
  RC_ASSERT(Hex(Diff(diff, known)) == Hex(Normalized(diff)));
}

}  // namespace
}  // namespace ypp::codec
