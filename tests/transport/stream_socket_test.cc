// The loop, the listener and the socket, with a plain blocking peer on the other side.
#include "transport/stream_socket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/transport/blocking_peer.h"
#include "transport/tcp_listener.h"

namespace ypp::transport {
namespace {

// Accepts connections, and does with each what the test says.
class StreamSocketTest : public testing::Test, private StreamSocket::Handler {
 protected:
  StreamSocketTest()
      : listener_(&loop_, [this](EventLoop::TcpSocket socket, std::string address) {
          address_ = std::move(address);
          socket_ = std::make_shared<StreamSocket>(&loop_, std::move(socket), nullptr);
          socket_->Start(this);
          if (on_accept) on_accept();
        }) {
    ListenAddress address;
    address.host = "127.0.0.1";
    EXPECT_TRUE(listener_.Listen(address).ok());
  }

  // Runs the loop on this thread, and the peer's side on another; ends when that is done.
  void Run(const std::function<void(const BlockingPeer&)>& talk) {
    std::thread other([this, &talk] {
      const BlockingPeer peer(listener_.port());
      talk(peer);
      loop_.Stop();
    });
    loop_.Run();
    other.join();
    socket_.reset();
  }

  std::function<void()> on_accept;
  std::function<void(std::string_view)> on_bytes;
  std::function<void()> on_end;
  EventLoop loop_;
  std::shared_ptr<StreamSocket> socket_;
  std::string address_;

 private:
  void OnBytes(absl::Span<char> bytes) override {
    if (on_bytes) on_bytes({bytes.data(), bytes.size()});
  }
  void OnEnd() override {
    if (on_end) on_end();
  }

  TcpListener listener_;
};

TEST_F(StreamSocketTest, BytesGoBothWays) {
  on_bytes = [this](std::string_view bytes) { socket_->Write("<" + std::string(bytes) + ">"); };
  Run([](const BlockingPeer& peer) {
    peer.Send("ping");
    EXPECT_EQ(peer.Read(6), "<ping>");
  });
  EXPECT_EQ(address_, "127.0.0.1");
}

TEST_F(StreamSocketTest, KeepsTheOrderOfSmallAndLarge) {
  const auto large = std::make_shared<const std::string>(3'000'000, 'b');
  on_accept = [this, &large] {
    socket_->Write("a");
    socket_->Write(large);
    socket_->Write("c");
    socket_->Write(large);
    EXPECT_EQ(socket_->queued_bytes(), 6'000'002u);
  };
  Run([&large](const BlockingPeer& peer) {
    EXPECT_EQ(peer.Read(6'000'002), "a" + *large + "c" + *large);
  });
}

TEST_F(StreamSocketTest, SendsWhatIsQueuedBeforeItCloses) {
  const auto large = std::make_shared<const std::string>(3'000'000, 'b');
  on_bytes = [this, &large](std::string_view) {
    socket_->Write(large);
    socket_->CloseWhenSent();
    socket_.reset();
  };
  Run([](const BlockingPeer& peer) {
    peer.Send("go");
    EXPECT_EQ(peer.Read(3'000'000).size(), 3'000'000u);
    EXPECT_EQ(peer.Read(1), "") << "and then the end";
  });
}

TEST_F(StreamSocketTest, ReadsNothingWhileItIsToldNotTo) {
  std::string got;
  on_accept = [this] {
    socket_->SetReading(false);
    loop_.PostAfter(50, [this] {
      socket_->Write("1");
      socket_->SetReading(true);
    });
  };
  on_bytes = [this, &got](std::string_view bytes) {
    got += bytes;
    socket_->Write("2");
  };
  Run([](const BlockingPeer& peer) {
    peer.Send("x");
    EXPECT_EQ(peer.Read(1), "1");
    EXPECT_EQ(peer.Read(1), "2");
  });
  EXPECT_EQ(got, "x");
}

TEST_F(StreamSocketTest, TellsOnceThatThePeerHasGone) {
  int ends = 0;
  on_end = [&ends] { ++ends; };
  Run([](const BlockingPeer& peer) {
    peer.Send("x");
    peer.End();
    peer.Read(1);
  });
  EXPECT_EQ(ends, 1);
}

TEST_F(StreamSocketTest, DoesNotKeepATurnFromEndingHoweverMuchComes) {
  constexpr size_t kFloodBytes = 8 << 20;
  size_t got_bytes = 0;
  int reads_in_turn = 0;
  int most_reads_in_turn = 0;
  on_bytes = [&](std::string_view bytes) {
    got_bytes += bytes.size();
    if (reads_in_turn == 0) loop_.AtTurnEnd([&] { reads_in_turn = 0; });
    most_reads_in_turn = std::max(most_reads_in_turn, ++reads_in_turn);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // what they ask for is work
    if (got_bytes == kFloodBytes) socket_->Write("!");
  };
  Run([](const BlockingPeer& peer) {
    peer.Send(std::string(kFloodBytes, 'x'));
    EXPECT_EQ(peer.Read(1), "!");
  });
  EXPECT_LE(most_reads_in_turn, 2);
}

TEST(EventLoop, RunsWhatWasPostedInOrderThenTheEndOfTheTurn) {
  EventLoop loop;
  std::string order;
  loop.Post([&] {
    order += "a";
    loop.AtTurnEnd([&] { order += "z"; });
  });
  loop.Post([&] { order += "b"; });
  loop.PostAfter(1, [&] { loop.Stop(); });
  loop.Run();
  EXPECT_EQ(order, "abz");
}

TEST(EventLoop, TakesTasksFromOtherThreads) {
  EventLoop loop;
  int count = 0;
  std::thread other([&loop, &count] {
    for (int i = 0; i < 1000; ++i) loop.Post([&count] { ++count; });
    loop.Post([&loop] { loop.Stop(); });
  });
  loop.Run();
  other.join();
  EXPECT_EQ(count, 1000);
}

}  // namespace
}  // namespace ypp::transport
