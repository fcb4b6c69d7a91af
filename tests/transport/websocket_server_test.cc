// The port with real connections: how long it waits for whom, and what it counts as refused.
#include "transport/websocket_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/transport/blocking_peer.h"
#include "tests/transport/client_frame.h"
#include "transport/websocket_frames.h"

namespace ypp::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMaxMessageBytes = 1'000;

// Takes every WebSocket, and what it says, and does nothing with it.
class Listener : public SocketHandler {
 public:
  void OnMessage(absl::Span<const uint8_t>) override {}
  void OnBareFrames(size_t) override {}
  void OnClosed() override {}
  void OnTick(int64_t) override {}
};

// Served on a thread of its own, from Start to the end of the test.
class WebSocketServerTest : public testing::Test {
 protected:
  ~WebSocketServerTest() override { Stop(); }

  void Start(WebSocketServerOptions options) {
    options.listen.host = "127.0.0.1";
    WebSocketServer::Callbacks callbacks;
    callbacks.on_open = [](std::shared_ptr<Socket> socket, const WebSocketServer::RequestPtr&) {
      socket->SetMaxMessageBytes(kMaxMessageBytes);
      return std::make_shared<Listener>();
    };
    callbacks.on_http = [](const WebSocketServer::RequestPtr&, const HttpRespond& respond) {
      respond({200, "ok", {}});
    };
    callbacks.on_refused = [this](std::string_view reason) { refusals_.emplace_back(reason); };
    callbacks.on_tick = [](int64_t) {};
    callbacks.on_last_closed = [] {};
    server_ = std::make_unique<WebSocketServer>(std::move(options), std::move(callbacks));
    ASSERT_TRUE(server_->Listen().ok());
    thread_ = std::thread([this] { server_->Run(); });
  }
  void Stop() {
    if (!thread_.joinable()) return;
    server_->Stop();
    thread_.join();
  }
  uint16_t port() const { return server_->port(); }
  // What was refused, when the server is done.
  const std::vector<std::string>& Refusals() {
    Stop();
    return refusals_;
  }

 private:
  std::unique_ptr<WebSocketServer> server_;
  std::thread thread_;
  std::vector<std::string> refusals_;
};

std::string OpenWebSocket(const BlockingPeer& peer) {
  peer.Send(
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  return peer.ReadUntil("\r\n\r\n");
}

TEST_F(WebSocketServerTest, WaitsForARequestAsLongAsItSaysWheneverTheConnectionCame) {
  WebSocketServerOptions options;
  options.head_timeout_ms = 1'000;
  Start(std::move(options));
  std::vector<std::thread> visitors;
  std::vector<milliseconds> waited(20);
  for (milliseconds& wait : waited) {
    visitors.emplace_back([this, &wait] {
      const auto begin = steady_clock::now();
      const BlockingPeer peer(port());
      EXPECT_EQ(peer.ReadToEnd(), "");
      wait = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    });
    std::this_thread::sleep_for(milliseconds(53));
  }
  for (std::thread& visitor : visitors) visitor.join();
  EXPECT_GE(*std::min_element(waited.begin(), waited.end()), milliseconds(1'000));
}

TEST_F(WebSocketServerTest, CountsAMessageThatIsTooLarge) {
  Start({});
  const BlockingPeer peer(port());
  EXPECT_EQ(OpenWebSocket(peer).substr(0, 12), "HTTP/1.1 101");
  peer.Send(Masked(0x82, std::string(kMaxMessageBytes + 1, 'x')));
  EXPECT_EQ(peer.ReadToEnd().substr(2, 2), "\x03\xf1");
  EXPECT_EQ(Refusals(), std::vector<std::string>{"message_size"});
}

TEST_F(WebSocketServerTest, CountsNothingWhenThePeerClosesForThat) {
  Start({});
  const BlockingPeer peer(port());
  OpenWebSocket(peer);
  peer.Send(Masked(0x88, "\x03\xf1"));
  EXPECT_EQ(peer.ReadToEnd().substr(2, 2), "\x03\xf1");
  EXPECT_EQ(Refusals(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ypp::transport
