// What events say. The expectations are what Yjs 13.6 says in the same situation, unless a test
// says otherwise.
#include "crdt/event.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crdt/doc.h"
#include "crdt/new_type.h"
#include "tests/crdt/delta_json.h"
#include "tests/crdt/event_json.h"
#include "tests/crdt/log_lines.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

TEST(Event, TellsTextChangesWithTheirFormats) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Lines log;
  const Subscription subscription = text.Observe([&](const Event& event) {
    EXPECT_TRUE(event.child_list_changed());
    log.push_back(DeltaJson(event.text_delta()));
  });
  ASSERT_TRUE(text.Insert(0, "hello world").ok());
  ASSERT_TRUE(text.Insert(5, ",").ok());
  ASSERT_TRUE(text.Format(0, 5, {{"bold", true}}).ok());
  ASSERT_TRUE(text.Delete(3, 4).ok());
  EXPECT_EQ(Take(log), (Lines{R"([{"insert":"hello world"}])", R"([{"retain":5},{"insert":","}])",
                              R"([{"retain":5,"attributes":{"bold":true}}])",
                              R"([{"retain":3},{"delete":4}])"}));
  doc.Transact([&] {
    ASSERT_TRUE(text.Insert(0, "ab", {{"bold", true}}).ok());
    ASSERT_TRUE(text.Insert(2, "c", Attributes()).ok());
    ASSERT_TRUE(text.Format(4, 2, {{"bold", nullptr}, {"em", Any::Object()}}).ok());
  });
  EXPECT_EQ(Take(log),
            (Lines{R"([{"insert":"ab","attributes":{"bold":true}},{"insert":"c"},{"retain":1},)"
                   R"({"retain":2,"attributes":{"bold":null,"em":{}}},)"
                   R"({"retain":5,"attributes":{"bold":null}}])"}));
  ASSERT_TRUE(text.InsertEmbed(1, Any::Object{{"img", 1}}, {{"w", 5}}).ok());
  EXPECT_EQ(Take(log), (Lines{R"([{"retain":1},{"insert":{"img":1},"attributes":{"w":5}}])"}));
}

TEST(Event, LeavesOutOfATextDeltaWhatTheTransactionDeletedAgain) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  Lines log;
  const Subscription subscription =
      text.Observe([&](const Event& event) { log.push_back(DeltaJson(event.text_delta())); });
  doc.Transact([&] {
    ASSERT_TRUE(text.Append("zz").ok());
    ASSERT_TRUE(text.Delete(4, 1).ok());
  });
  EXPECT_EQ(Take(log), (Lines{R"([{"retain":3},{"insert":"z"}])"}));
  doc.Transact([&] {
    ASSERT_TRUE(text.Append("y").ok());
    ASSERT_TRUE(text.Delete(0, 5).ok());
  });
  EXPECT_EQ(Take(log), (Lines{R"([{"delete":4}])"}));
}

TEST(Event, NamesChangedAttributesOfATextApartFromItsContent) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  int events = 0;
  const Subscription subscription = text.Observe([&](const Event& event) {
    ++events;
    EXPECT_FALSE(event.child_list_changed());
    EXPECT_EQ(event.keys_changed(), std::vector<std::string>{"k"});
    EXPECT_EQ(KeysJson(event), R"({"k":["add","undefined"]})");
    EXPECT_TRUE(event.text_delta().empty());
  });
  // Client 2 sets attribute `k` to 1.
  const std::string update("\x01\x01\x02\x00\x28\x01\x01t\x01k\x01\x7d\x01\x00", 14);
  ASSERT_TRUE(doc.ApplyUpdate(update).ok());
  EXPECT_EQ(events, 1);
}

TEST(Event, TellsArrayChanges) {
  Doc doc = DocOf(1);
  Array array = doc.GetArray("a");
  Lines log;
  const Subscription subscription =
      array.Observe([&](const Event& event) { log.push_back(ListDeltaJson(event.delta())); });
  ASSERT_TRUE(array.Push({1, 2, 3}).ok());
  ASSERT_TRUE(array.Push({4}).ok());
  ASSERT_TRUE(array.Delete(1, 2).ok());
  doc.Transact([&] {
    ASSERT_TRUE(array.Insert(1, {"x"}).ok());
    ASSERT_TRUE(array.Delete(1, 1).ok());
  });
  EXPECT_EQ(Take(log), (Lines{R"([{"insert":[1,2,3]}])", R"([{"retain":3},{"insert":[4]}])",
                              R"([{"retain":1},{"delete":2}])", "[]"}));
  doc.Transact([&] {
    ASSERT_TRUE(array.Insert(0, {NewMap(), "b"}).ok());
    ASSERT_TRUE(array.Delete(3, 1).ok());
  });
  EXPECT_EQ(Take(log), (Lines{R"([{"insert":[{"type":"map"},"b"]},{"retain":1},{"delete":1}])"}));
}

TEST(Event, NamesTheElementsItAddedAndDeleted) {
  Doc doc = DocOf(1);
  Array array = doc.GetArray("a");
  ASSERT_TRUE(array.Push({1, 2}).ok());
  int events = 0;
  const Subscription subscription = array.Observe([&](const Event& event) {
    ++events;
    EXPECT_EQ(event.added().clients(), (std::vector<ClientRanges>{{1, {{2, 1}}}}));
    EXPECT_EQ(event.deleted().clients(), (std::vector<ClientRanges>{{1, {{0, 1}}}}));
    EXPECT_TRUE(event.Adds({1, 2}));
    EXPECT_FALSE(event.Adds({1, 1}));
    EXPECT_TRUE(event.Deletes({1, 0}));
    EXPECT_FALSE(event.Deletes({1, 1}));
    EXPECT_FALSE(event.Adds({7, 0}));
  });
  doc.Transact([&] {
    ASSERT_TRUE(array.Push({3}).ok());
    ASSERT_TRUE(array.Delete(0, 1).ok());
  });
  EXPECT_EQ(events, 1);
}

TEST(Event, TellsKeysWithTheirOldValues) {
  Doc doc = DocOf(1);
  Map map = doc.GetMap("m");
  Lines log;
  const Subscription subscription = map.Observe([&](const Event& event) {
    log.push_back(KeysJson(event));
    for (const std::string& key : event.keys_changed()) log.back() += " " + key;
  });
  ASSERT_TRUE(map.Set("a", 1).ok());
  ASSERT_TRUE(map.Set("a", 2).ok());
  doc.Transact([&] {
    ASSERT_TRUE(map.Set("a", 3).ok());
    ASSERT_TRUE(map.Set("b", 1).ok());
    ASSERT_TRUE(map.Delete("b").ok());
    ASSERT_TRUE(map.Delete("a").ok());
  });
  EXPECT_EQ(Take(log), (Lines{R"({"a":["add","undefined"]} a)", R"({"a":["update",1]} a)",
                              R"({"a":["delete",2]} a b)"}));
  doc.Transact([&] {
    ASSERT_TRUE(map.Set("c", NewText("x")).ok());
    ASSERT_TRUE(map.Set("c", 5).ok());
    ASSERT_TRUE(map.Set("a", 9).ok());
  });
  ASSERT_TRUE(map.Delete("c").ok());
  ASSERT_TRUE(map.SetArray("l").ok());
  ASSERT_TRUE(map.Delete("l").ok());
  EXPECT_EQ(Take(log), (Lines{R"({"c":["add","undefined"],"a":["add","undefined"]} c a)",
                              R"({"c":["delete",5]} c)", R"({"l":["add","undefined"]} l)",
                              R"({"l":["delete",{"type":"array"}]} l)"}));
}

TEST(Event, ReachesDeepObserversOutermostFirstWithPaths) {
  Doc doc = DocOf(1);
  Map map = doc.GetMap("m");
  Lines log;
  const Subscription subscription = map.ObserveDeep([&](const std::vector<Event>& events) {
    std::string line;
    for (const Event& event : events) {
      EXPECT_EQ(event.current_target(), map);
      line += PathJson(event) + ListDeltaJson(event.delta()) + KeysJson(event) + " ";
    }
    log.push_back(line);
  });
  Array list = *map.SetArray("l");
  Map inner;
  doc.Transact([&] {
    ASSERT_TRUE(list.Push({1}).ok());
    inner = *list.PushMap();
    ASSERT_TRUE(inner.Set("x", 1).ok());
  });
  doc.Transact([&] {
    ASSERT_TRUE(inner.Set("y", 1).ok());
    ASSERT_TRUE(list.Insert(0, {"z"}).ok());
    ASSERT_TRUE(map.Set("k", 1).ok());
  });
  doc.Transact([&] {
    ASSERT_TRUE(inner.Set("y", 2).ok());
    ASSERT_TRUE(list.Delete(2, 1).ok());
  });
  EXPECT_EQ(
      log, (Lines{R"([][]{"l":["add","undefined"]} )", R"(["l"][{"insert":[1,{"type":"map"}]}]{} )",
                  R"([][]{"k":["add","undefined"]} ["l"][{"insert":["z"]}]{} )"
                  R"(["l",2][]{"y":["add","undefined"]} )",
                  R"(["l"][{"retain":2},{"delete":1}]{} )"}));
}

TEST(Event, DeletesFormatsThatTheDeltaFindsRedundant) {
  Doc a = DocOf(1);
  Doc b = DocOf(2);
  ASSERT_TRUE(a.GetText("t").Insert(0, "hello").ok());
  b.GetText("t");
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate()).ok());
  ASSERT_TRUE(a.GetText("t").Format(0, 5, {{"bold", true}}).ok());
  ASSERT_TRUE(b.GetText("t").Format(0, 5, {{"bold", true}}).ok());
  Lines log;
  const Subscription observer = a.GetText("t").Observe([&](const Event& event) {
    log.push_back(event.local() ? "local" : "remote");
    EXPECT_TRUE(event.text_delta().empty());
  });
  const Subscription updates = a.OnUpdate(
      [&](const UpdateEvent& event) { log.push_back("update from " + event.origin.label); });
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate(), "network").ok());
  EXPECT_EQ(log, (Lines{"remote", "update from network", "local", "update from "}));
  EXPECT_EQ(DeltaJson(a.GetText("t").ToDelta()),
            R"([{"insert":"hello","attributes":{"bold":true}}])");
}

TEST(Event, SaysNothingAboutTypesMadeOrDeletedByTheTransaction) {
  Doc doc = DocOf(1);
  Map map = doc.GetMap("m");
  Text old = *map.SetText("old");
  int events = 0;
  Subscription watch_old = old.Observe([&](const Event&) { ++events; });
  Subscription watch_new;
  doc.Transact([&] {
    Text made = *map.SetText("new");
    watch_new = made.Observe([&](const Event&) { ++events; });
    ASSERT_TRUE(made.Insert(0, "x").ok());
    ASSERT_TRUE(old.Insert(0, "x").ok());
    ASSERT_TRUE(map.Delete("old").ok());
  });
  EXPECT_EQ(events, 0);
  EXPECT_FALSE(old.valid());
  watch_old.Cancel();
}

TEST(Event, LetsCallbacksCancelThemselvesAndEachOther) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Lines log;
  Subscription first, second, third;
  first = text.Observe([&](const Event&) {
    log.push_back("first");
    second.Cancel();
    first.Cancel();
    third = text.Observe([&](const Event&) { log.push_back("third"); });
  });
  second = text.Observe([&](const Event&) { log.push_back("second"); });
  ASSERT_TRUE(text.Append("a").ok());
  ASSERT_TRUE(text.Append("b").ok());
  EXPECT_EQ(log, (Lines{"first", "third"}));
}

TEST(Event, OutlivesNothingThatItWasAskedFor) {
  Subscription subscription;
  {
    Doc doc = DocOf(1);
    subscription = doc.GetText("t").Observe([](const Event&) {});
  }
  subscription.Cancel();
  Text().Observe([](const Event&) { FAIL(); }).Cancel();
}

TEST(Event, TellsWhatLaterEditsAddedToAQueuedTransactionApartFromIt) {
  // Yjs has joined "a" and "b" by the time the second observer runs, and then tells nothing.
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Lines log;
  const Subscription subscription = text.Observe([&](const Event& event) {
    log.push_back(event.origin().label + DeltaJson(event.text_delta()));
    if (event.origin().label == "one") doc.Transact([&] { (void)text.Append("b"); }, "two");
  });
  doc.Transact([&] { ASSERT_TRUE(text.Append("a").ok()); }, "one");
  EXPECT_EQ(log, (Lines{R"(one[{"insert":"a"}])", R"(two[{"retain":1},{"insert":"b"}])"}));
}

TEST(SharedType, KnowsWhatItLiesIn) {
  Doc doc = DocOf(1);
  Map map = doc.GetMap("m");
  Array list = *map.SetArray("l");
  Text text = *list.PushText();
  EXPECT_TRUE(text.IsInside(map));
  EXPECT_TRUE(text.IsInside(list));
  EXPECT_FALSE(list.IsInside(text));
  EXPECT_FALSE(list.IsInside(list));
  EXPECT_FALSE(text.IsInside(doc.GetArray("other")));
  EXPECT_EQ(list.parent(), map);
  EXPECT_EQ(map.root_name(), "m");
  EXPECT_EQ(list.root_name(), std::nullopt);
  EXPECT_EQ(SharedType().root_name(), std::nullopt);
}

}  // namespace
}  // namespace ypp
