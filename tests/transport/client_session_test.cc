// One document against a server made of recorded frames. Bytes that are written out are dumps of
// Hocuspocus 4.7 and its provider 4.8.
#include "transport/client_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "codec/sync_message.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "tests/transport/client_fakes.h"
#include "transport/client_core.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

using Frames = std::vector<std::string>;

constexpr char kToken[] =
    "03646f63"
    "0200"
    "04676f6f64"
    "05342e382e30";
constexpr char kEmptyStep1[] =
    "03646f63"
    "0000"
    "0100";
constexpr char kEmptyStep2[] =
    "03646f63"
    "0001"
    "020000";
constexpr char kAwarenessStart[] =
    "03646f63"
    "01"
    "0701e90700027b7d";
constexpr char kAuthenticated[] =
    "03646f63"
    "0202"
    "0a726561642d7772697465";
constexpr char kReadOnly[] =
    "03646f63"
    "0202"
    "08726561646f6e6c79";
constexpr char kDenied[] =
    "03646f63"
    "0201"
    "096261642d746f6b656e";
constexpr char kTokenRequest[] =
    "03646f63"
    "0200";
constexpr char kApplied[] =
    "03646f63"
    "0801";
constexpr char kRefused[] =
    "03646f63"
    "0800";
constexpr char kKicked[] =
    "03646f63"
    "07"
    "066b69636b6564";
constexpr char kUpdateHi[] =
    "03646f63"
    "0002"
    "0d0101e907000401017402486900";
constexpr char kUpdateMark[] =
    "03646f63"
    "0002"
    "0c0101e9070284e90701012100";
// "yo" at the start of "t", by client 7.
constexpr char kUpdateYo[] =
    "03646f63"
    "0002"
    "0c"
    "01010700040101740279"
    "6f00";

class ClientSessionTest : public testing::Test {
 protected:
  ClientSessionTest() { Make(); }

  void Make(ProviderOptions options = {}) {
    world_.reset();
    world_ = std::make_unique<ClientWorld>();
    session_ = AttachTo(doc_, &awareness_, options);
  }

  std::shared_ptr<ClientSession> AttachTo(Doc& doc, Awareness* awareness, ProviderOptions options) {
    if (options.document.empty()) options.document = "doc";
    if (options.token.empty()) options.token = "good";
    ProviderEvents events;
    const auto log = [this](std::string event) { events_.push_back(std::move(event)); };
    events.on_authenticated = [log](const std::string& scope) { log("authenticated " + scope); };
    events.on_authentication_failed = [log](const std::string& reason, bool will_retry) {
      log("authentication failed: " + reason + (will_retry ? ", will retry" : ""));
    };
    events.on_synced = [log](bool synced) { log(synced ? "synced" : "not synced"); };
    events.on_refused = [log] { log("refused"); };
    events.on_stateless = [log](const std::string& payload) { log("stateless " + payload); };
    events.on_close = [log](const std::string& reason) { log("close " + reason); };
    events.on_error = [log](const absl::Status& status) { log("error " + status.ToString()); };
    return *world_->core().Attach(doc, awareness, std::move(options), std::move(events));
  }

  // The whole exchange with a server that has nothing.
  void Connect() {
    world_->Open();
    for (const char* frame : {kAuthenticated, kEmptyStep1, kEmptyStep2, kApplied})
      world_->Receive(frame);
    world_->TakeSent();
  }
  int unsynced() const { return session_->state().Get().unsynced_changes; }
  bool synced() const { return session_->state().Get().synced; }
  void Insert(std::string_view text) {
    ASSERT_TRUE(doc_.GetText("t").Append(text).ok());
    world_->Settle();
  }
  std::vector<std::string> TakeEvents() {
    world_->Settle();
    return std::exchange(events_, {});
  }
  size_t CountSent(std::string_view frame) {
    size_t count = 0;
    for (const std::string& sent : world_->TakeSent()) count += sent == frame;
    return count;
  }

  Doc doc_{DocOptions{1001}};
  Awareness awareness_{1001, 1'000'000};
  std::vector<std::string> events_;
  std::unique_ptr<ClientWorld> world_;
  std::shared_ptr<ClientSession> session_;
};

TEST_F(ClientSessionTest, SendsTokenSyncStepOneAndAwarenessInOneBurst) {
  world_->Open();
  EXPECT_EQ(world_->TakeSent(), (Frames{kToken, kEmptyStep1, kAwarenessStart}));
}

TEST_F(ClientSessionTest, SendsNoAwarenessWithoutAState) {
  ASSERT_TRUE(session_->SetAwarenessState(std::nullopt).ok());
  world_->Open();
  EXPECT_EQ(world_->TakeSent(), (Frames{kToken, kEmptyStep1}));
}

TEST_F(ClientSessionTest, HandshakeEndsSyncedAndAcknowledged) {
  world_->Open();
  world_->TakeSent();
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kAuthenticated);
  EXPECT_TRUE(session_->state().Get().authenticated);
  world_->Receive(kEmptyStep1);
  EXPECT_EQ(world_->TakeSent(), Frames{kEmptyStep2});
  EXPECT_FALSE(synced());
  world_->Receive(kEmptyStep2);
  EXPECT_TRUE(synced());
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
  EXPECT_EQ(world_->TakeSent(), Frames{});
  EXPECT_EQ(TakeEvents(), (std::vector<std::string>{"authenticated read-write", "synced"}));
}

TEST_F(ClientSessionTest, SendsEachEditAsOneUpdate) {
  Connect();
  Insert("Hi");
  Insert("!");
  EXPECT_EQ(world_->TakeSent(), (Frames{kUpdateHi, kUpdateMark}));
  EXPECT_EQ(unsynced(), 2);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, CountNeverFallsBelowZero) {
  Connect();
  world_->Receive(kApplied);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
  Insert("Hi");
  EXPECT_EQ(unsynced(), 1);
}

TEST_F(ClientSessionTest, RefusedEditIsReportedAndStaysUnsyncedUntilTheNextConnection) {
  world_->Open();
  for (const char* frame : {kReadOnly, kEmptyStep1, kEmptyStep2, kApplied}) world_->Receive(frame);
  EXPECT_EQ(session_->state().Get().scope, "readonly");
  TakeEvents();
  Insert("Hi");
  Insert("!");
  world_->Receive(kRefused);
  EXPECT_EQ(TakeEvents(), std::vector<std::string>{"refused"});
  EXPECT_EQ(unsynced(), 2);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 1);
  world_->Lose();
  world_->Advance(2'000);
  world_->Open();
  EXPECT_EQ(unsynced(), 1);
  for (const char* frame : {kReadOnly, kEmptyStep1, kEmptyStep2, kApplied}) world_->Receive(frame);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, DoesNotSendBackWhatCameFromTheServer) {
  Connect();
  world_->Receive(kUpdateYo);
  EXPECT_EQ(doc_.GetText("t").ToString(), "yo");
  EXPECT_EQ(world_->TakeSent(), Frames{});
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, TakesTheEchoOfItsOwnEditWithoutEffect) {
  Connect();
  Insert("Hi");
  world_->TakeSent();
  const std::string before = doc_.EncodeUpdate();
  world_->Receive(kApplied);
  world_->Receive(kUpdateHi);
  EXPECT_EQ(doc_.EncodeUpdate(), before);
  EXPECT_EQ(world_->TakeSent(), Frames{});
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, SendsOnWhatCameFromElsewhere) {
  Connect();
  const std::string update = FromHex(kUpdateYo).substr(7);
  ASSERT_TRUE(doc_.ApplyUpdate(update, Origin("a local log")).ok());
  EXPECT_EQ(world_->TakeSent(), Frames{kUpdateYo});
}

TEST_F(ClientSessionTest, AnAcknowledgementThatComesBeforeAnythingWasSentIsOfSomethingOlder) {
  Insert("Hi");
  world_->Open();
  world_->Receive(kAuthenticated);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kEmptyStep1);
  world_->Receive(kEmptyStep2);
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

// "yo!" of client 7, of which "!" came past the server and had to wait for the server's "yo".
TEST_F(ClientSessionTest, ExchangesStatesWhenTheServerBringsWhatSomethingElseWaitedFor) {
  Connect();
  const std::string mark("\x01\x01\x07\x02\x84\x07\x01\x01!\x00", 10);
  ASSERT_TRUE(doc_.ApplyUpdate(mark, Origin("a neighbour")).ok());
  world_->Receive(kUpdateYo);
  EXPECT_EQ(doc_.GetText("t").ToString(), "yo!");
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f63000003010703"});
  EXPECT_EQ(unsynced(), 1);
}

TEST_F(ClientSessionTest, EditsMadeBeforeTheServersStepOneTravelInTheAnswerToIt) {
  Insert("Hi");
  EXPECT_EQ(unsynced(), 1);
  world_->Open();
  Insert("!");
  world_->Receive(kAuthenticated);
  EXPECT_EQ(unsynced(), 1);
  world_->TakeSent();
  world_->Receive(kEmptyStep1);
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300010e0101e90700040101740348692100"});
  world_->Receive(kEmptyStep2);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, OfflineEditsAreCountedAndReplayedAtTheNextConnection) {
  Connect();
  Insert("Hi");
  world_->Receive(kApplied);
  world_->Lose();
  EXPECT_FALSE(synced());
  Insert("!");
  EXPECT_EQ(unsynced(), 1);
  world_->Advance(2'000);
  ASSERT_EQ(world_->sockets(), 2u);
  world_->Open();
  world_->Receive(kAuthenticated);
  world_->TakeSent();
  world_->Receive(
      "03646f63"
      "0000"
      "0401e90702");  // the server has two characters of client 1001
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300010c0101e9070284e90701012100"});
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, LostAcknowledgementsAreSettledByTheNextConnection) {
  Connect();
  for (int i = 0; i < 10; ++i) Insert("x");
  EXPECT_EQ(unsynced(), 10);
  world_->Lose();
  EXPECT_EQ(unsynced(), 10);
  world_->Advance(2'000);
  Connect();
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, IgnoresAnswersThatComeBeforeItIsAuthenticated) {
  world_->Open();
  world_->Receive(kApplied);
  world_->Receive(kUpdateYo);
  world_->Receive(kEmptyStep2);
  EXPECT_EQ(unsynced(), 1);
  EXPECT_FALSE(synced());
  EXPECT_EQ(doc_.GetText("t").ToString(), "");
}

TEST_F(ClientSessionTest, AnswersAStepOneThatNobodyAskedForAndCountsIt) {
  Connect();
  world_->Receive(kEmptyStep1);
  EXPECT_EQ(world_->TakeSent(), Frames{kEmptyStep2});
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, ForceSyncExchangesStatesAnewAndKeepsTheCountExact) {
  Connect();
  Insert("Hi");
  world_->TakeSent();
  session_->ForceSync();
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300000401e90702"});
  EXPECT_EQ(unsynced(), 2);
  Insert("!");
  EXPECT_EQ(world_->TakeSent(), Frames{}) << "it will be in the answer to the server's step 1";
  world_->Receive(kApplied);
  world_->Receive(
      "03646f63"
      "0000"
      "0401e90702");
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300010c0101e9070284e90701012100"});
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, RefusedTokenIsFinalAndDoesNotLoop) {
  world_->Open();
  world_->Receive(kDenied);
  EXPECT_EQ(TakeEvents(), std::vector<std::string>{"authentication failed: bad-token"});
  EXPECT_TRUE(session_->state().Get().denied);
  EXPECT_TRUE(world_->socket().closed) << "no document needs it";
  world_->Advance(3'600'000);
  EXPECT_EQ(world_->sockets(), 1u);

  session_->Authenticate();
  world_->Settle();
  EXPECT_EQ(world_->sockets(), 2u);
  Connect();
  EXPECT_TRUE(synced());
  EXPECT_FALSE(session_->state().Get().denied);
}

TEST_F(ClientSessionTest, RefusedTokenIsTriedAgainWithBackoffWhenAskedFor) {
  ProviderOptions options;
  options.retry_when_denied = true;
  Make(options);
  int attempts = 0;
  for (int second = 0; second < 600; ++second) {
    if (world_->sockets() > 0 && !world_->socket().gone && !world_->socket().open) world_->Open();
    if (world_->sockets() > 0 && CountSent(kToken) > 0) {
      ++attempts;
      world_->Receive(kDenied);
    }
    world_->Advance(1'000);
  }
  EXPECT_GE(attempts, 20);
  EXPECT_LE(attempts, 120);
}

TEST_F(ClientSessionTest, RefusalAfterTheTokenWasTakenIsTriedAgain) {
  world_->Open();
  world_->Receive(kAuthenticated);
  TakeEvents();
  world_->Receive(kDenied);
  EXPECT_EQ(TakeEvents(), std::vector<std::string>{"authentication failed: bad-token, will retry"});
  world_->Advance(1'000);
  EXPECT_EQ(world_->sockets(), 2u);
}

TEST_F(ClientSessionTest, AnswersPingWithPong) {
  world_->Open();
  world_->TakeSent();
  world_->Receive("09");
  EXPECT_EQ(world_->TakeSent(), Frames{"0a"});
}

TEST_F(ClientSessionTest, ShowsItsTokenAgainWhenAsked) {
  Connect();
  world_->Receive(kTokenRequest);
  EXPECT_EQ(world_->TakeSent(), Frames{kToken});
  EXPECT_TRUE(synced());
}

TEST_F(ClientSessionTest, AsksForATokenBeforeEachAuthentication) {
  std::vector<TokenReply> asked;
  ProviderOptions options;
  options.fetch_token = [&](TokenReply reply) { asked.push_back(std::move(reply)); };
  Make(options);
  world_->Open();
  EXPECT_EQ(world_->TakeSent(), Frames{}) << "nothing is said before the token is there";
  ASSERT_EQ(asked.size(), 1u);
  asked[0](std::string("good"));
  world_->Settle();
  EXPECT_EQ(world_->TakeSent(), (Frames{kToken, kEmptyStep1, kAwarenessStart}));

  world_->Lose();
  world_->Advance(2'000);
  world_->Open();
  ASSERT_EQ(asked.size(), 2u);
  asked[0](std::string("stale"));
  world_->Settle();
  EXPECT_EQ(world_->TakeSent(), Frames{}) << "an answer to the earlier question";
  asked[1](std::string("good"));
  world_->Settle();
  EXPECT_EQ(CountSent(kToken), 1u);
}

TEST_F(ClientSessionTest, FailingTokenFunctionIsAskedAgainWithBackoff) {
  int asked = 0;
  ProviderOptions options;
  options.fetch_token = [&](TokenReply reply) {
    ++asked;
    reply(absl::UnavailableError("no token service"));
  };
  Make(options);
  world_->Open();
  EXPECT_EQ(TakeEvents(),
            std::vector<std::string>{"authentication failed: no token service, will retry"});
  for (int second = 0; second < 300; ++second) {
    if (!world_->socket().gone && !world_->socket().open) world_->Open();
    EXPECT_EQ(world_->TakeSent(), Frames{});
    world_->Advance(1'000);
  }
  EXPECT_GE(asked, 5);
  EXPECT_LE(asked, 60);
}

TEST_F(ClientSessionTest, TokenReplyAfterTheDocumentLeftIsHarmless) {
  TokenReply late;
  ProviderOptions options;
  options.fetch_token = [&](TokenReply reply) { late = std::move(reply); };
  Make(options);
  world_->Open();
  world_->core().Detach(*session_);
  session_.reset();
  late(std::string("good"));
  world_->Settle();
  EXPECT_EQ(world_->TakeSent(), Frames{});
}

TEST_F(ClientSessionTest, KickedDocumentComesBackOnAFreshSocket) {
  Connect();
  TakeEvents();
  world_->Receive(kKicked);
  EXPECT_EQ(TakeEvents(), (std::vector<std::string>{"close kicked", "not synced"}));
  world_->Receive(kApplied);  // an answer that was under way
  EXPECT_EQ(world_->sockets(), 1u);
  world_->Advance(1'000);
  ASSERT_EQ(world_->sockets(), 2u);
  Connect();
  EXPECT_TRUE(synced());
}

TEST_F(ClientSessionTest, BacksOffFromAServerThatKicksEveryTime) {
  int connections = 0;
  for (int second = 0; second < 600; ++second) {
    if (world_->sockets() > 0 && !world_->socket().gone && !world_->socket().open) {
      ++connections;
      Connect();
      world_->Receive(kKicked);
    }
    world_->Advance(1'000);
  }
  EXPECT_GE(connections, 15);
  EXPECT_LE(connections, 120);
}

TEST_F(ClientSessionTest, UpdateThatCannotBeReadLeavesTheDocumentAndStartsOver) {
  Connect();
  Insert("Hi");
  world_->TakeSent();
  const std::string before = doc_.EncodeUpdate();
  TakeEvents();
  world_->Receive(
      "03646f63"
      "0002"
      "05deadbeef99");
  EXPECT_EQ(doc_.EncodeUpdate(), before);
  const std::vector<std::string> events = TakeEvents();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].substr(0, 15), "error DATA_LOSS");
  EXPECT_EQ(events[1], "not synced");
  EXPECT_EQ(world_->TakeSent().back(), "03646f6307");
  world_->Advance(1'000);
  EXPECT_EQ(world_->sockets(), 2u);
}

TEST_F(ClientSessionTest, BadAwarenessAndTruncatedBodiesAreReportedAndNothingElse) {
  Connect();
  TakeEvents();
  for (const char* frame : {"03646f63"
                            "01"
                            "0305aabb",
                            "03646f63"
                            "05"
                            "7f61",
                            "03646f63"
                            "0202",
                            "03646f63"
                            "08"}) {
    world_->Receive(frame);
    const std::vector<std::string> events = TakeEvents();
    ASSERT_EQ(events.size(), 1u) << frame;
    EXPECT_EQ(events[0].substr(0, 15), "error DATA_LOSS") << frame;
  }
  EXPECT_TRUE(synced());
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, IgnoresTypesAndDocumentsItDoesNotKnow) {
  Connect();
  TakeEvents();
  world_->Receive(
      "03646f63"
      "2a"
      "ffff");
  world_->Receive(
      "056f74686572"
      "07"
      "00");
  EXPECT_EQ(TakeEvents(), std::vector<std::string>{});
  EXPECT_TRUE(synced());
}

TEST_F(ClientSessionTest, StatelessGoesBothWaysWhileAuthenticated) {
  EXPECT_FALSE(session_->SendStateless("hello"));
  Connect();
  EXPECT_TRUE(session_->SendStateless("hello"));
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f63050568656c6c6f"});
  TakeEvents();
  world_->Receive("03646f63050568656c6c6f");
  EXPECT_EQ(TakeEvents(), std::vector<std::string>{"stateless hello"});
}

TEST_F(ClientSessionTest, HoldsEditsBackWhileTheSendBufferIsFull) {
  Connect();
  world_->socket().buffered_bytes = (16 << 20) + 1;
  Insert("Hi");
  Insert("!");
  EXPECT_EQ(world_->TakeSent(), Frames{});
  EXPECT_EQ(unsynced(), 2);
  world_->Advance(1'000);
  EXPECT_EQ(world_->TakeSent(), Frames{});
  world_->socket().buffered_bytes = 0;
  world_->Advance(1'000);
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300000401e90703"});
  world_->Receive(kEmptyStep1);
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300010e0101e90700040101740348692100"});
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, ServerThatAsksAndDoesNotReadIsNotAnswered) {
  Connect();
  world_->socket().buffered_bytes = (16 << 20) + 1;
  for (int i = 0; i < 1'000; ++i) {
    for (const char* frame : {kEmptyStep1, kTokenRequest, "03646f6303", "09"})
      world_->Receive(frame);
  }
  EXPECT_EQ(world_->TakeSent(), Frames{});
  Insert("Hi");
  world_->socket().buffered_bytes = 0;
  world_->Advance(1'000);
  EXPECT_EQ(world_->TakeSent(), Frames{"03646f6300000401e90702"});
  world_->Receive(kEmptyStep1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, DetachTakesLeaveAndLetsGoOfTheDocument) {
  Connect();
  world_->core().Detach(*session_);
  world_->Settle();
  EXPECT_EQ(world_->TakeSent(), (Frames{"03646f63"
                                        "01"
                                        "0901e90700046e756c6c",
                                        "03646f6307"}));
  EXPECT_TRUE(world_->socket().closed);
  EXPECT_TRUE(session_->state().Get().detached);
  Insert("Hi");
  EXPECT_EQ(world_->TakeSent(), Frames{});
}

TEST_F(ClientSessionTest, NoBytesFromTheServerBreakIt) {
  const char* const kSeeds[] = {kAuthenticated, kEmptyStep1,    kEmptyStep2, kApplied,
                                kUpdateHi,      kUpdateYo,      kKicked,     kDenied,
                                kTokenRequest,  kAwarenessStart};
  std::mt19937 random(20);
  Insert("kept");
  int times_synced = 0;
  for (int i = 0; i < 4'000; ++i) {
    if (session_->state().Get().denied) session_->Authenticate();
    world_->Advance(world_->sockets() == 0 || world_->socket().gone ? 31'000 : 100);
    if (!world_->socket().gone && !world_->socket().open) world_->Open();
    if (random() % 2 == 0) world_->Receive(kAuthenticated);
    std::string message = FromHex(kSeeds[random() % std::size(kSeeds)]);
    for (uint32_t changes = random() % 3; changes > 0 && !message.empty(); --changes) {
      const size_t at = random() % message.size();
      switch (random() % 3) {
        case 0:
          message[at] = static_cast<char>(random());
          break;
        case 1:
          message.resize(at);
          break;
        case 2:
          message.insert(at, 1, static_cast<char>(random()));
          break;
      }
    }
    const bool was_synced = synced();
    world_->ReceiveBytes(message);
    times_synced += synced() && !was_synced;
    world_->TakeSent();
  }
  EXPECT_GT(world_->sockets(), 50u);
  EXPECT_GT(times_synced, 50);
  EXPECT_NE(doc_.GetText("t").ToString().find("kept"), std::string::npos);
}

TEST_F(ClientSessionTest, EditsWaitForMoreAndGoOutAsOneUpdate) {
  ProviderOptions options;
  options.flush_delay_ms = 100;
  Make(options);
  Connect();
  Insert("Hi");
  Insert("!");
  EXPECT_EQ(world_->TakeSent(), Frames{});
  EXPECT_EQ(unsynced(), 1) << "one for all";
  world_->Advance(100);
  const Frames sent = world_->TakeSent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(unsynced(), 1);
  world_->Receive(kApplied);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, EditsThatWaitAreNotLostWithTheConnection) {
  ProviderOptions options;
  options.flush_delay_ms = 10'000;
  Make(options);
  Connect();
  Insert("Hi");
  world_->Lose();
  EXPECT_EQ(unsynced(), 1);
  world_->Advance(2'000);
  world_->Open();
  for (const char* frame : {kAuthenticated, kEmptyStep1}) world_->Receive(frame);
  EXPECT_EQ(CountSent("03646f6300010d0101e907000401017402486900"), 1u);
  for (const char* frame : {kEmptyStep2, kApplied}) world_->Receive(frame);
  EXPECT_EQ(unsynced(), 0);
}

TEST_F(ClientSessionTest, StatesAreExchangedAgainInTheIntervalThatIsWanted) {
  ProviderOptions options;
  options.force_sync_interval_ms = 5'000;
  Make(options);
  Connect();
  world_->Advance(4'999);
  EXPECT_EQ(CountSent(kEmptyStep1), 0u);
  world_->Advance(1);
  EXPECT_EQ(CountSent(kEmptyStep1), 1u);
  world_->Advance(5'000);
  EXPECT_EQ(CountSent(kEmptyStep1), 1u);
}

TEST_F(ClientSessionTest, KnowsHowMuchIsUnsyncedAndSinceWhen) {
  Insert("Hi");
  const int64_t since_ms = session_->state().Get().unsynced_since_ms;
  EXPECT_GT(since_ms, 0);
  EXPECT_EQ(session_->state().Get().unsynced_bytes, 13u);
  Connect();  // sends it, and has it acknowledged
  EXPECT_EQ(session_->state().Get().unsynced_bytes, 0u);
  EXPECT_EQ(session_->state().Get().unsynced_since_ms, 0);
  Insert("!");
  Insert("?");
  EXPECT_EQ(session_->state().Get().unsynced_bytes, 24u);
  world_->Receive(kApplied);
  EXPECT_EQ(session_->state().Get().unsynced_bytes, 12u);
  world_->Receive(kRefused);
  EXPECT_EQ(session_->state().Get().unsynced_bytes, 12u) << "it is not stored";
}

TEST_F(ClientSessionTest, SendsItsTokenAgainWhenToldTo) {
  session_->SendToken();  // nobody is there
  Connect();
  session_->SendToken();
  EXPECT_EQ(CountSent(kToken), 1u);
}

}  // namespace
}  // namespace ypp::transport
