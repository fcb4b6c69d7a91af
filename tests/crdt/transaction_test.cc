// The stages of transactions. The expectations are what Yjs 13.6 does in the same situation.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/event.h"
#include "tests/crdt/hex.h"
#include "tests/crdt/log_lines.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// Writes down every stage of every transaction.
class Recorder {
 public:
  explicit Recorder(Doc& doc) {
    const auto note = [this](const char* stage) {
      return [this, stage](const TransactionEvent& event) {
        log_.push_back(stage + (" " + event.origin.label));
      };
    };
    subscriptions_.push_back(doc.OnBeforeAllTransactions([this] { log_.push_back("before all"); }));
    subscriptions_.push_back(doc.OnBeforeTransaction(note("before")));
    subscriptions_.push_back(doc.OnBeforeObserverCalls(note("before observers")));
    subscriptions_.push_back(doc.OnAfterTransaction(note("after")));
    subscriptions_.push_back(doc.OnAfterTransactionCleanup(note("clean")));
    subscriptions_.push_back(doc.OnUpdate(
        [this](const UpdateEvent& event) { log_.push_back("update " + Hex(event.update)); }));
    subscriptions_.push_back(doc.OnAfterAllTransactions([this] { log_.push_back("after all"); }));
  }
  void Note(std::string line) { log_.push_back(std::move(line)); }
  Lines Take() { return std::exchange(log_, {}); }

 private:
  Lines log_;
  std::vector<Subscription> subscriptions_;
};

TEST(Transaction, GoesThroughItsStagesInOrder) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Recorder recorder(doc);
  const Subscription own = text.Observe([&](const Event&) { recorder.Note("observe"); });
  const Subscription deep =
      text.ObserveDeep([&](const std::vector<Event>&) { recorder.Note("observe deep"); });
  doc.Transact([&] { ASSERT_TRUE(text.Insert(0, "a").ok()); }, "one");
  EXPECT_EQ(recorder.Take(),
            (Lines{"before all", "before one", "before observers one", "observe", "observe deep",
                   "after one", "clean one", "update 0101010004010174016100", "after all"}));
}

TEST(Transaction, RunsThoseThatCallbacksOpenOneAfterTheOther) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Recorder recorder(doc);
  const Subscription own = text.Observe([&](const Event& event) {
    recorder.Note("observe " + event.origin().label);
    if (event.origin().label == "one") {
      doc.Transact([&] { ASSERT_TRUE(text.Append("b").ok()); }, "two");
    }
  });
  doc.Transact([&] { ASSERT_TRUE(text.Insert(0, "a").ok()); }, "one");
  // The first update tells all there is by then; the second one tells its part again.
  EXPECT_EQ(
      recorder.Take(),
      (Lines{"before all", "before one", "before observers one", "observe one", "before two",
             "after one", "clean one", "update 010101000401017402616200", "before observers two",
             "observe two", "after two", "clean two", "update 01010101840100016200", "after all"}));
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(Transaction, TellsInItsUpdateWhatACallbackAppliedMeanwhile) {
  Doc remote = DocOf(2);
  ASSERT_TRUE(remote.GetText("t").Insert(0, "remote").ok());
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Lines updates;
  const Subscription on_update = doc.OnUpdate([&](const UpdateEvent& event) {
    updates.push_back(event.origin.label + " " + Hex(event.update));
  });
  bool applied = false;
  const Subscription observer = text.Observe([&](const Event&) {
    if (std::exchange(applied, true)) return;
    ASSERT_TRUE(doc.ApplyUpdate(remote.EncodeUpdate(), "nested").ok());
  });
  doc.Transact([&] { ASSERT_TRUE(text.Insert(0, "a").ok()); }, "outer");
  EXPECT_EQ(updates, (Lines{"outer 02010200040101740672656d6f746501010004010174016100",
                            "nested 01010200040101740672656d6f746500"}));
  EXPECT_EQ(doc.client_id(), 1u);
}

TEST(Transaction, JoinsTheOneAroundIt) {
  Doc doc = DocOf(1);
  Recorder recorder(doc);
  doc.Transact(
      [&] {
        doc.Transact([&] { ASSERT_TRUE(doc.GetText("t").Append("a").ok()); }, "inner");
        ASSERT_TRUE(doc.GetText("t").Append("b").ok());
      },
      "outer");
  EXPECT_EQ(recorder.Take(),
            (Lines{"before all", "before outer", "before observers outer", "after outer",
                   "clean outer", "update 010101000401017402616200", "after all"}));
}

TEST(Transaction, IsToldOfAlsoWhenItChangesNothing) {
  Doc doc = DocOf(1);
  Recorder recorder(doc);
  doc.Transact([] {}, "nothing");
  EXPECT_EQ(recorder.Take(), (Lines{"before all", "before nothing", "before observers nothing",
                                    "after nothing", "clean nothing", "after all"}));
}

TEST(Transaction, CommitsWhatWasDoneBeforeAnException) {
  Doc doc = DocOf(1);
  Recorder recorder(doc);
  EXPECT_THROW(doc.Transact([&] {
    ASSERT_TRUE(doc.GetText("t").Append("a").ok());
    throw std::runtime_error("on purpose");
  }),
               std::runtime_error);
  EXPECT_EQ(recorder.Take(), (Lines{"before all", "before ", "before observers ", "after ",
                                    "clean ", "update 0101010004010174016100", "after all"}));
  ASSERT_TRUE(doc.GetText("t").Append("b").ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "ab");
}

TEST(Transaction, KnowsTheStatesAroundItAndWhatItTouched) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  Map map = doc.GetMap("m");
  Array list = *map.SetArray("l");
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  int events = 0;
  const Subscription subscription = doc.OnAfterTransaction([&](const TransactionEvent& event) {
    ++events;
    EXPECT_EQ(event.BeforeState().Get(1), 4u);
    EXPECT_EQ(event.AfterState().Get(1), 6u);
    EXPECT_EQ(event.Inserts().clients(), (std::vector<ClientRanges>{{1, {{4, 2}}}}));
    EXPECT_EQ(event.Deletes().clients(), (std::vector<ClientRanges>{{1, {{2, 1}}}}));
    EXPECT_EQ(event.changed, (std::vector<SharedType>{text, list}));
    EXPECT_EQ(event.ChangedParents(), (std::vector<SharedType>{text, list, map}));
    EXPECT_TRUE(event.local);
  });
  doc.Transact([&] {
    ASSERT_TRUE(text.Insert(3, "d").ok());
    ASSERT_TRUE(text.Delete(1, 1).ok());
    ASSERT_TRUE(list.Push({1}).ok());
  });
  EXPECT_EQ(events, 1);
}

TEST(Transaction, StartsANewSeriesFromTheEndOfTheLast) {
  Doc doc = DocOf(1);
  Recorder recorder(doc);
  bool done = false;
  const Subscription subscription = doc.OnAfterAllTransactions([&] {
    if (!std::exchange(done, true)) doc.Transact([] {}, "two");
  });
  doc.Transact([] {}, "one");
  const Lines log = recorder.Take();
  ASSERT_EQ(log.size(), 12u);
  EXPECT_EQ(log[5], "after all");
  EXPECT_EQ(log[6], "before all");
  EXPECT_EQ(log[11], "after all");
}

TEST(Transaction, CountsChangesOfARootBeforeItIsOpenedAsThoseOfAnotherType) {
  Doc remote = DocOf(2);
  ASSERT_TRUE(remote.GetText("t").Insert(0, "x").ok());
  Doc doc = DocOf(1);
  int events = 0;
  Subscription subscription;
  doc.Transact([&] {
    ASSERT_TRUE(doc.ApplyUpdate(remote.EncodeUpdate()).ok());
    subscription = doc.GetText("t").Observe([&](const Event&) { ++events; });
  });
  EXPECT_EQ(events, 0);
  doc.Transact([&] { ASSERT_TRUE(doc.GetText("t").Append("y").ok()); });
  EXPECT_EQ(events, 1);
}

}  // namespace
}  // namespace ypp
