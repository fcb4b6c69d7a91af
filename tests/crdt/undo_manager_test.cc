// Expected bytes are those of Yjs 13.6.33 for the same edits by client 1.
#include "crdt/undo_manager.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/new_type.h"

namespace ypp {
namespace {

std::string CheckedHex(const Doc& doc) {
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  return absl::BytesToHexString(doc.EncodeUpdate());
}

// Every edit is a step of its own.
UndoOptions Separate() {
  UndoOptions options;
  options.capture_timeout = std::chrono::milliseconds(0);
  return options;
}

TEST(UndoManager, DeletesWhatWasInsertedAndInsertsCopiesOfWhatWasDeleted) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoManager undo(doc, {text}, Separate());
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  ASSERT_TRUE(text.Delete(1, 1).ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(CheckedHex(doc), "0104010004010174016184010001628401010163c40100010101620101010101");
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(text.ToString(), "");
  EXPECT_EQ(CheckedHex(doc), "0104010004010174016184010001628401010163c40100010101620101010004");
  EXPECT_TRUE(undo.Redo());
  EXPECT_TRUE(undo.Redo());
  EXPECT_EQ(text.ToString(), "ac");
  EXPECT_EQ(CheckedHex(doc),
            "0107010004010174016184010001628401010163c40100010101624401000161c4010101020163c4010001"
            "03016201010200040601");
  EXPECT_EQ(undo.undo_steps(), 2u);
  EXPECT_FALSE(undo.CanRedo());
}

TEST(UndoManager, ShowsWhatEachStepInsertedAndDeletedAndKeepsNotesWithIt) {
  Doc doc(DocOptions{7});
  Text text = doc.GetText("t");
  UndoManager undo(doc, {text}, Separate());
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  ASSERT_TRUE(text.Delete(1, 1).ok());
  ASSERT_EQ(undo.undo_steps(), 2u);
  const UndoStep typed = undo.StepAt(UndoDirection::kUndo, 0);
  EXPECT_EQ(typed.insertions.clients(), (std::vector<ClientRanges>{{7, {{0, 3}}}}));
  EXPECT_TRUE(typed.deletions.empty());
  const UndoStep deleted = undo.StepAt(UndoDirection::kUndo, 1);
  EXPECT_EQ(deleted.deletions.clients(), (std::vector<ClientRanges>{{7, {{1, 1}}}}));

  deleted.meta["selection"] = 1;
  int restored = 0;
  const Subscription popped = undo.OnStepPopped(
      [&](const UndoEvent& event) { restored = std::any_cast<int>(event.meta.at("selection")); });
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(restored, 1);
  ASSERT_EQ(undo.redo_steps(), 1u);
  EXPECT_EQ(undo.StepAt(UndoDirection::kRedo, 0).insertions.clients(),
            (std::vector<ClientRanges>{{7, {{3, 1}}}}));
}

TEST(UndoManager, RestoresTheFormerValueOfAKey) {
  Doc doc(DocOptions{1});
  Map map = doc.GetMap("m");
  UndoManager undo(doc, {map}, Separate());
  ASSERT_TRUE(map.Set("k", 1).ok());
  ASSERT_TRUE(map.Set("k", 2).ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(CheckedHex(doc), "010301002801016d016b017d01a80100017d02a80101017d010101010002");
  EXPECT_TRUE(undo.Undo());
  EXPECT_FALSE(map.Has("k"));
  EXPECT_TRUE(undo.Redo());
  EXPECT_TRUE(undo.Redo());
  EXPECT_EQ(CheckedHex(doc),
            "010501002801016d016b017d01a80100017d02a80101017d01a80102017d01a80103017d020101010004");
}

TEST(UndoManager, LeavesAKeyThatSomebodyElseSetSince) {
  Doc a(DocOptions{1});
  Doc b(DocOptions{2});
  Map map = a.GetMap("m");
  UndoManager undo(a, {map}, Separate());
  ASSERT_TRUE(map.Set("k", 1).ok());
  ASSERT_TRUE(map.Set("k", 2).ok());
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate()).ok());
  ASSERT_TRUE(b.GetMap("m").Set("k", 9).ok());
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate(), "remote").ok());
  EXPECT_FALSE(undo.Undo());
  EXPECT_EQ(map.Get("k"), Value(9));
}

TEST(UndoManager, BringsATypeBackWithItsContent) {
  Doc doc(DocOptions{1});
  Array array = doc.GetArray("a");
  UndoManager undo(doc, {array}, Separate());
  ASSERT_TRUE(array.Insert(0, {NewText()}).ok());
  ASSERT_TRUE(array.Get(0).text().Insert(0, "xy").ok());
  ASSERT_TRUE(array.Delete(0, 1).ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(CheckedHex(doc), "0104010007010161020400010002787947010002040001030278790101010003");
}

TEST(UndoManager, TakesQuickEditsAsOneStepUntilItIsTold) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  auto now = std::chrono::steady_clock::time_point(std::chrono::seconds(1));
  UndoOptions options;
  options.now = [&] { return now; };
  UndoManager undo(doc, {text}, options);
  ASSERT_TRUE(text.Append("a").ok());
  now += std::chrono::milliseconds(499);
  ASSERT_TRUE(text.Append("b").ok());
  now += std::chrono::milliseconds(500);
  ASSERT_TRUE(text.Append("c").ok());
  undo.StopCapturing();
  ASSERT_TRUE(text.Append("d").ok());
  EXPECT_EQ(undo.undo_steps(), 3u);
  undo.Undo();
  undo.Undo();
  EXPECT_EQ(text.ToString(), "ab");
}

TEST(UndoManager, CountsOnlyTrackedOriginsAndItsScope) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoOptions options = Separate();
  options.tracked_origins = {"mine"};
  UndoManager undo(doc, {text}, options);
  ASSERT_TRUE(text.Append("a").ok());
  doc.Transact([&] { ASSERT_TRUE(doc.GetText("other").Append("b").ok()); }, "mine");
  EXPECT_FALSE(undo.CanUndo());
  doc.Transact([&] { ASSERT_TRUE(text.Append("c").ok()); }, "mine");
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(text.ToString(), "a");
}

TEST(UndoManager, AsksBeforeItDeletes) {
  Doc doc(DocOptions{1});
  Map map = doc.GetMap("m");
  UndoOptions options = Separate();
  options.delete_filter = [](const UndoneItem& item) { return item.key != "pinned"; };
  UndoManager undo(doc, {map}, options);
  doc.Transact([&] {
    ASSERT_TRUE(map.Set("pinned", 1).ok());
    ASSERT_TRUE(map.Set("loose", 2).ok());
  });
  EXPECT_TRUE(undo.Undo());
  EXPECT_TRUE(map.Has("pinned"));
  EXPECT_FALSE(map.Has("loose"));
}

TEST(UndoManager, CarriesWhatTheApplicationKeepsWithAStep) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoManager undo(doc, {text}, Separate());
  std::string restored;
  const Subscription added =
      undo.OnStepAdded([](const UndoEvent& event) { event.meta["cursor"] = std::string("at 3"); });
  const Subscription popped = undo.OnStepPopped([&](const UndoEvent& event) {
    EXPECT_EQ(event.direction, UndoDirection::kUndo);
    EXPECT_EQ(event.changed, std::vector<SharedType>{text});
    restored = std::any_cast<std::string>(event.meta["cursor"]);
  });
  ASSERT_TRUE(text.Append("abc").ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(restored, "at 3");
}

TEST(UndoManager, LetsGoOfDeletedContentWhenItsStepsAreCleared) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoManager undo(doc, {text}, Separate());
  ASSERT_TRUE(text.Append("abc").ok());
  ASSERT_TRUE(text.Delete(0, 3).ok());
  bool cleared = false;
  const Subscription on_cleared = undo.OnCleared([&](bool, bool) { cleared = true; });
  undo.Clear();
  EXPECT_TRUE(cleared);
  EXPECT_FALSE(undo.CanUndo());
  EXPECT_FALSE(undo.Undo());
}

TEST(UndoManager, TakesOnTypesAndOriginsLater) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  Array array = doc.GetArray("a");
  UndoManager undo(doc, {text}, Separate());
  ASSERT_TRUE(array.Push({1}).ok());
  EXPECT_FALSE(undo.CanUndo());
  undo.AddToScope(array);
  ASSERT_TRUE(array.Push({2}).ok());
  EXPECT_EQ(undo.undo_steps(), 1u);

  const auto type_as_ada = [&] {
    doc.Transact([&] { ASSERT_TRUE(text.Append("x").ok()); }, "ada");
  };
  type_as_ada();
  EXPECT_EQ(undo.undo_steps(), 1u);
  undo.AddTrackedOrigin("ada");
  type_as_ada();
  EXPECT_EQ(undo.undo_steps(), 2u);
  undo.RemoveTrackedOrigin("ada");
  type_as_ada();
  EXPECT_EQ(undo.undo_steps(), 2u);

  ASSERT_TRUE(doc.GetMap("m").Set("k", 1).ok());
  EXPECT_EQ(undo.undo_steps(), 2u);
  undo.AddWholeDocumentToScope();
  ASSERT_TRUE(doc.GetMap("m").Set("k", 2).ok());
  EXPECT_EQ(undo.undo_steps(), 3u);
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(doc.GetMap("m").Get("k"), Value(1));
}

TEST(UndoManager, PassesOverTransactionsThatItIsToldNotToCapture) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoOptions options = Separate();
  bool capture = false;
  options.capture_transaction = [&](const TransactionEvent&) { return capture; };
  UndoManager undo(doc, {text}, options);
  ASSERT_TRUE(text.Append("a").ok());
  EXPECT_FALSE(undo.CanUndo());
  capture = true;
  ASSERT_TRUE(text.Append("b").ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(text.ToString(), "a");
}

TEST(UndoManager, SetsAKeyBackOverSomebodyElsesWhenItIsToldTo) {
  Doc a(DocOptions{1});
  Doc b(DocOptions{2});
  Map map = a.GetMap("m");
  UndoOptions options = Separate();
  options.ignore_remote_map_changes = true;
  UndoManager undo(a, {map}, options);
  ASSERT_TRUE(map.Set("k", 1).ok());
  ASSERT_TRUE(map.Set("k", 2).ok());
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate()).ok());
  ASSERT_TRUE(b.GetMap("m").Set("k", 9).ok());
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate(), "remote").ok());
  EXPECT_TRUE(undo.Undo());
  EXPECT_EQ(map.Get("k"), Value(1));
}

TEST(UndoManager, TellsWhenAStepGrows) {
  Doc doc(DocOptions{1});
  Text text = doc.GetText("t");
  UndoOptions options;
  options.capture_timeout = std::chrono::hours(1);
  UndoManager undo(doc, {text}, options);
  int added = 0;
  int grown = 0;
  const Subscription on_added = undo.OnStepAdded([&](const UndoEvent& event) {
    ++added;
    event.meta["cursor"] = 3;
  });
  const Subscription on_grown = undo.OnStepUpdated([&](const UndoEvent& event) {
    ++grown;
    EXPECT_EQ(std::any_cast<int>(event.meta["cursor"]), 3);
    EXPECT_EQ(event.direction, UndoDirection::kUndo);
  });
  ASSERT_TRUE(text.Append("a").ok());
  ASSERT_TRUE(text.Append("b").ok());
  EXPECT_EQ(added, 1);
  EXPECT_EQ(grown, 1);
  EXPECT_EQ(undo.undo_steps(), 1u);
}

TEST(UndoManager, MayOutliveItsDocument) {
  auto doc = std::make_unique<Doc>();
  UndoManager undo(*doc);
  doc.reset();
}

}  // namespace
}  // namespace ypp
