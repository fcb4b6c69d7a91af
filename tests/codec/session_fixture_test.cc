// What Yjs 13.6.33 recorded in tests/fixtures/open: each update through reader and writer, and each
// result of the update algebra.
#include <gtest/gtest.h>

#include "codec/update_algebra.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

const std::vector<Fixture>& Sessions() {
  static const auto* const sessions = new std::vector<Fixture>(LoadFixtures("open", "session"));
  return *sessions;
}

// Calls check(fixture, entry) for each entry of utils.`name`; `expected` is how many there must be
// at least.
template <typename Check>
void ForEachUtil(const char* name, int expected, Check check) {
  int count = 0;
  for (const Fixture& fixture : Sessions()) {
    const boost::json::value* utils = fixture.json.if_contains("utils");
    if (utils == nullptr) continue;
    const boost::json::value* entries = utils->as_object().if_contains(name);
    if (entries == nullptr) continue;
    for (const boost::json::value& entry : entries->as_array()) {
      SCOPED_TRACE(fixture.name + " " + std::to_string(count));
      check(fixture, entry.as_object());
      ++count;
    }
  }
  EXPECT_GE(count, expected);
}

void ExpectBytes(const absl::StatusOr<std::string>& got, const std::string& want) {
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(Hex(*got), Hex(want));
}

void ExpectMeta(const absl::StatusOr<UpdateMeta>& got, const boost::json::value& want) {
  ASSERT_TRUE(got.ok()) << got.status();
  const auto expect_entries = [](const std::vector<std::pair<ClientId, Clock>>& entries,
                                 const boost::json::value& recorded) {
    std::vector<std::pair<ClientId, Clock>> expected;
    for (const boost::json::value& entry : recorded.as_array()) {
      expected.emplace_back(entry.at(0).to_number<ClientId>(), entry.at(1).to_number<Clock>());
    }
    EXPECT_EQ(entries, expected);
  };
  expect_entries(got->from, want.at("from"));
  expect_entries(got->to, want.at("to"));
}

TEST(RecordedUpdates, AreWrittenAgainByteForByteInBothFormats) {
  size_t updates = 0;
  for (const Fixture& fixture : Sessions()) {
    for (const boost::json::value& update : fixture.json.at("updates").as_array()) {
      SCOPED_TRACE(fixture.name + " " + boost::json::serialize(update));
      const std::string& v1 = fixture.Blob(update.at("v1"));
      const std::string& v2 = fixture.Blob(update.at("v2"));
      EXPECT_EQ(Hex(Rewrite(v1, Dialect::kV1, Dialect::kV1)), Hex(v1));
      EXPECT_EQ(Hex(Rewrite(v2, Dialect::kV2, Dialect::kV2)), Hex(v2));
      EXPECT_EQ(Hex(Rewrite(v1, Dialect::kV1, Dialect::kV2)), Hex(v2));
      EXPECT_EQ(Hex(Rewrite(v2, Dialect::kV2, Dialect::kV1)), Hex(v1));
      const std::string kept = Rewrite(v2, Dialect::kV2, Dialect::kV1Any);
      EXPECT_EQ(Hex(Rewrite(kept, Dialect::kV1Any, Dialect::kV2)), Hex(v2));
      ++updates;
    }
  }
  EXPECT_GT(updates, 6000u);
}

TEST(RecordedUpdates, ConvertAsInYjs) {
  ForEachUtil("convert", 250, [](const Fixture& fixture, const boost::json::object& entry) {
    if (entry.contains("v1")) {
      ExpectBytes(ConvertUpdate(AsBytes(fixture.Blob(entry.at("v1"))), UpdateFormat::kV1,
                                UpdateFormat::kV2),
                  fixture.Blob(entry.at("toV2")));
    } else {
      ExpectBytes(ConvertUpdate(AsBytes(fixture.Blob(entry.at("v2"))), UpdateFormat::kV2,
                                UpdateFormat::kV1),
                  fixture.Blob(entry.at("toV1")));
    }
  });
}

TEST(RecordedUpdates, MergeAsInYjs) {
  ForEachUtil("merge", 350, [](const Fixture& fixture, const boost::json::object& entry) {
    const boost::json::array& updates = fixture.json.at("updates").as_array();
    std::vector<Bytes> v1;
    std::vector<Bytes> v2;
    for (const boost::json::value& number : entry.at("order").as_array()) {
      const boost::json::value& update = updates.at(number.to_number<size_t>());
      v1.push_back(AsBytes(fixture.Blob(update.at("v1"))));
      v2.push_back(AsBytes(fixture.Blob(update.at("v2"))));
    }
    const absl::StatusOr<std::string> merged_v1 = MergeUpdates(v1, UpdateFormat::kV1);
    const absl::StatusOr<std::string> merged_v2 = MergeUpdates(v2, UpdateFormat::kV2);
    ASSERT_NO_FATAL_FAILURE(ExpectBytes(merged_v1, fixture.Blob(entry.at("v1"))));
    ASSERT_NO_FATAL_FAILURE(ExpectBytes(merged_v2, fixture.Blob(entry.at("v2"))));
    EXPECT_EQ(Hex(StateVectorFromUpdate(AsBytes(*merged_v1), UpdateFormat::kV1)->Encode()),
              Hex(fixture.Blob(entry.at("svV1"))));
    EXPECT_EQ(Hex(StateVectorFromUpdate(AsBytes(*merged_v2), UpdateFormat::kV2)->Encode()),
              Hex(fixture.Blob(entry.at("svV2"))));
    ExpectMeta(ParseUpdateMeta(AsBytes(*merged_v1), UpdateFormat::kV1), entry.at("meta"));
    ExpectMeta(ParseUpdateMeta(AsBytes(*merged_v2), UpdateFormat::kV2), entry.at("metaV2"));
  });
}

TEST(RecordedUpdates, DiffAsInYjs) {
  ForEachUtil("diff", 350, [](const Fixture& fixture, const boost::json::object& entry) {
    if (entry.contains("doc")) return;  // of a document: a test of the engine
    const absl::StatusOr<StateVector> known =
        StateVector::Decode(AsBytes(fixture.Blob(entry.at("sv"))));
    ASSERT_TRUE(known.ok()) << known.status();
    ExpectBytes(DiffUpdate(AsBytes(fixture.Blob(entry.at("v1"))), *known, UpdateFormat::kV1),
                fixture.Blob(entry.at("d1")));
    ExpectBytes(DiffUpdate(AsBytes(fixture.Blob(entry.at("v2"))), *known, UpdateFormat::kV2),
                fixture.Blob(entry.at("d2")));
  });
}

TEST(RecordedUpdates, HaveTheStateVectorThatYjsFinds) {
  ForEachUtil("svFromUpdate", 350, [](const Fixture& fixture, const boost::json::object& entry) {
    const boost::json::value& update =
        fixture.json.at("updates").at(entry.at("u").to_number<size_t>());
    const Bytes v1 = AsBytes(fixture.Blob(update.at("v1")));
    const absl::StatusOr<StateVector> vector = StateVectorFromUpdate(v1, UpdateFormat::kV1);
    ASSERT_TRUE(vector.ok()) << vector.status();
    EXPECT_EQ(Hex(vector->Encode()), Hex(fixture.Blob(entry.at("sv"))));
    ExpectMeta(ParseUpdateMeta(v1, UpdateFormat::kV1), entry.at("meta"));
  });
}

// Hand-made calls: holes, overlaps, one input, none.
TEST(RecordedUpdates, MeetTheEdgeCasesOfTheAlgebra) {
  const Fixture fixture = LoadFixture("open/util-merge-edge.json");
  int calls = 0;
  for (const boost::json::value& util : fixture.json.at("utils").as_array()) {
    SCOPED_TRACE(boost::json::serialize(util));
    const std::string_view fn = util.at("fn").as_string();
    std::vector<Bytes> args;
    for (const boost::json::value& arg : util.at("args").as_array())
      args.push_back(AsBytes(fixture.Blob(arg)));
    // Yjs refuses a Skip with upper info bits in some places and accepts it in others; here it is
    // accepted.
    const boost::json::value& result = util.at("result");
    if (result.is_object() && result.as_object().contains("throws")) continue;
    ++calls;
    if (fn == "parseUpdateMeta") {
      ExpectMeta(ParseUpdateMeta(args[0], UpdateFormat::kV1), result);
      continue;
    }
    if (fn == "decodeStateVector") {
      EXPECT_EQ(StateVector::Decode(args[0])->Get(result.at(0).at(0).to_number<ClientId>()),
                result.at(0).at(1).to_number<Clock>());
      continue;
    }
    const std::string want = FromBase64(result);
    if (fn == "mergeUpdates") ExpectBytes(MergeUpdates(args, UpdateFormat::kV1), want);
    if (fn == "encodeStateVectorFromUpdate") {
      EXPECT_EQ(Hex(StateVectorFromUpdate(args[0], UpdateFormat::kV1)->Encode()), Hex(want));
    }
    if (fn == "diffUpdate") {
      ExpectBytes(DiffUpdate(args[0], *StateVector::Decode(args[1]), UpdateFormat::kV1), want);
    }
    if (fn == "convertUpdateFormatV1ToV2") {
      ExpectBytes(ConvertUpdate(args[0], UpdateFormat::kV1, UpdateFormat::kV2), want);
    }
  }
  EXPECT_EQ(calls, 16);
}

}  // namespace
}  // namespace ypp::codec
