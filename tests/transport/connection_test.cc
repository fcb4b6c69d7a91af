#include "transport/connection.h"

#include <gtest/gtest.h>

#include "tests/transport/fake_store.h"
#include "tests/transport/recording_socket.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
#include "transport/authenticator_hooks.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;
using Messages = std::vector<std::string>;

// Grants "good", "reader" (read-only) and refuses the rest; at once, or when the test says so.
class FakeAuthenticator : public Authenticator {
 public:
  void Authenticate(AuthRequest request, Done done) override {
    ++asked;
    const std::string token = request.token;
    const auto answer = [token, done = std::move(done)] {
      if (token == "good" || token == "reader") {
        Grant grant;
        grant.read_only = token == "reader";
        done(grant);
      } else if (token == "broken") {
        done(absl::UnavailableError("no answer"));
      } else {
        done(absl::PermissionDeniedError("bad-token"));
      }
    };
    if (later) {
      waiting.push_back(answer);
    } else {
      answer();
    }
  }
  void AnswerAll() {
    for (const auto& answer : std::exchange(waiting, {})) answer();
  }

  bool later = false;
  int asked = 0;
  std::vector<std::function<void()>> waiting;
};

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest()
      : store_(tasks_.executor()),
        hooks_(HooksOn(tasks_)),
        hub_(&store_, &hooks_, &metrics_, HubOptions{}) {
    hooks_.Add(HooksOf(authenticator_));
    Open();
  }

  void Open(ConnectionLimits limits = {}) {
    if (connection_ != nullptr) connection_->OnClosed();
    services_ = {&hub_, &hooks_, &metrics_, limits, SilentLog()};
    socket_ = std::make_shared<RecordingSocket>();
    connection_ = Connect(socket_);
  }
  std::shared_ptr<Connection> Connect(std::shared_ptr<RecordingSocket> socket) {
    return std::make_shared<Connection>(std::move(socket), &services_, "socket",
                                        std::make_shared<HttpRequest>(), 0);
  }
  void Receive(const std::string& message) { connection_->OnMessage(AsBytes(message)); }
  // What was sent in the meantime.
  Messages Run() {
    tasks_.RunAll();
    return socket_->TakeSent();
  }
  void OpenDocument(const std::string& address, const std::string& token = "good") {
    Receive(WriteToken(address, token, "4.8.0"));
    Run();
  }

  TaskQueue tasks_;
  FakeStore store_;
  std::shared_ptr<FakeAuthenticator> authenticator_ = std::make_shared<FakeAuthenticator>();
  HookChains hooks_;
  RelayMetrics metrics_;
  DocumentHub hub_;
  ConnectionServices services_;
  std::shared_ptr<RecordingSocket> socket_;
  std::shared_ptr<Connection> connection_;

  const std::string authenticated_ = WriteAuthenticated("doc", kScopeReadWrite);
  const std::string empty_vector_ = StateVector().Encode();
  const std::string step1_ = WriteSync("doc", SyncType::kStep1, AsBytes(empty_vector_));
  const std::string step2_ = WriteSync("doc", SyncType::kStep2, AsBytes(EmptyUpdate()));
};

TEST_F(ConnectionTest, AnswersTheBurstOfAProviderInTheProtocolsOrder) {
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  authenticator_->later = true;
  Receive(WriteToken("doc", "good", "4.8.0"));
  Receive(step1_);
  Receive(hello);
  EXPECT_TRUE(Run().empty());
  authenticator_->AnswerAll();
  EXPECT_EQ(Run(), (Messages{authenticated_, step1_, step2_}));
  Receive(step2_);
  EXPECT_EQ(Run(), Messages{WriteSyncStatus("doc", true)});
}

TEST_F(ConnectionTest, SendsWhoIsPresentBeforeItWorksOffTheQueue) {
  OpenDocument("doc");
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  Receive(hello);
  auto other_socket = std::make_shared<RecordingSocket>();
  auto other = Connect(other_socket);
  other->OnMessage(AsBytes(step1_));
  other->OnMessage(AsBytes(WriteToken("doc", "good", "4.8.0")));
  tasks_.RunAll();
  EXPECT_EQ(other_socket->TakeSent(), (Messages{authenticated_, hello, step1_, step2_}));
}

TEST_F(ConnectionTest, ARefusalKeepsTheSocketAndMayBeFollowedByABetterToken) {
  Receive(step1_);
  Receive(WriteToken("doc", "wrong", std::nullopt));
  EXPECT_EQ(Run(), Messages{WritePermissionDenied("doc", "bad-token")});
  EXPECT_EQ(socket_->close_code, 0);
  OpenDocument("doc");
  Receive(step1_);
  EXPECT_EQ(Run(), (Messages{step1_, step2_}));
}

TEST_F(ConnectionTest, HidesWhyAuthenticationCouldNotBeDone) {
  Receive(WriteToken("doc", "broken", std::nullopt));
  EXPECT_EQ(Run(), Messages{WritePermissionDenied("doc", kReasonPermissionDenied)});
}

TEST_F(ConnectionTest, RefusesADocumentThatCannotBeLoaded) {
  store_.fail_loads = true;
  Receive(WriteToken("doc", "good", "4.8.0"));
  EXPECT_EQ(Run(),
            (Messages{authenticated_, WritePermissionDenied("doc", "document-unavailable")}));
  EXPECT_EQ(socket_->close_code, 0);
}

TEST_F(ConnectionTest, RefusesBlankAndOverlongNamesBeforeAskingAnybody) {
  for (const std::string& name :
       {std::string(), std::string(" \t"), std::string("\0s", 2), std::string(1'025, 'x')}) {
    Receive(WriteToken(name, "good", "4.8.0"));
    EXPECT_EQ(Run(), Messages{WritePermissionDenied(name, kReasonPermissionDenied)});
  }
  EXPECT_EQ(authenticator_->asked, 0);
}

TEST_F(ConnectionTest, ClosesWith4401WhenAnAddressCannotBeRead) {
  for (const std::string& message : {std::string(),
                                     std::string("\x14"
                                                 "AB"),
                                     std::string("\x01")}) {
    Open();
    Receive(message);
    EXPECT_EQ(socket_->close_code, kCloseUnauthorized);
  }
}

TEST_F(ConnectionTest, ClosesWith4205WhenAFirstMessageIsIncomplete) {
  Receive(
      "\x01"
      "A");
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);
  Open();
  Receive(
      std::string("\x03"
                  "doc"
                  "\x02\x00\x09good",
                  11));
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);
}

TEST_F(ConnectionTest, ResetsOnlyTheDocumentWhenALaterMessageIsIncomplete) {
  OpenDocument("doc");
  OpenDocument("other");
  Receive(
      "\x03"
      "doc");
  EXPECT_EQ(Run(), Messages{WriteClose("doc", kCloseReasonReset)});
  EXPECT_EQ(socket_->close_code, 0);
  Receive(WriteSync("other", SyncType::kStep1, AsBytes(empty_vector_)));
  EXPECT_EQ(Run().size(), 2u);
}

// Otherwise the acknowledgement of an edit of before would be taken for that of a later one.
TEST_F(ConnectionTest, DropsWhatWasUnderWayToADocumentThatItHasEnded) {
  OpenDocument("doc");
  OpenDocument("other");
  Receive(WriteBroadcastStateless("doc", "x"));
  EXPECT_EQ(Run(), Messages{WriteClose("doc", kCloseReasonReset)});
  Receive(WriteSync("doc", SyncType::kUpdate, AsBytes(TypingUpdates(7, {"a"})[0])));
  OpenDocument("doc");
  EXPECT_EQ(Run(), Messages{});
  Receive(step2_);
  EXPECT_EQ(Run(), Messages{WriteSyncStatus("doc", true)});
}

TEST_F(ConnectionTest, ClosesTheSocketWhenItHasEndedTheLastDocument) {
  OpenDocument("doc");
  Receive(WriteBroadcastStateless("doc", "x"));
  EXPECT_EQ(Run(), Messages{WriteClose("doc", kCloseReasonReset)});
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);
}

TEST_F(ConnectionTest, KeepsTheSocketWhenTheClientEndsItsLastDocument) {
  OpenDocument("doc");
  Receive(WriteClose("doc"));
  EXPECT_EQ(Run(), Messages{WriteClose("doc", kCloseReasonClient)});
  EXPECT_EQ(socket_->close_code, 0);
  OpenDocument("doc");
  Receive(step1_);
  EXPECT_EQ(Run(), (Messages{step1_, step2_}));
}

TEST_F(ConnectionTest, ADocumentClosedAndOpenedAgainInOneBurstIsOpen) {
  authenticator_->later = true;
  Receive(WriteToken("doc", "good", "4.8.0"));
  Receive(WriteClose("doc"));
  Receive(WriteToken("doc", "good", "4.8.0"));
  Receive(step1_);
  authenticator_->AnswerAll();
  EXPECT_EQ(Run(), (Messages{authenticated_, WriteClose("doc", kCloseReasonClient)}));
  authenticator_->AnswerAll();
  EXPECT_EQ(Run(), (Messages{authenticated_, step1_, step2_}));
}

TEST_F(ConnectionTest, ACloseWithoutAConnectionEndsNothingLater) {
  Receive(WriteClose("doc"));
  OpenDocument("doc");
  Receive(step1_);
  EXPECT_EQ(Run(), (Messages{step1_, step2_}));
}

TEST_F(ConnectionTest, BoundsWhatWaitsBeforeAuthentication) {
  for (int i = 0; i < 1'000; ++i) Receive(step1_);
  EXPECT_EQ(socket_->close_code, 0);
  Receive(step1_);
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);

  ConnectionLimits limits;
  limits.max_queued_bytes = 100;
  Open(limits);
  Receive(WriteStateless("doc", std::string(60, 'x')));
  EXPECT_EQ(socket_->close_code, 0);
  Receive(WriteStateless("doc", std::string(60, 'x')));
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);

  Open();
  for (int i = 0; i < 100; ++i) Receive(WriteQueryAwareness("d" + std::to_string(i)));
  EXPECT_EQ(socket_->close_code, 0);
  Receive(WriteQueryAwareness("one more"));
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);
  Receive(WriteToken("doc", "good", "4.8.0"));
  EXPECT_EQ(authenticator_->asked, 0) << "later messages are ignored";
}

TEST_F(ConnectionTest, IsNotReadFromWhileMoreWaitsThanStrangersMaySend) {
  authenticator_->later = true;
  Receive(WriteToken("doc", "good", "4.8.0"));
  Receive(WriteStateless("doc", std::string(40'000, 'x')));
  EXPECT_TRUE(socket_->reading);
  Receive(WriteStateless("doc", std::string(40'000, 'x')));
  EXPECT_FALSE(socket_->reading);
  EXPECT_EQ(socket_->close_code, 0);
  authenticator_->AnswerAll();
  Run();
  EXPECT_TRUE(socket_->reading);
}

TEST_F(ConnectionTest, WhatWasWorkedOffNoLongerCounts) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 900; ++i) Receive(step1_);
    OpenDocument("doc");
    Receive(WriteClose("doc"));
    EXPECT_EQ(socket_->close_code, 0);
  }
}

TEST_F(ConnectionTest, BoundsTheOpenDocuments) {
  ConnectionLimits limits;
  limits.max_documents = 2;
  Open(limits);
  OpenDocument("a");
  OpenDocument("b");
  Receive(WriteToken("c", "good", "4.8.0"));
  EXPECT_EQ(Run(), Messages{WritePermissionDenied("c", "too-many-documents")});
  Receive(WriteClose("a"));
  Run();
  Receive(WriteToken("c", "good", "4.8.0"));
  EXPECT_EQ(Run(), Messages{WriteAuthenticated("c", kScopeReadWrite)});
}

TEST_F(ConnectionTest, TakesLargeMessagesOnlyOnceAuthenticated) {
  const ConnectionLimits limits;
  EXPECT_EQ(socket_->max_message_bytes, limits.max_unauthenticated_bytes);
  OpenDocument("doc", "wrong");
  EXPECT_EQ(socket_->max_message_bytes, limits.max_unauthenticated_bytes);
  OpenDocument("doc");
  EXPECT_EQ(socket_->max_message_bytes, limits.max_message_bytes);
}

TEST_F(ConnectionTest, SessionsOfOneDocumentHaveAddressesOfTheirOwn) {
  const std::string first = JoinAddress("doc", "s1");
  const std::string second = JoinAddress("doc", "s2");
  OpenDocument(first);
  OpenDocument(second);
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  Receive(WriteSync(first, SyncType::kUpdate, AsBytes(update)));
  EXPECT_EQ(Run(), (Messages{WriteSync(second, SyncType::kUpdate, AsBytes(update)),
                             WriteSyncStatus(first, true)}));
}

// A provider without the session has the plain name, and another document.
TEST_F(ConnectionTest, WhatASessionSendsByThePlainNamesRightIsNewsThere) {
  OpenDocument("doc");
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  Receive(WriteSync(JoinAddress("doc", "s1"), SyncType::kUpdate, AsBytes(update)));
  EXPECT_EQ(Run(), (Messages{WriteSync("doc", SyncType::kUpdate, AsBytes(update)),
                             WriteSyncStatus("doc", true)}));
}

TEST_F(ConnectionTest, WhoAuthenticatedWithThePlainNameMayUseSessions) {
  OpenDocument("doc");
  Receive(WriteSync(JoinAddress("doc", "s1"), SyncType::kStep1, AsBytes(empty_vector_)));
  EXPECT_EQ(Run(), (Messages{step1_, step2_}));
}

TEST_F(ConnectionTest, ANewTokenMayTakeTheRightToWriteOrEndTheConnection) {
  OpenDocument("doc");
  authenticator_->later = true;
  const std::string update =
      WriteSync("doc", SyncType::kUpdate, AsBytes(TypingUpdates(7, {"Hi"})[0]));
  Receive(WriteToken("doc", "reader", "4.8.0"));
  Receive(update);
  EXPECT_TRUE(Run().empty()) << "messages wait for the answer";
  authenticator_->AnswerAll();
  EXPECT_EQ(Run(), Messages{WriteSyncStatus("doc", false)});
  Receive(WriteToken("doc", "wrong", "4.8.0"));
  authenticator_->AnswerAll();
  EXPECT_EQ(Run(), Messages{WriteClose("doc", "bad-token")});
}

TEST_F(ConnectionTest, TakesAndAnswersOneByteMessages) {
  Receive(WritePong());
  EXPECT_TRUE(Run().empty());
  Receive(WritePing());
  EXPECT_EQ(Run(), Messages{WritePong()});
  EXPECT_EQ(socket_->close_code, 0);
}

TEST_F(ConnectionTest, PingsASilentProviderThatKnowsPing) {
  OpenDocument("doc");
  connection_->OnTick(19'999);
  EXPECT_TRUE(Run().empty());
  connection_->OnTick(20'000);
  EXPECT_EQ(Run(), Messages{WritePing()});
  Open();
  Receive(WriteToken("doc", "good", std::nullopt));
  Run();
  connection_->OnTick(50'000);
  EXPECT_TRUE(Run().empty()) << "older providers throw";
}

TEST_F(ConnectionTest, ClosesWith4408WithoutADocumentInTime) {
  for (int64_t now = 0; now < 10'000; now += 1'000) {
    Receive(WritePong());
    connection_->OnTick(now);
  }
  EXPECT_EQ(socket_->close_code, 0);
  connection_->OnTick(10'000);
  EXPECT_EQ(socket_->close_code, kCloseConnectionTimeout);
}

TEST_F(ConnectionTest, ClosesWith4408WithoutMessages) {
  OpenDocument("doc");
  connection_->OnTick(100'000);
  Receive(WritePong());
  connection_->OnTick(219'000);
  EXPECT_EQ(socket_->close_code, 0);
  connection_->OnTick(220'000);
  EXPECT_EQ(socket_->close_code, kCloseConnectionTimeout);
}

TEST_F(ConnectionTest, LeavesItsDocumentsWhenTheSocketEnds) {
  OpenDocument("a");
  OpenDocument("b");
  EXPECT_EQ(hub_.member_count(), 2u);
  connection_->OnClosed();
  Run();
  EXPECT_EQ(hub_.member_count(), 0u);
  EXPECT_EQ(hub_.document_count(), 0u);
}

TEST_F(ConnectionTest, ASocketThatEndsWhileItsDocumentIsLoadedLeavesNothingBehind) {
  Receive(WriteToken("doc", "good", "4.8.0"));
  connection_->OnClosed();
  tasks_.RunAll();
  EXPECT_EQ(hub_.member_count(), 0u);
  EXPECT_EQ(hub_.document_count(), 0u);
}

TEST_F(ConnectionTest, SaysGoodbyeToEveryDocumentWhenTheRelayStops) {
  OpenDocument("doc");
  connection_->Shutdown("maintenance");
  EXPECT_EQ(Run(), Messages{WriteClose("doc", "maintenance")});
  EXPECT_EQ(socket_->close_code, 1001);
}

TEST_F(ConnectionTest, IsNotReadFromWhileItOwesForWhatItSent) {
  ConnectionLimits limits;
  limits.max_messages_per_second = 10;
  Open(limits);
  OpenDocument("doc");
  for (int i = 0; i < 9; ++i) Receive(step1_);
  EXPECT_TRUE(socket_->reading);
  for (int i = 0; i < 5; ++i) Receive(step1_);  // was read already
  EXPECT_FALSE(socket_->reading);
  EXPECT_EQ(Run().size(), 28u) << "all of it is answered";
  tasks_.Advance(99);
  EXPECT_FALSE(socket_->reading);
  tasks_.Advance(1);
  EXPECT_TRUE(socket_->reading);
  Receive(step1_);
  EXPECT_FALSE(socket_->reading) << "the others are still owed for";
  tasks_.Advance(2'000);
  EXPECT_TRUE(socket_->reading);
}

TEST_F(ConnectionTest, FramesThatAreNoMessagesAreOwedForAsMessagesAre) {
  ConnectionLimits limits;
  limits.max_messages_per_second = 10;
  Open(limits);
  connection_->OnBareFrames(10);
  EXPECT_TRUE(socket_->reading);
  connection_->OnBareFrames(5);
  EXPECT_FALSE(socket_->reading);
  tasks_.Advance(499);
  EXPECT_FALSE(socket_->reading);
  tasks_.Advance(1);
  EXPECT_TRUE(socket_->reading);
}

TEST_F(ConnectionTest, AwarenessHasARateOfItsOwn) {
  ConnectionLimits limits;
  limits.max_awareness_per_second = 2;
  Open(limits);
  OpenDocument("doc");
  for (uint64_t clock = 1; clock <= 3; ++clock) {
    EXPECT_TRUE(socket_->reading);
    Receive(WriteAwareness("doc", AsBytes(AwarenessUpdate(7, clock, "{}"))));
  }
  EXPECT_FALSE(socket_->reading);
}

}  // namespace
}  // namespace ypp::transport
