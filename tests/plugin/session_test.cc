// Sessions of two hosts over a relay in this process.
#include "plugin/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/document_name.h"
#include "transport/relay.h"
#include "transport/token_authenticator.h"

namespace ypp::plugin {
namespace {

constexpr char kToken[] = "a token of this test";
constexpr int64_t kPatienceMs = 10'000;

std::unique_ptr<Relay> StartRelay(const std::string& listen = "127.0.0.1:0") {
  RelayOptions options;
  options.listen = listen;
  options.authenticator =
      *transport::TokenAuthenticator::Parse("{\"" + std::string(kToken) + "\": {}}");
  auto relay = Relay::Start(std::move(options));
  EXPECT_TRUE(relay.ok()) << relay.status();
  return relay.ok() ? *std::move(relay) : nullptr;
}

// Collects what a session reports.
class Observer {
 public:
  SessionEvents Events() {
    SessionEvents events;
    events.on_remote = [this](const RemoteChanges& changes) {
      std::lock_guard<std::mutex> lock(mutex_);
      for (const Message& message : changes.messages) texts_.push_back(message.text());
      for (const MessageGrowth& growth : changes.growths) grown_ += growth.appended;
      changed_.notify_all();
    };
    events.on_status = [this](const SessionStatus&) { Notify(); };
    events.on_presence = [this](const std::vector<Participant>& participants) {
      std::lock_guard<std::mutex> lock(mutex_);
      names_.clear();
      for (const Participant& participant : participants) names_.push_back(participant.author.name);
      changed_.notify_all();
    };
    return events;
  }

  template <typename Condition>
  bool WaitFor(const Condition& condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(kPatienceMs), condition);
  }

  void Notify() {
    std::lock_guard<std::mutex> lock(mutex_);
    changed_.notify_all();
  }

  // To be read inside WaitFor.
  std::vector<std::string> texts_;
  std::vector<std::string> names_;
  std::string grown_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

SessionOptions Options(const std::string& url, const std::string& name) {
  SessionOptions options;
  options.relay_url = url;
  options.token = kToken;
  options.session_id = "s1";
  options.resolve_tier = [] { return std::string("builder"); };
  options.display_name = name;
  options.backoff.min_delay_ms = 50;
  options.backoff.max_delay_ms = 100;
  return options;
}

absl::Status Say(Session& session, const std::string& id, const std::string& text) {
  return session.hooks().ChatMessage(R"({"messageID":")" + id + "\"}",
                                     R"({"parts":[{"type":"text","text":")" + text + "\"}]}");
}

TEST(Session, BringsWhatOneHostWritesToTheOther) {
  auto relay = StartRelay();
  Observer seen_by_a, seen_by_b;
  auto a = *Session::Open(Options(relay->url(), "a"), seen_by_a.Events());
  auto b = *Session::Open(Options(relay->url(), "b"), seen_by_b.Events());
  ASSERT_TRUE(Say(*a, "m1", "from a").ok());
  EXPECT_TRUE(
      seen_by_b.WaitFor([&] { return seen_by_b.texts_ == std::vector<std::string>{"from a"}; }));
  ASSERT_TRUE(Say(*b, "m2", "from b").ok());
  EXPECT_TRUE(
      seen_by_a.WaitFor([&] { return seen_by_a.texts_ == std::vector<std::string>{"from b"}; }));
  EXPECT_TRUE(a->Dispose().ok());
  EXPECT_TRUE(b->Dispose().ok());
}

TEST(Session, ReportsAMessageThatGrows) {
  auto relay = StartRelay();
  Observer seen_by_b;
  auto a = *Session::Open(Options(relay->url(), "a"));
  auto b = *Session::Open(Options(relay->url(), "b"), seen_by_b.Events());
  ASSERT_TRUE(Say(*a, "m1", "Hello").ok());
  ASSERT_TRUE(seen_by_b.WaitFor([&] { return seen_by_b.texts_.size() == 1; }));
  ASSERT_TRUE(a->hooks()
                  .Event(R"({"type":"message.part.delta","properties":
                          {"messageID":"m1","partID":"m1_0","delta":", world"}})")
                  .ok());
  EXPECT_TRUE(seen_by_b.WaitFor([&] { return seen_by_b.grown_ == ", world"; }));
}

TEST(Session, StartsOfflineAndSendsLater) {
  auto relay = StartRelay();
  const std::string url = relay->url();
  const std::string address = url.substr(5);
  relay->Stop();
  relay.reset();

  auto a = *Session::Open(Options(url, "a"));
  ASSERT_TRUE(Say(*a, "m1", "written offline").ok());
  EXPECT_EQ(a->status().state, SyncState::kOffline);
  EXPECT_TRUE(absl::IsDeadlineExceeded(a->Flush(200)));

  relay = StartRelay(address);
  ASSERT_NE(relay, nullptr);
  EXPECT_TRUE(a->Flush(kPatienceMs).ok());
  Observer seen_by_b;
  auto b = *Session::Open(Options(url, "b"), seen_by_b.Events());
  EXPECT_TRUE(seen_by_b.WaitFor([&] { return seen_by_b.texts_.size() == 1; }));
}

TEST(Session, SendsWhatWasWrittenWhileDisconnected) {
  auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url(), "a"));
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  a->Disconnect();
  ASSERT_TRUE(Say(*a, "m1", "offline").ok());
  ASSERT_TRUE(a->Connect().ok());
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  Observer seen_by_b;
  auto b = *Session::Open(Options(relay->url(), "b"), seen_by_b.Events());
  EXPECT_TRUE(
      seen_by_b.WaitFor([&] { return seen_by_b.texts_ == std::vector<std::string>{"offline"}; }));
}

TEST(Session, ShowsWhoIsThereAndWhoLeft) {
  auto relay = StartRelay();
  Observer seen_by_a;
  auto a = *Session::Open(Options(relay->url(), "a"), seen_by_a.Events());
  auto b = *Session::Open(Options(relay->url(), "b"));
  EXPECT_TRUE(seen_by_a.WaitFor([&] { return seen_by_a.names_.size() == 2; }));
  EXPECT_THAT(seen_by_a.names_, testing::UnorderedElementsAre("a", "b"));
  ASSERT_TRUE(b->Dispose().ok());
  EXPECT_TRUE(seen_by_a.WaitFor([&] { return seen_by_a.names_ == std::vector<std::string>{"a"}; }));
}

TEST(Session, ListsItselfBeforeThereIsAConnection) {
  auto session = *Session::Open(Options("ws://127.0.0.1:1", "a"));
  const std::vector<Participant> participants = session->status().participants;
  ASSERT_EQ(participants.size(), 1u);
  EXPECT_TRUE(participants[0].own);
  EXPECT_EQ(participants[0].author.name, "a");
  EXPECT_EQ(participants[0].author.device, "terminal");
}

TEST(Session, SaysWhyTheRelayRefusesItsToken) {
  auto relay = StartRelay();
  Observer seen;
  SessionOptions options = Options(relay->url(), "a");
  options.token = "somebody else's";
  auto session = *Session::Open(std::move(options), seen.Events());
  ASSERT_TRUE(seen.WaitFor([&] { return session->status().state == SyncState::kRefused; }));
  EXPECT_NE(session->status().refusal, "");
  EXPECT_TRUE(absl::IsPermissionDenied(session->Flush(kPatienceMs)));
}

TEST(Session, LeavesFinalMetadataAndEndsWithinItsDeadline) {
  auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url(), "a"));
  ASSERT_TRUE(Say(*a, "m1", "x").ok());
  ASSERT_TRUE(a->Dispose().ok());
  EXPECT_TRUE(a->Dispose().ok());
  auto b = *Session::Open(Options(relay->url(), "b"));
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  b->Read([](const SessionDocument& document) {
    EXPECT_EQ(document.message_count(), 1u);
    EXPECT_EQ(document.ReadMetadata("createdBy"), Any("a"));
  });

  SessionOptions unreachable = Options("ws://127.0.0.1:1", "c");
  unreachable.dispose_timeout_ms = 100;
  auto c = *Session::Open(std::move(unreachable));
  ASSERT_TRUE(Say(*c, "m1", "x").ok());
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(absl::IsDeadlineExceeded(c->Dispose()));
  c.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(3));
}

TEST(Session, KeepsTheTokenOutOfTheDocument) {
  auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url(), "a"));
  ASSERT_TRUE(Say(*a, "m1", "x").ok());
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  a->Read([](const SessionDocument& document) {
    EXPECT_EQ(document.doc().EncodeUpdate().find(kToken), std::string::npos);
  });
}

TEST(Session, CanBeWrittenToFromItsOwnCallbacks) {
  auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url(), "a"));
  Session* session_b = nullptr;
  std::mutex ready;
  std::unique_lock<std::mutex> hold(ready);
  Observer seen_by_b;
  SessionEvents events = seen_by_b.Events();
  events.on_remote = [&](const RemoteChanges& changes) {
    std::lock_guard<std::mutex> wait(ready);
    if (changes.messages.empty()) return;
    EXPECT_TRUE(Say(*session_b, "m2", "answer").ok());
  };
  auto b = *Session::Open(Options(relay->url(), "b"), std::move(events));
  session_b = b.get();
  hold.unlock();
  ASSERT_TRUE(Say(*a, "m1", "question").ok());
  Observer seen_by_c;
  auto c = *Session::Open(Options(relay->url(), "c"), seen_by_c.Events());
  EXPECT_TRUE(seen_by_c.WaitFor([&] { return seen_by_c.texts_.size() == 2; }));
}

TEST(Session, RefusesWhatCannotBeUsed) {
  EXPECT_TRUE(absl::IsInvalidArgument(Session::Open(Options("http://x", "a")).status()));
  SessionOptions no_token = Options("ws://127.0.0.1:1", "a");
  no_token.token.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(Session::Open(std::move(no_token)).status()));
}

TEST(DefaultDisplayName, IsTheHostAndNotTheUser) {
  const std::string name = DefaultDisplayName();
  EXPECT_EQ(name.rfind("pugi-cli", 0), 0u);
  EXPECT_EQ(name.find('.'), std::string::npos);
}

TEST(ConsoleLink, CarriesTheTokenInTheFragmentAlone) {
  const std::string link =
      ConsoleLink("ws://127.0.0.1:1234/any", "", "tenant_ab/pugi-session-x", "a&b c");
  EXPECT_EQ(link, "http://127.0.0.1:1234/console/#doc=tenant_ab/pugi-session-x&token=a%26b%20c");
  EXPECT_EQ(ConsoleLink("wss://relay.example", "", "d", "t"),
            "https://relay.example/console/#doc=d&token=t");
  EXPECT_EQ(ConsoleLink("wss://relay.example", "https://console.example/", "d", "t"),
            "https://console.example/#doc=d&token=t&relay=wss%3A//relay.example");
}

}  // namespace
}  // namespace ypp::plugin
