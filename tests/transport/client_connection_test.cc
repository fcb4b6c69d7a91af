#include "transport/client_connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/transport/client_fakes.h"

namespace ypp::transport {
namespace {

class ClientConnectionTest : public testing::Test, public ClientConnection::Listener {
 protected:
  ClientConnectionTest() { Make({}); }

  void Make(ClientConnection::Options options) {
    connection_ = std::make_unique<ClientConnection>(
        options, network_.opener(), [this] { return now_ms_; }, /*seed=*/1, this);
  }

  // Lets time pass to the next thing the connection does; how long that took.
  int64_t AdvanceToDeadline() {
    const int64_t from_ms = now_ms_;
    now_ms_ = std::max(now_ms_, connection_->next_deadline_ms());
    connection_->Tick();
    return now_ms_ - from_ms;
  }
  void OpenLast() {
    network_.last().open = true;
    network_.last().events.on_open();
  }
  void ConnectLast() {
    OpenLast();
    network_.last().events.on_message("hello");
  }
  void LoseLast() {
    const auto socket = network_.sockets.back();
    socket->events.on_close(kCloseAbnormal, "refused");
  }

  void OnStatus(ConnectionStatus status) override { statuses_.push_back(status); }
  void OnSocketOpen() override { ++opened_; }
  bool OnMessage(std::string_view message) override { return message != "garbage"; }
  void OnSocketLost(uint16_t code, const std::string& reason) override {
    lost_.emplace_back(code, reason);
  }
  void OnGaveUp() override { ++gave_up_; }

  FakeNetwork network_;
  int64_t now_ms_ = 500;
  std::vector<ConnectionStatus> statuses_;
  std::vector<std::pair<uint16_t, std::string>> lost_;
  int opened_ = 0;
  int gave_up_ = 0;
  std::unique_ptr<ClientConnection> connection_;
};

constexpr ConnectionStatus kDisconnected = ConnectionStatus::kDisconnected;
constexpr ConnectionStatus kConnecting = ConnectionStatus::kConnecting;
constexpr ConnectionStatus kConnected = ConnectionStatus::kConnected;

TEST_F(ClientConnectionTest, TriesAtOnceAndIsConnectedWithTheFirstMessage) {
  connection_->SetWanted(true);
  EXPECT_EQ(network_.sockets.size(), 1u);
  OpenLast();
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(connection_->status(), kConnecting);
  network_.last().events.on_message("hello");
  EXPECT_EQ(connection_->status(), kConnected);
  EXPECT_EQ(statuses_, (std::vector{kConnecting, kConnected}));
}

TEST_F(ClientConnectionTest, WaitsLongerAfterEachFailure) {
  connection_->SetWanted(true);
  for (const int64_t bound_ms : {1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
    LoseLast();
    const int64_t waited_ms = AdvanceToDeadline();
    EXPECT_GE(waited_ms, 1'000);
    EXPECT_LE(waited_ms, bound_ms);
  }
  EXPECT_EQ(network_.sockets.size(), 8u);
  EXPECT_EQ(statuses_, (std::vector{kConnecting}));
  EXPECT_EQ(lost_.size(), 7u);
  EXPECT_EQ(lost_[0].second, "refused");
}

TEST_F(ClientConnectionTest, OpenSocketWithoutAMessageIsAFailedAttempt) {
  connection_->SetWanted(true);
  OpenLast();
  EXPECT_EQ(AdvanceToDeadline(), 30'000);
  EXPECT_TRUE(network_.last().closed);
  EXPECT_EQ(AdvanceToDeadline(), 1'000);
  OpenLast();
  EXPECT_EQ(AdvanceToDeadline(), 30'000);
  EXPECT_LE(AdvanceToDeadline(), 2'000);
  EXPECT_EQ(network_.sockets.size(), 3u);
  EXPECT_EQ(statuses_, (std::vector{kConnecting}));
}

TEST_F(ClientConnectionTest, ComesBackOneToTwoSecondsAfterAnEstablishedSocketEnds) {
  connection_->SetWanted(true);
  for (int i = 0; i < 5; ++i) {
    ConnectLast();
    now_ms_ += 12'000;
    LoseLast();
    EXPECT_EQ(connection_->status(), kDisconnected);
    const int64_t waited_ms = AdvanceToDeadline();
    EXPECT_GE(waited_ms, 1'000);
    EXPECT_LE(waited_ms, 2'000);
  }
}

TEST_F(ClientConnectionTest, BacksOffFromAServerThatLetsInAndThrowsOut) {
  ClientConnection::Options options;
  options.backoff.jitter = false;
  Make(options);
  connection_->SetWanted(true);
  for (const int64_t expected_ms : {1'000, 2'000, 4'000, 8'000, 16'000, 30'000}) {
    ConnectLast();
    now_ms_ += 100;
    LoseLast();
    EXPECT_EQ(AdvanceToDeadline(), expected_ms);
  }
}

TEST_F(ClientConnectionTest, PingsAServerThatIsSilentForFifteenSeconds) {
  connection_->SetWanted(true);
  ConnectLast();
  EXPECT_EQ(AdvanceToDeadline(), 15'000);
  EXPECT_EQ(network_.last().pings, 1);
  network_.last().events.on_pong();
  EXPECT_EQ(AdvanceToDeadline(), 15'000);
  EXPECT_EQ(network_.last().pings, 2);
  EXPECT_EQ(connection_->status(), kConnected);
}

TEST_F(ClientConnectionTest, GivesUpASocketThatIsSilentForThirtySeconds) {
  connection_->SetWanted(true);
  ConnectLast();
  now_ms_ += 10'000;
  network_.last().events.on_message("still here");
  EXPECT_EQ(AdvanceToDeadline() + AdvanceToDeadline(), 30'000);
  EXPECT_TRUE(network_.last().closed);
  EXPECT_EQ(connection_->status(), kDisconnected);
  ASSERT_EQ(lost_.size(), 1u);
  EXPECT_EQ(lost_[0].first, kCloseAbnormal);
  AdvanceToDeadline();
  EXPECT_EQ(network_.sockets.size(), 2u);
}

TEST_F(ClientConnectionTest, ComesBackOnceAfterTheMachineSlept) {
  connection_->SetWanted(true);
  ConnectLast();
  now_ms_ += 8 * 3'600'000;
  connection_->Tick();
  AdvanceToDeadline();
  ConnectLast();
  EXPECT_EQ(network_.sockets.size(), 2u);
  EXPECT_EQ(connection_->status(), kConnected);
}

TEST_F(ClientConnectionTest, ClosesASocketThatSpeaksAnotherProtocol) {
  connection_->SetWanted(true);
  OpenLast();
  network_.last().events.on_message("garbage");
  EXPECT_TRUE(network_.last().closed);
  EXPECT_EQ(network_.last().close_code, kCloseProtocolError);
  EXPECT_EQ(statuses_, (std::vector{kConnecting}));
  EXPECT_EQ(AdvanceToDeadline(), 1'000);
}

TEST_F(ClientConnectionTest, StopsForGoodWhenNotWanted) {
  connection_->SetWanted(true);
  ConnectLast();
  connection_->SetWanted(false);
  EXPECT_TRUE(network_.last().closed);
  EXPECT_EQ(network_.last().close_code, kCloseNormal);
  EXPECT_EQ(connection_->next_deadline_ms(), kNever);
  EXPECT_TRUE(lost_.empty());
  EXPECT_EQ(statuses_, (std::vector{kConnecting, kConnected, kDisconnected}));
  connection_->SetWanted(true);
  EXPECT_EQ(network_.sockets.size(), 2u);
}

TEST_F(ClientConnectionTest, GivesUpAfterTheAllowedAttempts) {
  ClientConnection::Options options;
  options.backoff.max_attempts = 2;
  Make(options);
  connection_->SetWanted(true);
  LoseLast();
  EXPECT_EQ(gave_up_, 0);
  AdvanceToDeadline();
  LoseLast();
  EXPECT_EQ(gave_up_, 1);
  EXPECT_EQ(connection_->status(), kDisconnected);
  EXPECT_EQ(connection_->next_deadline_ms(), kNever);
}

TEST_F(ClientConnectionTest, SendsOnlyWhileTheSocketIsOpen) {
  connection_->Send("early");
  connection_->SetWanted(true);
  connection_->Send("still early");
  OpenLast();
  connection_->Send("in time");
  EXPECT_EQ(network_.last().sent, std::vector<std::string>{"in time"});
}

}  // namespace
}  // namespace ypp::transport
