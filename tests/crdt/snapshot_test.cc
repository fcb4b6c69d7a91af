#include "crdt/snapshot.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "codec/json.h"
#include "crdt/check_invariants.h"
#include "crdt/new_type.h"
#include "tests/crdt/delta_json.h"
#include "tests/crdt/hex.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

std::string Json(const std::vector<Value>& values) {
  Any::Array array;
  for (const Value& value : values) array.push_back(value.ToAny());
  return codec::ToJson(array);
}

std::string Json(const Entries& entries) {
  Any::Object object;
  for (const auto& [key, value] : entries) object.emplace_back(key, value.ToAny());
  return codec::ToJson(object);
}

// Made by yjs 13.6.33, gc off, with
//   t.insert(0, 'hello world'); t.format(0, 5, {bold: true})
//   s1 = Y.snapshot(doc)
//   t.delete(3, 4); t.insert(3, 'XY'); t.insertEmbed(2, {img: 1}); t.format(4, 3, {em: true})
//   (client 2, up to date) t.insert(1, 'zz'); t.delete(8, 2); (and back to client 1)
//   s2 = Y.snapshot(doc)
// which also gave what the tests expect.
constexpr char kHistory[] =
    "02010200c401000101027a7a0f01000401017401688401000165840101016c840102026c6f8401040320776f840107"
    "0172840108026c6446010004626f6c640474727565c60104010504626f6c64046e756c6cc40104010c025859c60101"
    "010204626f6c64046e756c6cc5010f0102097b22696d67223a317dc60110010204626f6c640474727565c60104010d"
    "02656d0474727565c60107010802656d046e756c6c01010303060c011301";
constexpr char kFirst[] = "0001010d";
constexpr char kSecond[] = "01010303060c0113010202020114";

Snapshot Decoded(const char* hex) {
  return *DecodeSnapshot(codec::AsBytes(absl::HexStringToBytes(hex)), UpdateFormat::kV1);
}

class TextHistory : public testing::Test {
 protected:
  TextHistory()
      : doc_(WithClient(1, /*gc=*/false)), first_(Decoded(kFirst)), second_(Decoded(kSecond)) {
    doc_.GetText("t");
    EXPECT_TRUE(doc_.ApplyUpdate(absl::HexStringToBytes(kHistory)).ok());
  }
  void TearDown() override { EXPECT_TRUE(CheckInvariants(doc_).ok()); }

  Doc doc_;
  Snapshot first_;
  Snapshot second_;
};

TEST_F(TextHistory, SnapshotsHaveTheBytesOfYjs) {
  EXPECT_EQ(TakeSnapshot(doc_), second_);
  EXPECT_EQ(Hex(EncodeSnapshot(TakeSnapshot(doc_), UpdateFormat::kV1)), kSecond);
}

TEST_F(TextHistory, ShowsTheTextAtASnapshot) {
  const Text text = doc_.GetText("t");
  EXPECT_EQ(DeltaJson(text.ToDelta(first_)),
            R"([{"insert":"hello","attributes":{"bold":true}},{"insert":" world"}])");
  EXPECT_EQ(DeltaJson(text.ToDelta(second_)), DeltaJson(text.ToDelta()));
  EXPECT_TRUE(text.ToDelta(Snapshot()).empty());
}

TEST_F(TextHistory, MarksWhatCameAndWentBetweenTwoSnapshots) {
  EXPECT_EQ(DeltaJson(doc_.GetText("t").ToDelta(second_, first_)),
            R"([{"insert":"h","attributes":{"bold":true}},)"
            R"({"insert":"zz","attributes":{"bold":true,"ychange":{"type":"added"}}},)"
            R"({"insert":"e","attributes":{"bold":true}},{"insert":{"img":1}},)"
            R"({"insert":"l","attributes":{"bold":true}},)"
            R"({"insert":"lo","attributes":{"bold":true,"ychange":{"type":"removed"}}},)"
            R"({"insert":"XY","attributes":{"bold":true,"ychange":{"type":"added"},"em":true}},)"
            R"({"insert":" wo","attributes":{"bold":true,"ychange":{"type":"removed"},"em":true}},)"
            R"({"insert":"r","attributes":{"bold":true,"ychange":{"type":"removed"},"em":true}},)"
            R"({"insert":"ld","attributes":{"bold":true,"em":true}}])");
}

TEST_F(TextHistory, CanBeReadBackwards) {
  EXPECT_EQ(
      DeltaJson(doc_.GetText("t").ToDelta(first_, second_)),
      R"([{"insert":"h","attributes":{"bold":true}},)"
      R"({"insert":"zz","attributes":{"bold":true,"ychange":{"type":"removed"}}},)"
      R"({"insert":"e","attributes":{"bold":true}},{"insert":{"img":1},"attributes":{"bold":true}},)"
      R"({"insert":"l","attributes":{"bold":true}},)"
      R"({"insert":"lo","attributes":{"bold":true,"ychange":{"type":"added"}}},)"
      R"({"insert":"XY","attributes":{"bold":true,"ychange":{"type":"removed"}}},)"
      R"({"insert":" wo","attributes":{"ychange":{"type":"added"}}},)"
      R"({"insert":"r","attributes":{"ychange":{"type":"added"}}},{"insert":"ld"}])");
}

TEST_F(TextHistory, MarksWithWhatTheCallbackAnswersAndJoinsTheChangesOfOneUser) {
  const auto by_user = [](YChange change, Id item) {
    return Any(Any::Object{{"type", change == YChange::kAdded ? "added" : "removed"},
                           {"user", item.client}});
  };
  EXPECT_EQ(
      DeltaJson(doc_.GetText("t").ToDelta(second_, first_, by_user)),
      R"([{"insert":"h","attributes":{"bold":true}},)"
      R"({"insert":"zz","attributes":{"bold":true,"ychange":{"type":"added","user":2}}},)"
      R"({"insert":"e","attributes":{"bold":true}},{"insert":{"img":1}},)"
      R"({"insert":"l","attributes":{"bold":true}},)"
      R"({"insert":"lo","attributes":{"bold":true,"ychange":{"type":"removed","user":1}}},)"
      R"({"insert":"XY","attributes":{"bold":true,"ychange":{"type":"added","user":1},"em":true}},)"
      R"({"insert":" wor","attributes":{"bold":true,"ychange":{"type":"removed","user":1},"em":true}},)"
      R"({"insert":"ld","attributes":{"bold":true,"em":true}}])");
}

TEST_F(TextHistory, LookingAtItLeavesTheDocumentAsItWas) {
  EXPECT_EQ(Hex(doc_.EncodeUpdate()), kHistory);
  int updates = 0;
  const Subscription counting = doc_.OnUpdate([&](const UpdateEvent&) { ++updates; });
  doc_.GetText("t").ToDelta(first_);
  doc_.GetText("t").ToDelta(second_, first_);
  ASSERT_TRUE(DocFromSnapshot(doc_, first_).ok());
  EXPECT_EQ(Hex(doc_.EncodeUpdate()), kHistory);
  EXPECT_EQ(updates, 0);
}

TEST_F(TextHistory, IsRestoredIntoANewDocument) {
  absl::StatusOr<Doc> restored = DocFromSnapshot(doc_, first_);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(DeltaJson(restored->GetText("t").ToDelta()),
            R"([{"insert":"hello","attributes":{"bold":true}},{"insert":" world"}])");
  EXPECT_EQ(TakeSnapshot(*restored), first_);
  EXPECT_TRUE(CheckInvariants(*restored).ok());
}

TEST_F(TextHistory, TellsWhichUnitsASnapshotShows) {
  EXPECT_TRUE(IsVisible({1, 3}, first_));
  EXPECT_FALSE(IsVisible({1, 3}, second_));
  EXPECT_FALSE(IsVisible({2, 0}, first_));
  EXPECT_TRUE(IsVisible({2, 0}, second_));
  EXPECT_FALSE(IsVisible({3, 0}, second_));
}

TEST_F(TextHistory, GivesItsDeletedPiecesWithTheirParent) {
  std::string pieces;
  DeleteSet asked = DeletesOf(doc_);
  asked.Add(9, {0, 5});    // nobody
  asked.Add(1, {18, 99});  // only the first two are there
  ForEachPiece(doc_, asked, [&](const StructPiece& piece) {
    pieces += std::to_string(piece.id.clock) + "+" + std::to_string(piece.length) + " ";
    EXPECT_EQ(piece.id.client, 1u);
    EXPECT_FALSE(piece.collected);
    EXPECT_EQ(piece.parent, doc_.GetText("t"));
  });
  EXPECT_EQ(pieces, "3+2 5+3 8+1 12+1 19+1 18+1 19+1 ");
}

TEST(Snapshot, OfAnEmptyDocumentIsEmpty) {
  Doc doc;
  EXPECT_EQ(TakeSnapshot(doc), Snapshot());
}

TEST(Snapshot, IsNotRestoredFromADocumentThatCollects) {
  Doc doc;
  EXPECT_EQ(DocFromSnapshot(doc, Snapshot()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(Snapshot, IsNotRestoredFromADocumentThatKnowsLess) {
  Doc doc(WithClient(1, /*gc=*/false));
  Snapshot snapshot;
  snapshot.state.Set(7, 1);
  EXPECT_EQ(DocFromSnapshot(doc, snapshot).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Snapshot, RestoresIntoADocumentWithItsOwnOptions) {
  Doc doc(WithClient(1, /*gc=*/false));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abc").ok());
  const Snapshot snapshot = TakeSnapshot(doc);
  ASSERT_TRUE(doc.GetText("t").Delete(0, 3).ok());
  Doc into(WithClient(2, /*gc=*/false));
  std::string origin;
  const Subscription watching =
      into.OnTransaction([&](const TransactionEvent& event) { origin = event.origin.label; });
  ASSERT_TRUE(RestoreSnapshot(doc, snapshot, into).ok());
  EXPECT_EQ(into.GetText("t").ToString(), "abc");
  EXPECT_EQ(into.client_id(), 2u);
  EXPECT_EQ(origin, "snapshot");
}

// In yjs 13.6.33 (a.push([1, 2]); m.set('k', 'one'); … as below) typeMapGetAllSnapshot gives the
// same; typeListToArraySnapshot gives [1,2], [3], [], since items that were joined later count by
// their first element.
TEST(Snapshot, ShowsElementsAndEntriesOfTheTime) {
  Doc doc(WithClient(1, /*gc=*/false));
  Array array = doc.GetArray("a");
  Map map = doc.GetMap("m");
  ASSERT_TRUE(array.Push({1, 2}).ok());
  ASSERT_TRUE(map.Set("k", "one").ok());
  ASSERT_TRUE(map.Set("x", 1).ok());
  const Snapshot first = TakeSnapshot(doc);
  ASSERT_TRUE(array.Push({3}).ok());
  ASSERT_TRUE(array.Delete(0, 1).ok());
  ASSERT_TRUE(map.Set("k", "two").ok());
  ASSERT_TRUE(map.Delete("x").ok());
  const Snapshot second = TakeSnapshot(doc);
  ASSERT_TRUE(map.Set("k", "three").ok());
  ASSERT_TRUE(map.Set("y", 5).ok());
  ASSERT_TRUE(array.Delete(0, 2).ok());
  const Snapshot third = TakeSnapshot(doc);

  EXPECT_EQ(Json(ElementsAt(array, first)), "[1,2]");
  EXPECT_EQ(Json(ElementsAt(array, second)), "[2,3]");
  EXPECT_EQ(Json(ElementsAt(array, third)), "[]");
  EXPECT_EQ(Json(ElementsAt(array, Snapshot())), "[]");
  EXPECT_EQ(Json(ElementsAt(array, second, SnapshotDetail::kItemsAsInYjs)), "[3]");

  EXPECT_EQ(Json(EntriesAt(map, first)), R"({"k":"one","x":1})");
  EXPECT_EQ(Json(EntriesAt(map, second)), R"({"k":"two"})");
  EXPECT_EQ(Json(EntriesAt(map, third)), R"({"k":"three","y":5})");
  EXPECT_EQ(Json(EntriesAt(map, Snapshot())), "{}");
  EXPECT_EQ(EntryAt(map, "k", first), Value("one"));
  EXPECT_EQ(EntryAt(map, "y", first), Value());
  EXPECT_EQ(EntryAt(map, "never", first), Value());

  absl::StatusOr<Doc> restored = DocFromSnapshot(doc, second);
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(codec::ToJson(restored->GetArray("a").ToJson()), "[2,3]");
  EXPECT_EQ(codec::ToJson(restored->GetMap("m").ToJson()), R"({"k":"two"})");
}

TEST(Snapshot, ShowsOldValuesThatWereJoined) {
  Doc doc(WithClient(1, /*gc=*/false));
  Map map = doc.GetMap("m");
  std::vector<Snapshot> snapshots;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(map.Set("k", i).ok());
    snapshots.push_back(TakeSnapshot(doc));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(EntryAt(map, "k", snapshots[i]), Value(i));
}

TEST(Snapshot, MayBeUnsortedAndKnowMore) {
  Doc doc(WithClient(1, /*gc=*/false));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abcdef").ok());
  Snapshot snapshot;
  snapshot.state.Set(1, 99);
  snapshot.state.Set(5, 3);
  snapshot.deletes.AddSeparately(1, {4, 90});
  snapshot.deletes.AddSeparately(1, {1, 0});
  snapshot.deletes.AddSeparately(1, {0, 2});
  snapshot.deletes.AddSeparately(8, {0, 2});
  EXPECT_EQ(DeltaJson(doc.GetText("t").ToDelta(snapshot)), R"([{"insert":"cd"}])");
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(Snapshot, LeavesCharactersWhole) {
  Doc doc(WithClient(1, /*gc=*/false));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "a😀b").ok());
  Snapshot state_in_pair;
  state_in_pair.state.Set(1, 2);
  Snapshot delete_in_pair;
  delete_in_pair.state.Set(1, 4);
  delete_in_pair.deletes.Add(1, {2, 1});
  doc.GetText("t").ToDelta(state_in_pair);
  EXPECT_EQ(DeltaJson(doc.GetText("t").ToDelta(delete_in_pair)), R"([{"insert":"a😀b"}])");
  EXPECT_EQ(DocFromSnapshot(doc, state_in_pair).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(doc.GetText("t").ToString(), "a😀b");
}

// What the roots show, in one piece.
struct Shown {
  std::string text;
  std::string array;
  std::string map;
};

// Keys come in the order in which the document got them, which no snapshot knows.
std::string SortedJson(Entries entries) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return Json(entries);
}

Shown ShownNow(Doc& doc) {
  Entries entries;
  doc.GetMap("m").ForEach(
      [&](std::string_view key, const Value& value) { entries.emplace_back(key, value); });
  return {DeltaJson(doc.GetText("t").ToDelta()), codec::ToJson(doc.GetArray("a").ToJson()),
          SortedJson(std::move(entries))};
}

// What a random edit does; numbers are taken modulo the possibilities.
void EditSomewhere(Doc& doc, uint32_t action, uint32_t index, uint32_t amount) {
  Text text = doc.GetText("t");
  Array array = doc.GetArray("a");
  Map map = doc.GetMap("m");
  const uint32_t place = index % (text.length() + 1);
  const uint32_t element = index % (array.length() + 1);
  const char* keys[] = {"j", "k", "l"};
  switch (action % 9) {
    case 0:
    case 1:
      RC_ASSERT(
          text.Insert(place, std::string(1 + amount % 3, static_cast<char>('a' + amount % 26)))
              .ok());
      break;
    case 2:
      RC_ASSERT(text.Delete(place, std::min(text.length() - place, amount % 4)).ok());
      break;
    case 3: {
      const Any value = amount % 2 == 0 ? Any(true) : Any(nullptr);
      RC_ASSERT(text.Format(place, std::min(text.length() - place, amount % 5),
                            {{keys[amount % 3], value}})
                    .ok());
      break;
    }
    case 4:
      RC_ASSERT(text.InsertEmbed(place, Any(Any::Object{{"n", amount}})).ok());
      break;
    case 5:
      RC_ASSERT(array.Insert(element, {amount, "x"}).ok());
      break;
    case 6:
      RC_ASSERT(array.Delete(element, std::min(array.length() - element, amount % 3)).ok());
      break;
    case 7:
      RC_ASSERT(map.Set(keys[index % 3], amount).ok());
      break;
    default:
      RC_ASSERT(map.Delete(keys[index % 3]).ok());
  }
}

RC_GTEST_PROP(Snapshot, ShowsWhatWasShownWhenItWasTaken,
              (const std::vector<std::tuple<uint8_t, uint8_t, uint8_t, bool>>& edits)) {
  Doc doc(WithClient(1, /*gc=*/false));
  Doc other(WithClient(2, /*gc=*/false));
  for (Doc* each : {&doc, &other}) ShownNow(*each);  // opens the roots
  std::vector<std::pair<Snapshot, Shown>> history;
  for (const auto& [action, index, amount, remote] : edits) {
    EditSomewhere(remote ? other : doc, action, index, amount);
    if (amount % 3 == 0) RC_ASSERT(doc.ApplyUpdate(other.EncodeUpdate(doc.GetStateVector())).ok());
    if (amount % 5 == 0)
      RC_ASSERT(other.ApplyUpdate(doc.EncodeUpdate(other.GetStateVector())).ok());
    history.emplace_back(TakeSnapshot(doc), ShownNow(doc));
  }
  const std::string whole = doc.EncodeUpdate();
  for (const auto& [snapshot, shown] : history) {
    RC_ASSERT(DeltaJson(doc.GetText("t").ToDelta(snapshot)) == shown.text);
    RC_ASSERT(Json(ElementsAt(doc.GetArray("a"), snapshot)) == shown.array);
    RC_ASSERT(SortedJson(EntriesAt(doc.GetMap("m"), snapshot)) == shown.map);
    absl::StatusOr<Doc> restored = DocFromSnapshot(doc, snapshot, WithClient(3, /*gc=*/false));
    RC_ASSERT(restored.ok());
    RC_ASSERT(CheckInvariants(*restored).ok());
    const Shown again = ShownNow(*restored);
    RC_ASSERT(again.text == shown.text);
    RC_ASSERT(again.array == shown.array);
    RC_ASSERT(again.map == shown.map);
    RC_ASSERT(TakeSnapshot(*restored) == snapshot);
    for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
      const std::string bytes = EncodeSnapshot(snapshot, format);
      RC_ASSERT(*DecodeSnapshot(codec::AsBytes(bytes), format) == snapshot);
    }
  }
  RC_ASSERT(doc.EncodeUpdate() == whole);
  RC_ASSERT(CheckInvariants(doc).ok());
}

}  // namespace
}  // namespace ypp
