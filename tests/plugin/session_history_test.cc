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
      for (uint32_t i = 0; i < document.message_count(); ++i) {
        ids.push_back(document.ReadMessage(i).id);
      }
    });
    return ids;
  }

 private:
  std::atomic<int> wanted_ = 0;
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
