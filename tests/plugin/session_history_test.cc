// A host that joins a session which has begun already, over a relay in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/plugin/session_support.h"

namespace ypp::plugin {
namespace {

using ::testing::ElementsAre;

constexpr char kPast[] =
    R"([{"info":{"id":"m1","role":"user","time":{"created":10}},"parts":[{"id":"p","type":"text","text":"question"}]},)"
    R"({"info":{"id":"m2","role":"assistant","time":{"created":20,"completed":21}},"parts":[{"id":"p","type":"text","text":"answer"}]}])";

// A host that gives its past when it is asked for it.
class JoiningHost {
 public:
  explicit JoiningHost(SessionOptions options) {
    SessionEvents events;
    events.on_history_wanted = [this] { ++wanted_; };
    events.on_remote = [this](const RemoteChanges& changes) {
      messages_reported_ += static_cast<int>(changes.messages.size());
    };
    session_ = *Session::Open(std::move(options), std::move(events));
  }

  Session& session() { return *session_; }
  int wanted() const { return wanted_; }
  bool WaitUntilWanted() const {
    return Eventually([this] { return wanted_ == 1; });
  }
  absl::StatusOr<HistoryAdded> AddHistory(const std::string& messages) {
    std::promise<absl::StatusOr<HistoryAdded>> answer;
    session_->AddHistory(messages, [&answer](const absl::StatusOr<HistoryAdded>& added) {
      answer.set_value(added);
    });
    return answer.get_future().get();
  }
  std::vector<std::string> MessageIds() const {
    std::vector<std::string> ids;
    session_->Read([&](const SessionDocument& document) {
      for (const Value& message : document.ShownMessages()) ids.push_back(ReadId(message));
    });
    return ids;
  }
  int messages_reported() const { return messages_reported_; }

 private:
  std::atomic<int> wanted_ = 0;
  std::atomic<int> messages_reported_ = 0;
  std::unique_ptr<Session> session_;
};

TEST(SessionHistory, ComesBeforeWhatWasSaidWhileTheRelayWasWaitedFor) {
  auto relay = StartRelay();
  SessionOptions options = TestSessionOptions(relay->url(), "a");
  options.connect = false;
  JoiningHost a(options);
  ASSERT_TRUE(Say(a.session(), "m3", "next question").ok());
  EXPECT_EQ(a.wanted(), 0);
  ASSERT_TRUE(a.session().Connect().ok());
  ASSERT_TRUE(a.WaitUntilWanted());
  const auto added = a.AddHistory(kPast);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->messages, 2u);
  EXPECT_THAT(a.MessageIds(), ElementsAre("m1", "m2", "m3"));
}

TEST(SessionHistory, OfAnEarlierRunOrAnotherDeviceIsNotDoubled) {
  auto relay = StartRelay();
  {
    JoiningHost first(TestSessionOptions(relay->url(), "first"));
    ASSERT_TRUE(first.WaitUntilWanted());
    ASSERT_TRUE(first.AddHistory(kPast).ok());
    ASSERT_TRUE(first.session().Dispose().ok());
  }
  JoiningHost second(TestSessionOptions(relay->url(), "second"));
  ASSERT_TRUE(second.WaitUntilWanted());
  const auto added = second.AddHistory(kPast);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->messages, 0u);
  EXPECT_THAT(second.MessageIds(), ElementsAre("m1", "m2"));
}

TEST(SessionHistory, GivenByTwoHostsAtTheSameMomentIsShownOnce) {
  auto relay = StartRelay();
  JoiningHost a(TestSessionOptions(relay->url(), "a"));
  JoiningHost b(TestSessionOptions(relay->url(), "b"));
  for (JoiningHost* host : {&a, &b}) {
    ASSERT_TRUE(host->WaitUntilWanted());
    host->session().Pause();
  }
  for (JoiningHost* host : {&a, &b}) {
    const auto added = host->AddHistory(kPast);
    ASSERT_TRUE(added.ok()) << added.status();
    EXPECT_EQ(added->messages, 2u);
  }
  for (JoiningHost* host : {&a, &b}) host->session().Resume();
  for (JoiningHost* host : {&a, &b}) {
    ASSERT_TRUE(Eventually([&] { return MessageCount(host->session()) == 4; }));
    EXPECT_THAT(host->MessageIds(), ElementsAre("m1", "m2"));
    EXPECT_EQ(host->messages_reported(), 0);
  }
}

TEST(SessionHistory, OfOthersStaysInFrontOfWhatALateHostSaidBeforeItKnewOfThem) {
  auto relay = StartRelay();
  // A merge puts either first, by chance.
  for (int i = 0; i < 8 && !testing::Test::HasFailure(); ++i) {
    const std::string id = absl::StrCat("s", i);
    {
      JoiningHost first(TestSessionOptions(relay->url(), "first", id));
      ASSERT_TRUE(first.WaitUntilWanted());
      ASSERT_TRUE(first.AddHistory(kPast).ok());
      ASSERT_TRUE(first.session().Dispose().ok());
    }
    SessionOptions options = TestSessionOptions(relay->url(), "late", id);
    options.connect = false;
    JoiningHost late(options);
    JoiningHost reader(TestSessionOptions(relay->url(), "reader", id));
    ASSERT_TRUE(reader.WaitUntilWanted());
    const int reported_before = reader.messages_reported();
    ASSERT_TRUE(Say(late.session(), "m3", "said before").ok());
    ASSERT_TRUE(Say(late.session(), "m4", "the relay was there").ok());
    ASSERT_TRUE(late.session().Connect().ok());
    ASSERT_TRUE(late.WaitUntilWanted());
    EXPECT_THAT(late.MessageIds(), ElementsAre("m1", "m2", "m3", "m4"));
    ASSERT_TRUE(late.session().Flush(kPatienceMs).ok());
    EXPECT_TRUE(Eventually([&] {
      return reader.MessageIds() == std::vector<std::string>{"m1", "m2", "m3", "m4"};
    }));
    EXPECT_EQ(reader.messages_reported() - reported_before, 2);
    ASSERT_TRUE(late.session().Dispose().ok());
    ASSERT_TRUE(reader.session().Dispose().ok());
  }
}

TEST(SessionHistory, IsNotTakenWhileNobodyKnowsWhatTheRelayHas) {
  JoiningHost offline(TestSessionOptions("ws://127.0.0.1:1"));
  EXPECT_TRUE(absl::IsFailedPrecondition(offline.AddHistory(kPast).status()));
  EXPECT_EQ(MessageCount(offline.session()), 0u);
}

TEST(SessionHistory, IsWantedOnceHoweverOftenTheConnectionIsMade) {
  auto relay = StartRelay();
  JoiningHost host(TestSessionOptions(relay->url()));
  ASSERT_TRUE(host.WaitUntilWanted());
  host.session().Disconnect();
  ASSERT_TRUE(Say(host.session(), "m1", "offline").ok());
  ASSERT_TRUE(host.session().Connect().ok());
  ASSERT_TRUE(host.session().Flush(kPatienceMs).ok());
  EXPECT_EQ(host.wanted(), 1);
}

}  // namespace
}  // namespace ypp::plugin
