// Several documents on one socket.
#include "transport/client_core.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "crdt/doc.h"
#include "tests/transport/client_fakes.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

using Frames = std::vector<std::string>;

class ClientCoreTest : public testing::Test {
 protected:
  ClientCoreTest() {
    ClientEvents events;
    events.on_status = [this](ConnectionStatus status) { statuses_.push_back(status); };
    events.on_gave_up = [this] { ++gave_up_; };
    events.on_message = [this](const std::string& message) { came_.push_back(message); };
    events.on_outgoing_message = [this](const std::string& message) { went_.push_back(message); };
    ClientOptions options;
    options.backoff.max_attempts = 50;
    world_ = std::make_unique<ClientWorld>(options, events);
  }

  std::shared_ptr<ClientSession> Attach(Doc& doc, const std::string& name,
                                        bool session_awareness = false) {
    ProviderOptions options;
    options.document = name;
    options.token = "good";
    options.session_awareness = session_awareness;
    auto session = world_->core().Attach(doc, nullptr, std::move(options), {});
    world_->Settle();
    return session.ok() ? *session : nullptr;
  }
  void Accept(const std::string& address) {
    world_->ReceiveBytes(WriteAuthenticated(address, kScopeReadWrite));
    const std::string empty_vector("\0", 1);
    const std::string empty_update("\0\0", 2);
    world_->ReceiveBytes(WriteSync(address, codec::SyncType::kStep1, codec::AsBytes(empty_vector)));
    world_->ReceiveBytes(WriteSync(address, codec::SyncType::kStep2, codec::AsBytes(empty_update)));
    world_->ReceiveBytes(WriteSyncStatus(address, true));
  }
  static std::string Greeting(const std::string& address) {
    return ToHex(WriteToken(address, "good", kProviderVersion));
  }
  size_t CountSent(const std::string& frame) {
    size_t count = 0;
    for (const std::string& sent : world_->TakeSent()) count += sent == frame;
    return count;
  }
  static bool Synced(const std::shared_ptr<ClientSession>& session) {
    return session->state().Get().synced;
  }

  Doc a_, b_;
  std::vector<ConnectionStatus> statuses_;
  int gave_up_ = 0;
  Frames came_, went_;
  std::unique_ptr<ClientWorld> world_;
};

TEST_F(ClientCoreTest, OpensNoSocketBeforeADocumentNeedsIt) {
  world_->Advance(60'000);
  EXPECT_EQ(world_->sockets(), 0u);
  Attach(a_, "a");
  EXPECT_EQ(world_->sockets(), 1u);
}

TEST_F(ClientCoreTest, ShowsEachMessageThatComesAndGoes) {
  Attach(a_, "a");
  world_->Open();
  ASSERT_FALSE(went_.empty());
  EXPECT_EQ(ToHex(went_.front()), Greeting("a"));
  EXPECT_EQ(went_.size(), world_->TakeSent().size());
  Accept("a");
  world_->Settle();
  ASSERT_EQ(came_.size(), 4u);
  EXPECT_EQ(came_.front(), WriteAuthenticated("a", kScopeReadWrite));
}

TEST_F(ClientCoreTest, GreetsForEachDocumentOnOneSocket) {
  const auto a = Attach(a_, "a");
  const auto b = Attach(b_, "b");
  world_->Open();
  const Frames sent = world_->TakeSent();
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_EQ(sent[0], Greeting("a"));
  EXPECT_EQ(sent[2], Greeting("b"));
  Accept("a");
  EXPECT_TRUE(Synced(a));
  EXPECT_FALSE(Synced(b));
  Accept("b");
  EXPECT_TRUE(Synced(b));
  EXPECT_EQ(world_->sockets(), 1u);
}

TEST_F(ClientCoreTest, GreetsForADocumentAttachedLater) {
  Attach(a_, "a");
  world_->Open();
  Accept("a");
  world_->TakeSent();
  Attach(b_, "b");
  EXPECT_EQ(world_->TakeSent()[0], Greeting("b"));
}

TEST_F(ClientCoreTest, RefusedDocumentStaysSilentBesideOthers) {
  const auto a = Attach(a_, "a");
  const auto b = Attach(b_, "b");
  world_->Open();
  world_->ReceiveBytes(WritePermissionDenied("a", "no"));
  Accept("b");
  EXPECT_TRUE(Synced(b));
  world_->TakeSent();
  ASSERT_TRUE(a_.GetText("t").Append("x").ok());
  EXPECT_EQ(world_->TakeSent(), Frames{});
  for (int i = 0; i < 5; ++i) {
    world_->Advance(12'000);
    world_->Lose();
    world_->Advance(2'000);
    world_->Open();
    EXPECT_EQ(CountSent(Greeting("a")), 0u);
    Accept("b");
  }
  EXPECT_TRUE(Synced(b));
  a->Authenticate();
  world_->Settle();
  EXPECT_EQ(CountSent(Greeting("a")), 1u);
}

TEST_F(ClientCoreTest, KickedDocumentComesBackOnTheSameSocketWhileAnotherNeedsIt) {
  const auto a = Attach(a_, "a");
  const auto b = Attach(b_, "b");
  world_->Open();
  Accept("a");
  Accept("b");
  world_->TakeSent();
  world_->ReceiveBytes(WriteClose("a", "kicked"));
  EXPECT_EQ(world_->TakeSent(), Frames{});
  world_->Advance(1'000);
  EXPECT_EQ(CountSent(Greeting("a")), 1u);
  Accept("a");
  EXPECT_TRUE(Synced(a));
  EXPECT_TRUE(Synced(b));
  EXPECT_EQ(world_->sockets(), 1u);
}

TEST_F(ClientCoreTest, ReattachedDocumentWaitsForTheServersCloseBeforeItGreets) {
  const auto a = Attach(a_, "a");
  Attach(b_, "b");
  world_->Open();
  Accept("a");
  Accept("b");
  world_->core().Detach(*a);
  world_->Settle();
  world_->TakeSent();
  const auto again = Attach(a_, "a");
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(CountSent(Greeting("a")), 0u);
  world_->ReceiveBytes(WriteClose("a", "provider_initiated"));
  EXPECT_EQ(CountSent(Greeting("a")), 1u);
  Accept("a");
  EXPECT_TRUE(Synced(again));
}

TEST_F(ClientCoreTest, ReattachedDocumentDoesNotWaitForeverForTheServersClose) {
  const auto a = Attach(a_, "a");
  Attach(b_, "b");
  world_->Open();
  Accept("a");
  Accept("b");
  world_->core().Detach(*a);
  Attach(a_, "a");
  world_->TakeSent();
  world_->Advance(5'000);
  EXPECT_EQ(CountSent(Greeting("a")), 1u);
}

TEST_F(ClientCoreTest, SameDocumentTwiceNeedsAddressesOfTheirOwn) {
  EXPECT_NE(Attach(a_, "a"), nullptr);
  EXPECT_EQ(Attach(b_, "a"), nullptr);
  const auto first = Attach(b_, "s", true);
  Doc c;
  const auto second = Attach(c, "s", true);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(DocumentOf(first->address()), "s");
  EXPECT_NE(first->address(), second->address());
  world_->Open();
  Accept(second->address());
  EXPECT_FALSE(Synced(first));
  EXPECT_TRUE(Synced(second));
}

TEST_F(ClientCoreTest, RefusesNamesThatAreNoDocument) {
  for (const std::string& name :
       {std::string(), std::string("a\0b", 3), std::string("\xff"), std::string(5'000, 'x')}) {
    ProviderOptions options;
    options.document = name;
    EXPECT_EQ(world_->core().Attach(a_, nullptr, options, {}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(ClientCoreTest, LastDocumentThatLeavesClosesTheSocket) {
  const auto a = Attach(a_, "a");
  const auto b = Attach(b_, "b");
  world_->Open();
  Accept("a");
  Accept("b");
  world_->core().Detach(*a);
  world_->Settle();
  EXPECT_FALSE(world_->socket().closed);
  world_->core().Detach(*b);
  world_->Settle();
  EXPECT_TRUE(world_->socket().closed);
  EXPECT_EQ(world_->core().status(), ConnectionStatus::kDisconnected);
}

TEST_F(ClientCoreTest, DisconnectedStaysSoUntilConnect) {
  const auto a = Attach(a_, "a");
  world_->Open();
  Accept("a");
  world_->core().Disconnect();
  world_->Advance(600'000);
  EXPECT_EQ(world_->sockets(), 1u);
  EXPECT_FALSE(Synced(a));
  world_->core().Connect();
  world_->Settle();
  EXPECT_EQ(world_->sockets(), 2u);
  EXPECT_EQ(statuses_,
            (std::vector{ConnectionStatus::kConnecting, ConnectionStatus::kConnected,
                         ConnectionStatus::kDisconnected, ConnectionStatus::kConnecting}));
}

TEST_F(ClientCoreTest, GivesUpAfterTheAllowedAttemptsAndTriesAgainWhenAsked) {
  Attach(a_, "a");
  for (int i = 0; i < 60; ++i) {
    if (!world_->socket().gone) world_->Lose();
    world_->Advance(30'000);
  }
  EXPECT_EQ(world_->sockets(), 50u);
  EXPECT_EQ(gave_up_, 1);
  world_->core().Connect();
  world_->Settle();
  EXPECT_EQ(world_->sockets(), 51u);
}

TEST_F(ClientCoreTest, IdleSocketIsKeptOpenWithTheSmallestMessageThereIs) {
  Attach(a_, "a");
  world_->Open();
  Accept("a");
  world_->TakeSent();
  for (int second = 0; second < 600; ++second) {
    const int pings = world_->socket().pings;
    world_->Advance(1'000);
    if (world_->socket().pings > pings) world_->socket().events.on_pong();
  }
  EXPECT_EQ(world_->sockets(), 1u);
  EXPECT_EQ(world_->socket().pings, 40);
  EXPECT_EQ(world_->TakeSent(), Frames(24, ToHex(WriteQueryAwareness("a"))));
}

}  // namespace
}  // namespace ypp::transport
