// Sessions of two hosts over a relay in this process.
#include "plugin/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/plugin/session_support.h"

namespace ypp::plugin {
namespace {

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

TEST(Session, BringsWhatOneHostWritesToTheOther) {
  auto relay = StartRelay();
  Observer seen_by_a, seen_by_b;
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"), seen_by_a.Events());
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"), seen_by_b.Events());
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
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"));
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"), seen_by_b.Events());
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

  auto a = *Session::Open(TestSessionOptions(url, "a"));
  ASSERT_TRUE(Say(*a, "m1", "written offline").ok());
  EXPECT_EQ(a->status().state, SyncState::kOffline);
  EXPECT_TRUE(absl::IsDeadlineExceeded(a->Flush(200)));

  RelayOptions same_place = TestRelayOptions();
  same_place.listen = address;
  relay = StartRelay(std::move(same_place));
  ASSERT_NE(relay, nullptr);
  EXPECT_TRUE(a->Flush(kPatienceMs).ok());
  Observer seen_by_b;
  auto b = *Session::Open(TestSessionOptions(url, "b"), seen_by_b.Events());
  EXPECT_TRUE(seen_by_b.WaitFor([&] { return seen_by_b.texts_.size() == 1; }));
}

// Takes connections, and never says a word on them.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const bool listening = bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                           listen(fd_, 8) == 0 &&
                           getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    EXPECT_TRUE(listening);
    url_ = absl::StrCat("ws://127.0.0.1:", ntohs(address.sin_port));
  }
  ~SilentServer() { close(fd_); }
  const std::string& url() const { return url_; }

 private:
  const int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string url_;
};

TEST(Session, RecordsHooksWhileTheRelaySaysNothing) {
  const SilentServer server;
  auto session = *Session::Open(TestSessionOptions(server.url()));
  ASSERT_TRUE(
      Eventually([&] { return session->status().connection == ConnectionStatus::kConnecting; }));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Say(*session, absl::StrCat("m", i), "hello").ok());
  EXPECT_EQ(MessageCount(*session), 20u);
  EXPECT_GE(session->status().unacknowledged_changes, 1);
  EXPECT_FALSE(session->status().synced);
}

TEST(Session, SendsWhatWasWrittenWhileDisconnected) {
  auto relay = StartRelay();
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"));
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  a->Disconnect();
  ASSERT_TRUE(Say(*a, "m1", "offline").ok());
  ASSERT_TRUE(a->Connect().ok());
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  Observer seen_by_b;
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"), seen_by_b.Events());
  EXPECT_TRUE(
      seen_by_b.WaitFor([&] { return seen_by_b.texts_ == std::vector<std::string>{"offline"}; }));
}

TEST(Session, ShowsWhoIsThereAndWhoLeft) {
  auto relay = StartRelay();
  Observer seen_by_a;
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"), seen_by_a.Events());
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"));
  EXPECT_TRUE(seen_by_a.WaitFor([&] { return seen_by_a.names_.size() == 2; }));
  EXPECT_THAT(seen_by_a.names_, testing::UnorderedElementsAre("a", "b"));
  ASSERT_TRUE(b->Dispose().ok());
  EXPECT_TRUE(seen_by_a.WaitFor([&] { return seen_by_a.names_ == std::vector<std::string>{"a"}; }));
}

TEST(Session, ListsItselfBeforeThereIsAConnection) {
  auto session = *Session::Open(TestSessionOptions("ws://127.0.0.1:1", "a"));
  const std::vector<Participant> participants = session->status().participants;
  ASSERT_EQ(participants.size(), 1u);
  EXPECT_TRUE(participants[0].own);
  EXPECT_EQ(participants[0].author.name, "a");
  EXPECT_EQ(participants[0].author.device, "terminal");
}

TEST(Session, SaysWhyTheRelayRefusesItsToken) {
  auto relay = StartRelay();
  Observer seen;
  SessionOptions options = TestSessionOptions(relay->url(), "a");
  options.token = "somebody else's";
  auto session = *Session::Open(std::move(options), seen.Events());
  ASSERT_TRUE(seen.WaitFor([&] { return session->status().state == SyncState::kRefused; }));
  EXPECT_NE(session->status().refusal, "");
  EXPECT_TRUE(absl::IsPermissionDenied(session->Flush(kPatienceMs)));
}

TEST(Session, LeavesFinalMetadataAndEndsWithinItsDeadline) {
  auto relay = StartRelay();
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"));
  ASSERT_TRUE(Say(*a, "m1", "x").ok());
  ASSERT_TRUE(a->Dispose().ok());
  EXPECT_TRUE(a->Dispose().ok());
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"));
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  b->Read([](const SessionDocument& document) {
    EXPECT_EQ(document.message_count(), 1u);
    EXPECT_EQ(document.ReadMetadata("createdBy"), Any("a"));
  });

  SessionOptions unreachable = TestSessionOptions("ws://127.0.0.1:1", "c");
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
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"));
  ASSERT_TRUE(Say(*a, "m1", "x").ok());
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  a->Read([](const SessionDocument& document) {
    EXPECT_EQ(document.doc().EncodeUpdate().find(kToken), std::string::npos);
  });
}

TEST(Session, CanBeWrittenToFromItsOwnCallbacks) {
  auto relay = StartRelay();
  auto a = *Session::Open(TestSessionOptions(relay->url(), "a"));
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
  auto b = *Session::Open(TestSessionOptions(relay->url(), "b"), std::move(events));
  session_b = b.get();
  hold.unlock();
  ASSERT_TRUE(Say(*a, "m1", "question").ok());
  Observer seen_by_c;
  auto c = *Session::Open(TestSessionOptions(relay->url(), "c"), seen_by_c.Events());
  EXPECT_TRUE(seen_by_c.WaitFor([&] { return seen_by_c.texts_.size() == 2; }));
}

TEST(Session, RefusesWhatCannotBeUsed) {
  EXPECT_TRUE(absl::IsInvalidArgument(Session::Open(TestSessionOptions("http://x", "a")).status()));
  SessionOptions no_token = TestSessionOptions("ws://127.0.0.1:1", "a");
  no_token.token.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(Session::Open(std::move(no_token)).status()));
}

TEST(Session, ReportsAConflictToEverySubscriberForAsLongAsItListens) {
  const auto relay = StartRelay();
  SessionOptions named = TestSessionOptions(relay->url());
  named.display_name = "other host";
  auto a = *Session::Open(TestSessionOptions(relay->url()));
  auto b = *Session::Open(std::move(named));
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  std::mutex mutex;
  std::vector<Conflict> seen;
  const auto note = [&](const Conflict& conflict) {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.push_back(conflict);
  };
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return seen.size();
  };
  Subscription one = a->OnConflict(note);
  Subscription two = b->OnConflict(note);
  const auto edit = [](Session& session, const char* call, const char* path) {
    const std::string args = absl::StrCat(R"({"filePath":")", path, "\"}");
    EXPECT_TRUE(session.hooks()
                    .ToolExecuteAfter(absl::StrCat(R"({"tool":"edit","callID":")", call,
                                                   R"(","args":)", args, "}"),
                                      R"({"title":"","output":"","metadata":{}})")
                    .ok());
  };
  a->Pause();
  edit(*a, "call_a", "x.c");
  edit(*b, "call_b", "x.c");
  a->Resume();
  // Both devices see both kinds, unless the two calls were more than 100 ms apart.
  EXPECT_TRUE(Eventually([&] { return count() >= 2; }));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return std::count_if(seen.begin(), seen.end(), [](const Conflict& conflict) {
             return conflict.kind == Conflict::Kind::kSamePath && conflict.path == "x.c" &&
                    conflict.first.author.name != conflict.second.author.name;
           }) == 2;
  }));
  one.Cancel();
  two.Cancel();
  const size_t before = count();
  a->Pause();
  edit(*a, "call_c", "y.c");
  edit(*b, "call_d", "y.c");
  a->Resume();
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  EXPECT_EQ(count(), before);
}

TEST(Session, HasALocalStoreOfItsOwnWhereThePathNamesTheSession) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-session-stores-", getpid());
  std::filesystem::remove_all(directory);
  {
    std::vector<std::unique_ptr<Session>> sessions;
    for (const char* id : {"s1", "s2", ".."}) {
      SessionOptions options = TestSessionOptions("ws://127.0.0.1:1", "host", id);
      options.local_persistence_path = directory / "{session}";
      sessions.push_back(*Session::Open(options));
      EXPECT_EQ(sessions.back()->status().local_store, LocalStoreState::kOn) << id;
    }
  }
  for (const char* name : {"s1", "s2", "_.."}) {
    EXPECT_TRUE(std::filesystem::exists(directory / name / "CURRENT")) << name;
  }
  std::filesystem::remove_all(directory);
}

TEST(Session, KeepsWhatItWroteOnThisMachineAndSendsItAfterARestart) {
  const std::string directory =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-session-store-", getpid());
  std::filesystem::remove_all(directory);
  SessionOptions options = TestSessionOptions("ws://127.0.0.1:1");
  options.local_persistence_path = directory;
  options.dispose_timeout_ms = 0;
  {
    auto session = *Session::Open(options);
    EXPECT_EQ(session->status().local_store, LocalStoreState::kOn);
    ASSERT_TRUE(Say(*session, "m1", "written with no relay there").ok());
    // A second one finds the directory taken and goes on in memory.
    auto second = *Session::Open(options);
    EXPECT_EQ(second->status().local_store, LocalStoreState::kFailed);
    EXPECT_NE(second->status().local_store_error, "");
    EXPECT_TRUE(Say(*second, "m2", "in memory").ok());
  }
  const auto relay = StartRelay();
  options.relay_url = relay->url();
  options.dispose_timeout_ms = kPatienceMs;
  std::vector<std::string> reported;
  SessionEvents events;
  events.on_remote = [&](const RemoteChanges& changes) {
    for (const Message& message : changes.messages) reported.push_back(message.id);
  };
  auto session = *Session::Open(options, std::move(events));
  EXPECT_EQ(MessageCount(*session), 1u);
  ASSERT_TRUE(session->Flush(kPatienceMs).ok());
  auto other = *Session::Open(TestSessionOptions(relay->url()));
  ASSERT_TRUE(other->Flush(kPatienceMs).ok());
  EXPECT_EQ(MessageCount(*other), 1u);
  ASSERT_TRUE(session->Dispose().ok());
  EXPECT_EQ(reported, std::vector<std::string>());
  session.reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace ypp::plugin
