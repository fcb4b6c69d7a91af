// What Yjs 13.6.33 recorded in tests/fixtures/open: each update through reader and writer, and each
// result of the update algebra.
#include <gtest/gtest.h>

#include "codec/json.h"
#include "codec/obfuscate.h"
#include "codec/snapshot.h"
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
    const Any* utils = fixture.json.Find("utils");
    if (utils == nullptr) continue;
    const Any* entries = utils->Find(name);
    if (entries == nullptr) continue;
    for (const Any& entry : ElementsOf(*entries)) {
      SCOPED_TRACE(fixture.name + " " + std::to_string(count));
      check(fixture, entry);
      ++count;
    }
  }
  EXPECT_GE(count, expected);
}

void ExpectBytes(const absl::StatusOr<std::string>& got, const std::string& want) {
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(Hex(*got), Hex(want));
}

void ExpectMeta(const absl::StatusOr<UpdateMeta>& got, const Any& want) {
  ASSERT_TRUE(got.ok()) << got.status();
  const auto expect_entries = [](const std::vector<std::pair<ClientId, Clock>>& entries,
                                 const Any& recorded) {
    std::vector<std::pair<ClientId, Clock>> expected;
    for (const Any& entry : ElementsOf(recorded)) {
      expected.emplace_back(static_cast<ClientId>(NumberOf(At(entry, 0))),
                            static_cast<Clock>(NumberOf(At(entry, 1))));
    }
    EXPECT_EQ(entries, expected);
  };
  expect_entries(got->from, At(want, "from"));
  expect_entries(got->to, At(want, "to"));
}

TEST(RecordedUpdates, AreWrittenAgainByteForByteInBothFormats) {
  size_t updates = 0;
  for (const Fixture& fixture : Sessions()) {
    for (const Any& update : ElementsOf(At(fixture.json, "updates"))) {
      SCOPED_TRACE(fixture.name + " " + ToJson(update));
      const std::string& v1 = fixture.Blob(At(update, "v1"));
      const std::string& v2 = fixture.Blob(At(update, "v2"));
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
  ForEachUtil("convert", 250, [](const Fixture& fixture, const Any& entry) {
    if (entry.Find("v1") != nullptr) {
      ExpectBytes(ConvertUpdate(AsBytes(fixture.Blob(At(entry, "v1"))), UpdateFormat::kV1,
                                UpdateFormat::kV2),
                  fixture.Blob(At(entry, "toV2")));
    } else {
      ExpectBytes(ConvertUpdate(AsBytes(fixture.Blob(At(entry, "v2"))), UpdateFormat::kV2,
                                UpdateFormat::kV1),
                  fixture.Blob(At(entry, "toV1")));
    }
  });
}

TEST(RecordedUpdates, MergeAsInYjs) {
  ForEachUtil("merge", 350, [](const Fixture& fixture, const Any& entry) {
    const Any::Array& updates = ElementsOf(At(fixture.json, "updates"));
    std::vector<Bytes> v1;
    std::vector<Bytes> v2;
    for (const Any& number : ElementsOf(At(entry, "order"))) {
      const Any& update = updates.at(static_cast<size_t>(NumberOf(number)));
      v1.push_back(AsBytes(fixture.Blob(At(update, "v1"))));
      v2.push_back(AsBytes(fixture.Blob(At(update, "v2"))));
    }
    const absl::StatusOr<std::string> merged_v1 = MergeUpdates(v1, UpdateFormat::kV1);
    const absl::StatusOr<std::string> merged_v2 = MergeUpdates(v2, UpdateFormat::kV2);
    ASSERT_NO_FATAL_FAILURE(ExpectBytes(merged_v1, fixture.Blob(At(entry, "v1"))));
    ASSERT_NO_FATAL_FAILURE(ExpectBytes(merged_v2, fixture.Blob(At(entry, "v2"))));
    EXPECT_EQ(Hex(StateVectorFromUpdate(AsBytes(*merged_v1), UpdateFormat::kV1)->Encode()),
              Hex(fixture.Blob(At(entry, "svV1"))));
    EXPECT_EQ(Hex(StateVectorFromUpdate(AsBytes(*merged_v2), UpdateFormat::kV2)->Encode()),
              Hex(fixture.Blob(At(entry, "svV2"))));
    ExpectMeta(ParseUpdateMeta(AsBytes(*merged_v1), UpdateFormat::kV1), At(entry, "meta"));
    ExpectMeta(ParseUpdateMeta(AsBytes(*merged_v2), UpdateFormat::kV2), At(entry, "metaV2"));
  });
}

TEST(RecordedUpdates, DiffAsInYjs) {
  ForEachUtil("diff", 350, [](const Fixture& fixture, const Any& entry) {
    if (entry.Find("doc") != nullptr) return;  // of a document: a test of the engine
    const absl::StatusOr<StateVector> known =
        StateVector::Decode(AsBytes(fixture.Blob(At(entry, "sv"))));
    ASSERT_TRUE(known.ok()) << known.status();
    ExpectBytes(DiffUpdate(AsBytes(fixture.Blob(At(entry, "v1"))), *known, UpdateFormat::kV1),
                fixture.Blob(At(entry, "d1")));
    ExpectBytes(DiffUpdate(AsBytes(fixture.Blob(At(entry, "v2"))), *known, UpdateFormat::kV2),
                fixture.Blob(At(entry, "d2")));
  });
}

TEST(RecordedUpdates, HaveTheStateVectorThatYjsFinds) {
  ForEachUtil("svFromUpdate", 350, [](const Fixture& fixture, const Any& entry) {
    const Any& update =
        At(At(fixture.json, "updates"), static_cast<size_t>(NumberOf(At(entry, "u"))));
    const Bytes v1 = AsBytes(fixture.Blob(At(update, "v1")));
    const absl::StatusOr<StateVector> vector = StateVectorFromUpdate(v1, UpdateFormat::kV1);
    ASSERT_TRUE(vector.ok()) << vector.status();
    EXPECT_EQ(Hex(vector->Encode()), Hex(fixture.Blob(At(entry, "sv"))));
    ExpectMeta(ParseUpdateMeta(v1, UpdateFormat::kV1), At(entry, "meta"));
  });
}

TEST(RecordedUpdates, AreObfuscatedAsInYjs) {
  ForEachUtil("obfuscate", 80, [](const Fixture& fixture, const Any& entry) {
    ObfuscateOptions options;
    const auto read = [&entry](const char* name, bool* option) {
      const Any* options = entry.Find("opts");
      const Any* given = options == nullptr ? nullptr : options->Find(name);
      if (given != nullptr) *option = *given->if_bool();
    };
    read("formatting", &options.formatting);
    read("subdocs", &options.subdocs);
    read("yxml", &options.yxml);
    const std::string& v1 = fixture.Blob(At(entry, "v1"));
    ExpectBytes(ObfuscateUpdate(AsBytes(v1), UpdateFormat::kV1, options),
                fixture.Blob(At(entry, "out")));
  });
}

TEST(RecordedUpdates, AreContainedInSnapshotsAsInYjs) {
  ForEachUtil("contains", 500, [](const Fixture& fixture, const Any& entry) {
    const absl::StatusOr<Snapshot> snapshot =
        DecodeSnapshot(AsBytes(fixture.Blob(At(entry, "snap"))), UpdateFormat::kV1);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ(Hex(EncodeSnapshot(*snapshot, UpdateFormat::kV1)),
              Hex(fixture.Blob(At(entry, "snap"))));
    const Any& update =
        At(At(fixture.json, "updates"), static_cast<size_t>(NumberOf(At(entry, "u"))));
    const absl::StatusOr<bool> v1 = SnapshotContainsUpdate(
        *snapshot, AsBytes(fixture.Blob(At(update, "v1"))), UpdateFormat::kV1);
    const absl::StatusOr<bool> v2 = SnapshotContainsUpdate(
        *snapshot, AsBytes(fixture.Blob(At(update, "v2"))), UpdateFormat::kV2);
    ASSERT_TRUE(v1.ok() && v2.ok());
    EXPECT_EQ(*v1, *At(entry, "result").if_bool());
    EXPECT_EQ(*v2, *v1);
  });
}

// Hand-made calls: holes, overlaps, one input, none.
TEST(RecordedUpdates, MeetTheEdgeCasesOfTheAlgebra) {
  const Fixture fixture = LoadFixture("open/util-merge-edge.json");
  int calls = 0;
  for (const Any& util : ElementsOf(At(fixture.json, "utils"))) {
    SCOPED_TRACE(ToJson(util));
    const std::string_view fn = TextOf(At(util, "fn"));
    std::vector<Bytes> args;
    for (const Any& arg : ElementsOf(At(util, "args"))) args.push_back(AsBytes(fixture.Blob(arg)));
    // Yjs refuses a Skip with upper info bits in some places and accepts it in others; here it is
    // accepted.
    const Any& result = At(util, "result");
    if (result.Find("throws") != nullptr) continue;
    ++calls;
    if (fn == "parseUpdateMeta") {
      ExpectMeta(ParseUpdateMeta(args[0], UpdateFormat::kV1), result);
      continue;
    }
    if (fn == "decodeStateVector") {
      EXPECT_EQ(
          StateVector::Decode(args[0])->Get(static_cast<ClientId>(NumberOf(At(At(result, 0), 0)))),
          NumberOf(At(At(result, 0), 1)));
      continue;
    }
    const std::string want = FromBase64(TextOf(result));
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
