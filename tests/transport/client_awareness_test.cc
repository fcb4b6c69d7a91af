// The provider and who is there. Bytes that are written out are dumps of Hocuspocus 4.7 and its
// provider 4.8.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "tests/transport/client_fakes.h"
#include "transport/client_core.h"
#include "transport/client_session.h"

namespace ypp::transport {
namespace {

using Frames = std::vector<std::string>;

constexpr char kAuthenticated[] =
    "03646f63"
    "0202"
    "0a726561642d7772697465";
constexpr char kOthers[] =
    "03646f63"
    "01"
    "0c"
    "01"
    "07"
    "01"
    "08"
    "7b2261223a20317d";  // client 7, clock 1, {"a": 1}

class ClientAwarenessTest : public testing::Test {
 protected:
  ClientAwarenessTest() {
    ProviderOptions options;
    options.document = "doc";
    options.token = "good";
    ProviderEvents events;
    events.on_awareness = [this](const AwarenessChange&) { ++changes_; };
    session_ = *world_.core().Attach(doc_, &awareness_, std::move(options), std::move(events));
  }

  void Connect() {
    world_.Open();
    world_.Receive(kAuthenticated);
    world_.Receive(
        "03646f63"
        "0000"
        "0100");
    world_.Receive(
        "03646f63"
        "0001"
        "020000");
    world_.Receive(
        "03646f63"
        "0801");
  }
  void Reconnect() {
    world_.Lose();
    world_.Advance(2'000);
    Connect();
  }

  Doc doc_{DocOptions{1001}};
  ClientWorld world_;
  Awareness awareness_{1001, 1'000'000};
  int changes_ = 0;
  std::shared_ptr<ClientSession> session_;
};

TEST_F(ClientAwarenessTest, SendsItsStateWhenItChanges) {
  Connect();
  world_.TakeSent();
  ASSERT_TRUE(session_->SetAwarenessState(R"({"user":{"n":"a"}})").ok());
  EXPECT_EQ(world_.TakeSent(),
            Frames{"03646f63011701e90701127b2275736572223a7b226e223a2261227d7d"});
}

TEST_F(ClientAwarenessTest, SetsOneFieldAndKeepsTheOthers) {
  ASSERT_TRUE(session_->SetAwarenessField("user", R"({"name":"ada"})").ok());
  ASSERT_TRUE(session_->SetAwarenessField("cursor", "3").ok());
  ASSERT_TRUE(session_->SetAwarenessField("cursor", "4").ok());
  EXPECT_EQ(awareness_.local_state(), R"({"user":{"name":"ada"},"cursor":4})");
  EXPECT_EQ(session_->SetAwarenessField("cursor", "{").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->SetAwarenessState("{").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(awareness_.local_state(), R"({"user":{"name":"ada"},"cursor":4})");
}

TEST_F(ClientAwarenessTest, ShowsOthersAndDoesNotSendThemBack) {
  Connect();
  world_.TakeSent();
  world_.Receive(kOthers);
  EXPECT_EQ(awareness_.states().at(7), R"({"a":1})");
  EXPECT_EQ(changes_, 1);
  EXPECT_EQ(world_.TakeSent(), Frames{});
}

TEST_F(ClientAwarenessTest, RenewsItsStateEveryFifteenSeconds) {
  Connect();
  world_.TakeSent();
  size_t renewals = 0;
  for (int second = 0; second < 60; ++second) {
    world_.Advance(1'000);
    for (const std::string& frame : world_.TakeSent()) {
      ++renewals;
      world_.Receive(frame);  // the server's echo
    }
  }
  EXPECT_EQ(renewals, 4u);
  EXPECT_EQ(world_.sockets(), 1u);
  EXPECT_EQ(awareness_.clock(1001), 4u);
}

TEST_F(ClientAwarenessTest, EchoOfItsStateIsNotAnswered) {
  Connect();
  ASSERT_TRUE(session_->SetAwarenessState(R"({"x":1})").ok());
  const std::string echo = world_.TakeSent().back();
  world_.Receive(echo);
  world_.Receive(echo);
  EXPECT_EQ(world_.TakeSent(), Frames{});
}

TEST_F(ClientAwarenessTest, ComesBackWithALargerClockAfterALostConnection) {
  ASSERT_TRUE(session_->SetAwarenessState(R"({"x":1})").ok());
  Connect();
  Awareness observer(9, 0);
  const auto deliver = [&](const Frames& frames) {
    for (const std::string& hex : frames) {
      if (hex.substr(8, 2) != "01") continue;
      const std::string update = FromHex(hex).substr(6);
      ASSERT_TRUE(observer.ApplyUpdate(codec::AsBytes(update), {}, 0).ok());
    }
  };
  deliver(world_.TakeSent());
  EXPECT_EQ(observer.states().count(1001), 1u);
  observer.Remove({1001}, {}, 0);  // what the server says when the connection is lost
  EXPECT_EQ(observer.states().count(1001), 0u);
  Reconnect();
  deliver(world_.TakeSent());
  EXPECT_EQ(observer.states().count(1001), 1u);
}

TEST_F(ClientAwarenessTest, SaysAtOnceThatItIsStillThereWhenTheServerThinksOtherwise) {
  ASSERT_TRUE(session_->SetAwarenessState("{}").ok());
  Connect();
  world_.TakeSent();
  world_.Receive(
      "03646f63"
      "01"
      "0901e90701046e756c6c");  // client 1001, clock 1, gone
  EXPECT_EQ(awareness_.local_state(), "{}");
  EXPECT_EQ(world_.TakeSent(), Frames{"03646f63010701e90702027b7d"});
}

TEST_F(ClientAwarenessTest, OthersAreGoneWhenTheConnectionIs) {
  Connect();
  world_.Receive(kOthers);
  world_.Lose();
  EXPECT_EQ(awareness_.states().count(7), 0u);
  EXPECT_EQ(awareness_.states().count(1001), 1u);
}

TEST_F(ClientAwarenessTest, OthersWhoFallSilentAreGoneAfterThirtySeconds) {
  Connect();
  world_.Receive(kOthers);
  for (int i = 0; i < 28; ++i) {
    world_.Advance(1'000);
    world_.Receive(
        "03646f63"
        "05"
        "0161");
  }
  EXPECT_EQ(awareness_.states().count(7), 1u);
  for (int i = 0; i < 6; ++i) {
    world_.Advance(1'000);
    world_.Receive(
        "03646f63"
        "05"
        "0161");
  }
  EXPECT_EQ(awareness_.states().count(7), 0u);
}

TEST_F(ClientAwarenessTest, SaysGoodbyeBeforeDisconnectingAndKeepsItsState) {
  ASSERT_TRUE(session_->SetAwarenessState("{}").ok());
  Connect();
  world_.TakeSent();
  world_.core().Disconnect();
  EXPECT_EQ(world_.TakeSent(), Frames{"03646f63010901e90701046e756c6c"});
  EXPECT_TRUE(world_.socket().closed);
  EXPECT_EQ(awareness_.local_state(), "{}");
  world_.core().Connect();
  world_.Open();
  EXPECT_EQ(world_.TakeSent().back(), "03646f63010701e90702027b7d");
}

TEST_F(ClientAwarenessTest, AnswersAQueryWithEveryoneItKnows) {
  Connect();
  world_.Receive(kOthers);
  world_.TakeSent();
  world_.Receive(
      "03646f63"
      "03");
  const Frames sent = world_.TakeSent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].substr(0, 14),
            "03646f63"
            "01"
            "11"
            "02");
}

TEST_F(ClientAwarenessTest, StateSetWhileTheServerDecidesIsSentOnceItHas) {
  world_.Open();
  world_.TakeSent();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session_->SetAwarenessState(R"({"x":1})").ok());
  EXPECT_EQ(world_.TakeSent(), Frames{});
  world_.Receive(kAuthenticated);
  EXPECT_EQ(world_.TakeSent().size(), 1u);
}

}  // namespace
}  // namespace ypp::transport
