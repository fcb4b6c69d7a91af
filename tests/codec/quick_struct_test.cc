// The fast ways of reading structs beside the general one: they must not differ.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec/small_update.h"
#include "codec/update_algebra.h"
#include "codec/update_reader.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

// A valid update, or one with a few bytes changed or its end cut off.
std::string ArbitraryBytes() {
  std::string bytes = ArbitraryUpdate().Encode(Dialect::kV1);
  for (int changes = *rc::gen::inRange(0, 3); changes > 0 && !bytes.empty(); --changes) {
    bytes[*rc::gen::inRange<size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  }
  if (*rc::gen::inRange(0, 4) == 0) bytes.resize(*rc::gen::inRange<size_t>(0, bytes.size() + 1));
  return bytes;
}

// Every struct in words, and how reading ended.
std::vector<std::string> StructsInWords(std::string_view update) {
  std::vector<std::string> words;
  UpdateReader reader(AsBytes(update), Dialect::kV1);
  UpdateReader::Section section;
  StructView view;
  const auto id = [](bool has, const Id& id) {
    return has ? std::to_string(id.client) + ":" + std::to_string(id.clock) + " " : "none ";
  };
  while (reader.NextSection(&section)) {
    while (reader.NextStruct(&view)) {
      words.push_back(id(true, view.id) + id(view.has_origin, view.origin) +
                      id(view.has_right_origin, view.right_origin) +
                      std::to_string(static_cast<int>(view.kind)) +
                      (view.has_parent_sub ? " key " : " ") + std::to_string(view.length) + " " +
                      std::string(view.content));
    }
  }
  reader.ReadDeleteSet();
  words.push_back(reader.ok() ? "ok" : "bad");
  return words;
}

RC_GTEST_PROP(QuickStruct, ReadsTheSameNearTheEndOfTheInputAndFarFromIt, ()) {
  const std::string update = ArbitraryBytes();
  const std::vector<std::string> near = StructsInWords(update);
  if (near.back() == "bad") return;  // what follows might be taken for what is missing
  RC_ASSERT(near == StructsInWords(update + std::string(200, '\xff')));
}

RC_GTEST_PROP(QuickStruct, ExtentsAreThoseOfTheStructs, ()) {
  const std::string update = ArbitraryBytes();
  UpdateReader structs(AsBytes(update), Dialect::kV1);
  UpdateReader extents(AsBytes(update), Dialect::kV1);
  UpdateReader::Section section;
  UpdateReader::Section again;
  while (structs.NextSection(&section)) {
    RC_ASSERT(extents.NextSection(&again));
    StructView view;
    StructExtent extent;
    while (structs.NextStruct(&view)) {
      RC_ASSERT(extents.NextExtent(&extent));
      RC_ASSERT(extent.id == view.id && extent.kind == view.kind && extent.length == view.length);
    }
    RC_ASSERT(!extents.NextExtent(&extent));
  }
  extents.NextSection(&again);
  RC_ASSERT(structs.status() == extents.status());
}

TEST(QuickStruct, RefusesNumbersOutOfRangeAsTheGeneralWayDoes) {
  const std::string padding(100, '\0');
  const auto refusal = [&](std::string_view hex) {
    const std::string message(Drain(Unhex(hex) + padding, Dialect::kV1).message());
    return message.substr(0, message.find(" at byte"));
  };
  EXPECT_EQ(refusal("01 | 01 01 05 | 84 ff ff ff ff ff ff ff 7f 00 01 61"), "number beyond 2^53-1");
  EXPECT_EQ(refusal("01 | 01 01 05 | 84 01 ff ff ff ff ff ff ff ff 01 01 61"),
            "clock beyond 2^56-1");
  EXPECT_EQ(refusal("01 | 01 01 05 | 81 01 00 ff ff ff ff ff ff ff 7f"), "clock beyond 2^56-1");
  EXPECT_EQ(refusal("01 | 01 01 05 | 84 01 00 02 c3 28"), "invalid UTF-8");
}

TEST(QuickStruct, ADiffWritesOverLongNumbersAndTheKeyBitAsYjsDoes) {
  // The clock of the second struct's origin takes a byte too many; the third one tells that it is
  // in a map.
  const std::string update =
      Unhex("01 | 03 01 00 | 04 01 01 74 01 61 | 84 01 80 00 01 62 | a4 01 01 01 63 | 00");
  const auto diff = DiffUpdate(AsBytes(update), StateVector(), Dialect::kV1);
  ASSERT_TRUE(diff.ok()) << diff.status();
  EXPECT_EQ(Hex(*diff), "010301000401017401618401000162840101016300");
}

RC_GTEST_PROP(SmallUpdate, SaysWhatTheGeneralReaderSays, ()) {
  const std::string bytes = ArbitraryBytes();
  SmallUpdate small;
  const bool is_small = ReadSmallUpdate(AsBytes(bytes), &small);
  UpdateReader reader(AsBytes(bytes), Dialect::kV1);
  std::vector<StructView> structs;
  UpdateReader::Section section;
  size_t sections = 0;
  StructView view;
  while (reader.NextSection(&section)) {
    ++sections;
    while (reader.NextStruct(&view)) structs.push_back(view);
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!is_small) return;
  RC_ASSERT(reader.ok());
  RC_ASSERT(sections <= 1 && structs.size() == (small.has_struct ? 1 : 0));
  if (small.has_struct) {
    RC_ASSERT(small.view.id == structs[0].id && small.view.kind == structs[0].kind &&
              small.view.length == structs[0].length);
    RC_ASSERT(small.view.content == structs[0].content &&
              small.view.has_origin == structs[0].has_origin);
    if (small.view.has_origin) RC_ASSERT(small.view.origin == structs[0].origin);
    if (small.view.has_right_origin) RC_ASSERT(small.view.right_origin == structs[0].right_origin);
  }
  DeleteSet expected;
  if (small.deleted.length > 0) expected.Add(small.deleted_client, small.deleted);
  DeleteSet found = deletes;
  found.Normalize();
  for (const ClientRanges& entry : found.clients()) {
    for (const ClockRange& range : entry.ranges)
      RC_ASSERT(range.length == 0 || expected.Covers(entry.client, range));
  }
}

TEST(SmallUpdate, ReadsAKeystrokeAndAnErasedCharacter) {
  const std::string typed = Unhex("01 | 01 80 80 04 05 | c4 80 80 04 04 07 03 01 78 | 00");
  SmallUpdate small;
  ASSERT_TRUE(ReadSmallUpdate(AsBytes(typed), &small));
  ASSERT_TRUE(small.has_struct);
  EXPECT_EQ(small.view.id, (Id{65536, 5}));
  EXPECT_EQ(small.view.origin, (Id{65536, 4}));
  EXPECT_EQ(small.view.right_origin, (Id{7, 3}));
  EXPECT_EQ(small.view.content, "x");
  EXPECT_EQ(small.view.content.data(), typed.data() + typed.size() - 2);
  EXPECT_EQ(small.deleted.length, 0u);

  const std::string erased = Unhex("00 | 01 80 80 04 01 05 02");
  small = SmallUpdate();
  ASSERT_TRUE(ReadSmallUpdate(AsBytes(erased), &small));
  EXPECT_FALSE(small.has_struct);
  EXPECT_EQ(small.deleted_client, 65536u);
  EXPECT_EQ(small.deleted, (ClockRange{5, 2}));
}

TEST(SmallUpdate, ReadsAnOverLongClient) {
  const std::string update = Unhex("01 | 01 81 00 05 | 84 01 04 01 78 | 00");
  SmallUpdate small;
  ASSERT_TRUE(ReadSmallUpdate(AsBytes(update), &small));
  EXPECT_EQ(small.view.id, (Id{1, 5}));
  EXPECT_EQ(small.view.origin, (Id{1, 4}));
  EXPECT_EQ(small.view.content, "x");
}

TEST(SmallUpdate, LeavesLargerOnesAlone) {
  SmallUpdate small;
  EXPECT_FALSE(ReadSmallUpdate(AsBytes(Unhex("01 | 02 01 05 | 84 01 04 01 78 84 01 05 01 79 | 00")),
                               &small));
  EXPECT_FALSE(ReadSmallUpdate(AsBytes(Unhex("00 | 01 01 02 05 01 09 01")), &small));
  EXPECT_FALSE(ReadSmallUpdate(AsBytes(Unhex("00 | 02 01 01 05 01 02 01 05 01")), &small));
}

}  // namespace
}  // namespace ypp::codec
