// The update reader and writer together: the examples of the format, hostile input, and properties.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>

#include "codec/update_algebra.h"
#include "codec/update_reader.h"
#include "codec/update_writer.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

// The structs of the only section. Good as long as the update is.
std::vector<StructView> StructsOf(const std::string& update, Dialect dialect) {
  UpdateReader reader(AsBytes(update), dialect);
  UpdateReader::Section section;
  std::vector<StructView> structs;
  EXPECT_TRUE(reader.NextSection(&section)) << reader.status();
  StructView view;
  while (reader.NextStruct(&view)) structs.push_back(view);
  EXPECT_FALSE(reader.NextSection(&section));
  reader.ReadDeleteSet();
  EXPECT_TRUE(reader.ok()) << reader.status();
  return structs;
}

// What refuses the update, without the place.
std::string Refusal(std::string_view hex, Dialect dialect = Dialect::kV1) {
  const std::string message(Drain(Unhex(hex), dialect).message());
  return message.substr(0, message.find(" at byte"));
}

TEST(UpdateReader, ReadsAnInsertedText) {
  const std::string update = Unhex("01 | 01 01 00 | 04 01 01 74 03 61 62 63 | 00");
  const std::vector<StructView> structs = StructsOf(update, Dialect::kV1);
  ASSERT_EQ(structs.size(), 1u);
  EXPECT_EQ(structs[0].kind, StructKind::kString);
  EXPECT_EQ(structs[0].parent, StructView::Parent::kRoot);
  EXPECT_EQ(structs[0].parent_name, "t");
  EXPECT_EQ(structs[0].content, "abc");
  EXPECT_EQ(structs[0].length, 3u);
  EXPECT_EQ(structs[0].id, (Id{1, 0}));
}

TEST(UpdateReader, ReadsNoParentSubBehindAnOrigin) {
  const std::string update =
      Unhex("01 | 02 01 00 | 21 01 01 6d 01 6b 01 | a8 01 00 01 7d 02 | 01 01 01 00 01");
  const std::vector<StructView> structs = StructsOf(update, Dialect::kV1);
  ASSERT_EQ(structs.size(), 2u);
  EXPECT_EQ(structs[0].parent_sub, "k");
  EXPECT_TRUE(structs[1].has_parent_sub);
  EXPECT_EQ(structs[1].parent, StructView::Parent::kInherited);
  EXPECT_EQ(structs[1].origin, (Id{1, 0}));
  EXPECT_EQ(Rewrite(update, Dialect::kV1, Dialect::kV1), update);
}

TEST(UpdateReader, ReadsTheExamplesOfV2) {
  const std::string text = Unhex(
      "00 | 00 | 01 01 | 00 | 00 | 01 04 | 07 04 74 61 62 63 01 03 | 01 01 | 00 | 00 | 01 01 00 | "
      "00");
  ASSERT_EQ(StructsOf(text, Dialect::kV2).size(), 1u);
  EXPECT_EQ(StructsOf(text, Dialect::kV2)[0].content, "abc");
  const std::string bold = Unhex(
      "00 | 02 00 02 | 02 41 03 | 02 01 00 | 02 00 02 | 07 04 00 84 00 46 00 c6 | 08 05 72 61 62 "
      "62 62 41 "
      "03 | 01 01 | 00 | 00 | 01 04 00 78 7e 00");
  const std::vector<StructView> structs = StructsOf(bold, Dialect::kV2);
  ASSERT_EQ(structs.size(), 4u);
  EXPECT_EQ(structs[2].kind, StructKind::kFormat);
  EXPECT_EQ(structs[2].name, "b");
  EXPECT_EQ(Hex(structs[2].content), "78");
  EXPECT_EQ(structs[3].name, "b");
  EXPECT_EQ(Hex(structs[3].content), "7e");
  EXPECT_EQ(Rewrite(bold, Dialect::kV2, Dialect::kV2), bold);
}

TEST(UpdateReader, ReadsKeysThatReferToEarlierOnes) {
  // As the example above, but the second key clock is 0 again and its string is left out.
  const std::string update = Unhex(
      "00 | 02 01 00 | 02 41 03 | 02 01 00 | 02 00 02 | 07 04 00 84 00 46 00 c6 | 07 04 72 61 62 "
      "62 41 "
      "02 | 01 01 | 00 | 00 | 01 04 00 78 7e 00");
  const std::vector<StructView> structs = StructsOf(update, Dialect::kV2);
  ASSERT_EQ(structs.size(), 4u);
  EXPECT_EQ(structs[2].name, "b");
  EXPECT_EQ(structs[3].name, "b");
}

TEST(UpdateReader, ReadsTheEmptyUpdateOfEachFormat) {
  EXPECT_TRUE(Drain(Unhex("00 00"), Dialect::kV1).ok());
  EXPECT_TRUE(Drain(Unhex("00 00 00 00 00 00 01 00 00 00 00 00 00"), Dialect::kV2).ok());
  UpdateWriter v2(Dialect::kV2);
  v2.BeginUpdate(0);
  v2.WriteDeleteSet(DeleteSet());
  EXPECT_EQ(Hex(v2.Finish()), Hex(Unhex("00 00 00 00 00 00 01 00 00 00 00 00 00")));
}

TEST(UpdateReader, TakesOnlyTheLowFiveBitsForAGcAndForADocumentsSkip) {
  const std::string update = Unhex("01 | 02 01 00 | e0 02 | ea 05 | 00");
  UpdateReader reader(AsBytes(update), Dialect::kV1);
  reader.AcceptHolesWithFlags();
  UpdateReader::Section section;
  ASSERT_TRUE(reader.NextSection(&section));
  std::vector<StructView> structs;
  for (StructView view; reader.NextStruct(&view);) structs.push_back(view);
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_EQ(structs.size(), 2u);
  EXPECT_EQ(structs[0].kind, StructKind::kGc);
  EXPECT_FALSE(structs[0].has_origin);
  EXPECT_EQ(structs[1].kind, StructKind::kSkip);
  EXPECT_EQ(structs[1].end(), 7u);
}

TEST(UpdateReader, LetsAHoleAtTheEndBeOfAnyLength) {
  EXPECT_TRUE(Drain(Unhex("01 | 01 01 00 | 0a ffffffffffffff0f | 00"), Dialect::kV1).ok());
  EXPECT_EQ(Refusal("01 | 02 01 00 | 0a ffffffffffffff7f | 00 01 | 00"), "clock beyond 2^56-1");
}

TEST(UpdateReader, YieldsClocksThatJavaScriptReadsAndEmptyStructs) {
  for (const char* hex :
       {"01 | 01 01 ffffffffffffff0f | 00 01 | 00",  // a clock of 2^53-1
        "01 | 01 01 8080808080808010 | 00 01 | 00",  // of 2^53
        "01 | 01 01 00 | 00 8080808080808010 | 00",  // a length of 2^53
        "01 | 01 01 00 | 84 01 feffffffffffff7f 01 61 | 01 02 01 00 ffffffffffffff7f",
        "01 | 01 01 00 | 00 00 | 00",              // an empty GC
        "01 | 01 01 00 | 04 01 01 74 00 | 00",     // no text
        "01 | 01 01 00 | 08 01 01 74 00 | 00"}) {  // no values
    const std::string v1 = Unhex(hex);
    const auto v2 = ConvertUpdate(AsBytes(v1), UpdateFormat::kV1, UpdateFormat::kV2);
    ASSERT_TRUE(v2.ok()) << hex << v2.status();
    const auto again = ConvertUpdate(AsBytes(*v2), UpdateFormat::kV2, UpdateFormat::kV1);
    ASSERT_TRUE(again.ok()) << hex << again.status();
    EXPECT_EQ(Hex(*again), Hex(v1));
  }
}

TEST(UpdateReader, YieldsTheSectionsOfAClientThatOccursTwiceAsTheyCome) {
  const std::string update = Unhex("02 | 01 01 00 | 00 01 | 01 01 05 | 00 01 | 00");
  UpdateReader reader(AsBytes(update), Dialect::kV1);
  UpdateReader::Section section;
  ASSERT_TRUE(reader.NextSection(&section));
  EXPECT_EQ(section.clock, 0u);
  ASSERT_TRUE(reader.NextSection(&section));
  EXPECT_EQ(section.client, 1u);
  EXPECT_EQ(section.clock, 5u);
  EXPECT_FALSE(reader.NextSection(&section));
}

TEST(UpdateReader, GoesBackToAPlaceItWasAt) {
  const std::string update = Unhex("01 | 03 01 00 | 00 01 | 00 02 | 00 03 | 00");
  UpdateReader reader(AsBytes(update), Dialect::kV1);
  UpdateReader::Section section;
  StructView view;
  ASSERT_TRUE(reader.NextSection(&section));
  ASSERT_TRUE(reader.NextStruct(&view));
  const size_t second = reader.position();
  reader.ReadDeleteSet();
  reader.SeekTo(second, {1, 1, 2});
  ASSERT_TRUE(reader.NextStruct(&view));
  EXPECT_EQ(view.id, (Id{1, 1}));
  EXPECT_EQ(view.length, 2u);
  ASSERT_TRUE(reader.NextStruct(&view));
  EXPECT_FALSE(reader.NextStruct(&view));
}

TEST(UpdateReader, KeepsTheValueOfAnEmbedAsItCameAndTellsItsForm) {
  const std::string v1 = Unhex("01 | 01 01 00 | 05 01 01 74 03 31 2e 30 | 00");  // 1.0
  const StructView json = StructsOf(v1, Dialect::kV1)[0];
  EXPECT_TRUE(json.value_is_json);
  EXPECT_FALSE(json.canonical);
  EXPECT_EQ(json.content, "1.0");
  EXPECT_EQ(Hex(CanonicalContent(json)), "7d01");
  EXPECT_EQ(JsonValue(json), "1");
  const std::string any = Rewrite(v1, Dialect::kV1, Dialect::kV1Any);
  const StructView value = StructsOf(any, Dialect::kV1Any)[0];
  EXPECT_FALSE(value.value_is_json);
  EXPECT_TRUE(value.canonical);
  EXPECT_EQ(Hex(value.content), "7d01");
}

TEST(UpdateWriter, WritesNullForAnUndefinedFormatValueInV1) {
  StructView format;
  format.kind = StructKind::kFormat;
  format.length = 1;
  format.has_origin = true;
  format.name = "b";
  format.content = "\x7f";
  EXPECT_EQ(JsonValue(format), "null");
  EXPECT_EQ(CanonicalContent(format), "\x7f");
}

TEST(UpdateWriter, WritesOnlyTheDocOptionsThatAreNotTheDefault) {
  const std::string update = Rewrite(Unhex("01 | 01 01 00 | 09 01 01 6d 01 67 76 04 01 78 7d 01 08 "
                                           "6175746f4c6f6164 78 02 6763 79 04 6d657461 7d 05 | 00"),
                                     Dialect::kV1, Dialect::kV1);
  EXPECT_EQ(Hex(update), Hex(Unhex("01 | 01 01 00 | 09 01 01 6d 01 67 76 03 02 6763 79 08 "
                                   "6175746f4c6f6164 78 04 6d657461 7d 05 | 00")));
}

TEST(SliceStruct, CutsTextAndMakesTheUnitBeforeTheOrigin) {
  const std::string update = Unhex("01 | 01 01 00 | 04 01 01 74 06 61f09f988062 | 00");
  const StructView whole = StructsOf(update, Dialect::kV1)[0];
  const StructView inside = SliceStruct(whole, 2);
  EXPECT_TRUE(inside.starts_inside_pair);
  EXPECT_EQ(inside.content, "b");
  EXPECT_EQ(inside.length, 2u);
  EXPECT_EQ(inside.origin, (Id{1, 1}));
  EXPECT_EQ(inside.parent, StructView::Parent::kInherited);
  const StructView behind = SliceStruct(inside, 1);
  EXPECT_FALSE(behind.starts_inside_pair);
  EXPECT_EQ(behind.content, "b");
  EXPECT_EQ(behind.id, (Id{1, 3}));
  EXPECT_EQ(SliceStruct(whole, 3).content, "b");
}

TEST(SliceStruct, CutsValuesAndRanges) {
  const std::string update = Unhex(
      "01 | 04 01 00 | 08 01 01 74 03 7d01 7702 6162 7e | 02 01 01 74 02 01 31 02 3232 | 01 01 01 "
      "74 05 | 00 05 | 00");
  const std::vector<StructView> structs = StructsOf(update, Dialect::kV1);
  EXPECT_EQ(Hex(SliceStruct(structs[0], 2).content), "7e");
  EXPECT_EQ(Hex(SliceStruct(structs[1], 1).content), "023232");
  EXPECT_EQ(SliceStruct(structs[2], 4).length, 1u);
  EXPECT_TRUE(SliceStruct(structs[2], 4).has_origin);
  EXPECT_EQ(SliceStruct(structs[3], 3).id, (Id{1, 13}));
  EXPECT_FALSE(SliceStruct(structs[3], 3).has_origin);
}

TEST(HostileUpdate, IsRefusedForWhatItContains) {
  EXPECT_EQ(Refusal("01 | 01 01 00 | 0b 01 01 74 00 | 00"), "unknown content");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 1f 01 01 74 00 | 00"), "unknown content");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 07 01 01 74 08 | 00"), "unknown type reference");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 07 01 01 74 ffffffffffffff0f | 00"), "unknown type reference");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 04 01 01 74 01 ff | 00"), "invalid UTF-8");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 05 01 01 74 02 7b7b | 00"), "invalid JSON");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 02 01 01 74 01 00 | 00"), "invalid JSON");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 08 01 01 74 01 73 | 00"), "unknown tag of a value");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 00 808080808080808001 | 00"), "clock beyond 2^56-1");
  EXPECT_EQ(Refusal("01 | 01 01 808080808080808001 | 00 01 | 00"), "clock beyond 2^56-1");
  EXPECT_EQ(Refusal("01 | 01 01 ffffffffffffff7f | 00 01 | 00"), "clock beyond 2^56-1");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 84 01 808080808080808001 01 61 | 00"), "clock beyond 2^56-1");
  EXPECT_EQ(Refusal("01 | 01 8080808080808010 00 | 00 01 | 00"), "number beyond 2^53-1");
}

TEST(HostileUpdate, IsRefusedForCountsThatItCannotHold) {
  const std::string count = "count larger than the input";
  EXPECT_EQ(Refusal("ffffffffffffff0f"), count);
  EXPECT_EQ(Refusal("01 | ffffffffffffff0f 01 00 | 00 01 | 00"), count);
  EXPECT_EQ(Refusal("01 | 01 01 00 | 08 01 01 74 ffffffffffffff0f 7e | 00"), count);
  EXPECT_EQ(Refusal("01 | 01 01 00 | 08 01 01 74 01 75 ffffffffffffff0f | 00"), count);
  EXPECT_EQ(Refusal("00 | ffffffffffffff0f"), count);
  EXPECT_EQ(Refusal("01 | 01 01 00 | 03 01 01 74 ffffffffffffff0f 00 | 00"), "unexpected end");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 02 01 01 74 ffffffffffffff0f 01 31 | 00"), "invalid JSON");
}

// The columns of a V2 update that holds `structs` GCs of length 1 of client 1.
std::string RunOfGcs(uint64_t structs) {
  ByteWriter out;
  out.WriteBytes(Unhex("00 | 00 | 01 01 | 00 | 00 | 01 00 | 01 00 | 00 | 00"));
  ByteWriter length;
  length.WriteVarInt(1, true);
  length.WriteVarUint(structs - 2);
  out.WriteVarString(length.bytes());
  out.WriteVarUint(1);
  out.WriteVarUint(structs);
  out.WriteBytes(Unhex("00 | 00"));
  return out.Take();
}

TEST(WeakLink, IsCarriedThroughBothFormats) {
  // A quote of (5,1) to (5,9); of a single element; of a root from its beginning to (5,2).
  const std::string v1 = Unhex(
      "01 | 03 01 00 | 07 01 01 74 07 07 05 01 05 09 | 87 01 00 07 02 05 01 |"
      "87 01 01 07 29 03 666f6f 05 02 | 00");
  const std::string v2 = Rewrite(v1, Dialect::kV1, Dialect::kV2);
  ASSERT_FALSE(v2.empty());
  EXPECT_EQ(Hex(Rewrite(v1, Dialect::kV1, Dialect::kV1)), Hex(v1));
  EXPECT_EQ(Hex(Rewrite(v2, Dialect::kV2, Dialect::kV2)), Hex(v2));
  EXPECT_EQ(Hex(Rewrite(v2, Dialect::kV2, Dialect::kV1)), Hex(v1));
  // The name of the root is in the string column, behind that of the array.
  EXPECT_NE(v2.find("tfoo"), std::string::npos);
}

TEST(WeakLink, IsRefusedWhenItIsCutOrHasUnknownFlags) {
  EXPECT_EQ(Refusal("01 | 01 01 00 | 07 01 01 74 07 40 05 01 | 00"),
            "unknown flags of a weak link");
  EXPECT_EQ(Refusal("01 | 01 01 00 | 07 01 01 74 07 01 05 01 05"), "unexpected end");
}

TEST(Hole, WithFlagsIsOneForADocumentOnly) {
  const std::string update = Unhex("01 02 01 00 04 01 01 74 01 61 4a 05 00");
  EXPECT_EQ(Drain(update, Dialect::kV1).message(), "hole with flags at byte 11");
  EXPECT_FALSE(ConvertUpdate(AsBytes(update), UpdateFormat::kV1, UpdateFormat::kV2).ok());
  EXPECT_FALSE(DiffUpdate(AsBytes(update), StateVector(), UpdateFormat::kV1).ok());
  const Bytes twice[] = {AsBytes(update), AsBytes(update)};
  EXPECT_FALSE(MergeUpdates(twice, UpdateFormat::kV1).ok());
  EXPECT_TRUE(MergeUpdates(absl::MakeSpan(twice, 1), UpdateFormat::kV1).ok());
  UpdateReader reader(AsBytes(update), Dialect::kV1);
  reader.AcceptHolesWithFlags();
  reader.ReadDeleteSet();
  EXPECT_TRUE(reader.ok()) << reader.status();
}

TEST(HostileUpdate, MayHoldARunOfEqualStructsInV2ButNotAnyNumber) {
  const DecodeLimits limits;
  EXPECT_LT(RunOfGcs(limits.free_structs).size(), 40u);
  EXPECT_TRUE(Drain(RunOfGcs(limits.free_structs), Dialect::kV2).ok());
  const absl::Status refused = Drain(RunOfGcs(limits.free_structs + 1000), Dialect::kV2);
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(refused.message()).find(" at byte "), std::string::npos);
}

TEST(HostileUpdate, MayHoldAMillionEqualStructsWhenItIsTrusted) {
  const std::string update = RunOfGcs(1000000);
  EXPECT_FALSE(ParseUpdateMeta(AsBytes(update), UpdateFormat::kV2).ok());
  const auto meta =
      ParseUpdateMeta(AsBytes(update), UpdateFormat::kV2, DecodeLimits::TrustedStorage());
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_EQ(meta->to[0].second, 1000000u);
}

TEST(HostileUpdate, MayHoldTenThousandEmptyMapsInAFewBytesOfV2) {
  UpdateWriter writer(Dialect::kV2);
  writer.BeginUpdate(1);
  writer.BeginSection({1, 0, 10000});
  StructView map;
  map.kind = StructKind::kType;
  map.type_ref = TypeRef::kMap;
  map.length = 1;
  map.parent = StructView::Parent::kRoot;
  map.parent_name = "a";
  for (Clock clock = 0; clock < 10000; ++clock) {
    map.id = {1, clock};
    map.has_origin = clock > 0;
    map.origin = {1, clock - 1};
    writer.WriteStruct(map);
    map.parent = StructView::Parent::kInherited;
  }
  writer.WriteDeleteSet(DeleteSet());
  const std::string update = writer.Finish();
  EXPECT_LT(update.size(), 60u);
  EXPECT_EQ(StructsOf(update, Dialect::kV2).size(), 10000u);
}

TEST(HostileUpdate, IsRefusedWhenItsColumnsDoNotSuffice) {
  // Empty columns and a claim of 300 structs: zeros for ever would be empty GCs.
  EXPECT_EQ(Refusal("00 | 00 00 00 00 00 01 00 00 00 00 | 01 ac02 00 | 00", Dialect::kV2),
            "column ends early");
}

TEST(HostileUpdate, MayNotNameALongKeyAgainAndAgain) {
  // Formats whose keys all refer to one of 64 KiB.
  constexpr uint64_t kFormats = 1000;
  const std::string key(1 << 16, 'k');
  ByteWriter out;
  out.WriteUint8(0);
  out.WriteVarString(Unhex("01 e607"));     // key clock 0, for ever
  out.WriteVarString(Unhex("41 e707"));     // client 1
  out.WriteVarString(Unhex("00 03 e407"));  // each behind the one before
  out.WriteVarString("");
  out.WriteVarString(Unhex("06 00 86"));
  ByteWriter strings;
  strings.WriteVarString("t" + key);
  strings.WriteBytes(Unhex("01"));
  strings.WriteVarInt(static_cast<int64_t>(key.size()));
  out.WriteVarString(strings.bytes());
  out.WriteVarString(Unhex("01"));
  out.WriteVarString("");
  out.WriteVarString("");
  out.WriteVarUint(1);
  out.WriteVarUint(kFormats);
  out.WriteVarUint(0);
  out.WriteBytes(std::string(kFormats, '\x7e'));
  out.WriteUint8(0);
  const absl::Status status = Drain(out.bytes(), Dialect::kV2);
  EXPECT_NE(std::string(status.message()).find("references to keys"), std::string::npos) << status;
}

TEST(HostileUpdate, IsReadInTimeLinearInItsSize) {
  std::string update = Unhex("01 | 01 01 00 | 08 01 01 74 01");
  for (int i = 0; i < kMaxAnyDepth; ++i) update += Unhex("75 ffff3f");
  update.append(1 << 20, '\x75');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Drain(update, Dialect::kV1).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

RC_GTEST_PROP(Update, SurvivesEveryDialect, ()) {
  const UpdateModel model = ArbitraryUpdate();
  const std::string v1 = model.Encode(Dialect::kV1);
  const std::string v2 = model.Encode(Dialect::kV2);
  const std::string any = model.Encode(Dialect::kV1Any);
  const Dialect dialects[] = {Dialect::kV1, Dialect::kV2, Dialect::kV1Any};
  const std::string encodings[] = {v1, v2, any};
  for (int from = 0; from < 3; ++from) {
    for (int to = 0; to < 3; ++to) {
      RC_ASSERT(Hex(Rewrite(encodings[from], dialects[from], dialects[to])) == Hex(encodings[to]));
    }
  }
}

RC_GTEST_PROP(Update, IsRefusedWhenCutAnywhere, ()) {
  const UpdateModel model = ArbitraryUpdate();
  for (const Dialect dialect : {Dialect::kV1, Dialect::kV2, Dialect::kV1Any}) {
    const std::string update = model.Encode(dialect);
    for (size_t size = 0; size < update.size(); ++size) {
      RC_ASSERT(!Drain(std::string_view(update).substr(0, size), dialect).ok());
    }
  }
}

// Whatever is accepted can be written again, and comes out the same from then on.
RC_GTEST_PROP(Update, IsStableOnceRewrittenEvenIfDamaged, ()) {
  const UpdateModel model = ArbitraryUpdate();
  const Dialect dialect = *rc::gen::element(Dialect::kV1, Dialect::kV2);
  std::string update = model.Encode(dialect);
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    update[*rc::gen::inRange<size_t>(0, update.size())] = *rc::gen::arbitrary<char>();
  }
  if (!Drain(update, dialect).ok()) return;
  const std::string once = Rewrite(update, dialect, Dialect::kV1);
  RC_ASSERT(!once.empty());
  RC_ASSERT(Hex(Rewrite(once, Dialect::kV1, Dialect::kV1)) == Hex(once));
}

}  // namespace
}  // namespace ypp::codec
