#include "transport/y_websocket.h"

#include <gtest/gtest.h>

#include "tests/transport/fake_store.h"
#include "tests/transport/recording_socket.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
#include "transport/connection.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;
using Messages = std::vector<std::string>;

// What a y-websocket client says: a message without its address.
std::string Bare(const std::string& message) { return message.substr(4); }  // 03 d o c

class YWebsocketTest : public testing::Test {
 protected:
  YWebsocketTest()
      : store_(tasks_.executor()),
        hooks_(HooksOn(tasks_)),
        hub_(&store_, &hooks_, &metrics_, HubOptions{}) {
    Hooks hooks;
    hooks.on_authenticate = [](AuthenticatePayload& payload, HookDone done) {
      payload.read_only = payload.token == "reader";
      done(payload.token == "wrong" ? absl::PermissionDeniedError("bad-token") : absl::OkStatus());
    };
    hooks_.Add(hooks);
    services_ = {&hub_, &hooks_, &metrics_, ConnectionLimits{}, SilentLog()};
  }
  // As the end of a socket does: adapter and connection hold each other until then.
  ~YWebsocketTest() override {
    if (adapter_ != nullptr) adapter_->OnClosed();
  }
  void Open(const std::string& token) {
    adapter_ = std::make_shared<YWebsocketAdapter>(socket_, "doc");
    adapter_->Open(Connect(adapter_), token);
    tasks_.RunAll();
  }
  std::shared_ptr<Connection> Connect(std::shared_ptr<Socket> socket) {
    return std::make_shared<Connection>(std::move(socket), &services_, "socket",
                                        std::make_shared<HttpRequest>(), 0);
  }
  Messages Say(const std::string& message) {
    adapter_->OnMessage(AsBytes(message));
    tasks_.RunAll();
    return socket_->TakeSent();
  }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains hooks_;
  RelayMetrics metrics_;
  DocumentHub hub_;
  ConnectionServices services_;
  std::shared_ptr<RecordingSocket> socket_ = std::make_shared<RecordingSocket>();
  std::shared_ptr<YWebsocketAdapter> adapter_;
};

TEST(YWebsocket, FindsTheDocumentInThePath) {
  HttpRequest request;
  request.target = "/y-websocket/notes%20of/ada?token=x";
  EXPECT_EQ(YWebsocketDocument(request), "notes of/ada");
  request.target = "/y-websocket";
  EXPECT_EQ(YWebsocketDocument(request), std::nullopt);
  request.target = "/doc";
  EXPECT_EQ(YWebsocketDocument(request), std::nullopt);
}

TEST_F(YWebsocketTest, SyncsWithoutAddressesAndAcknowledgements) {
  Open("good");
  EXPECT_TRUE(socket_->TakeSent().empty());
  const std::string vector = StateVector().Encode();
  const std::string step1 = Bare(WriteSync("doc", SyncType::kStep1, AsBytes(vector)));
  const std::string step2 = Bare(WriteSync("doc", SyncType::kStep2, AsBytes(EmptyUpdate())));
  EXPECT_EQ(Say(step1), (Messages{step1, step2}));
  EXPECT_EQ(Say(step2), Messages{});
  const std::string update =
      Bare(WriteSync("doc", SyncType::kUpdate, AsBytes(TypingUpdates(7, {"a"})[0])));
  EXPECT_EQ(Say(update), Messages{});
  EXPECT_EQ(store_.appends, 1);
}

TEST_F(YWebsocketTest, SharesADocumentWithHocuspocusProviders) {
  Open("good");
  auto other_socket = std::make_shared<RecordingSocket>();
  const auto other = Connect(other_socket);
  other->OnMessage(AsBytes(WriteToken("doc", "good", "4.8.0")));
  tasks_.RunAll();
  other_socket->TakeSent();
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  EXPECT_EQ(Say(Bare(hello)), Messages{});
  EXPECT_EQ(other_socket->TakeSent(), Messages{hello});
  other->OnMessage(AsBytes(WriteStateless("doc", "not for them")));
  hub_.BroadcastStateless("doc", "nor this");
  EXPECT_TRUE(socket_->TakeSent().empty());
  adapter_->OnClosed();
  EXPECT_EQ(other_socket->TakeSent().back(),
            WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "null"))));
}

TEST_F(YWebsocketTest, IsToldThatItMayNotAndStaysAway) {
  Open("wrong");
  EXPECT_EQ(socket_->TakeSent(), Messages{std::string("\x02\x00\x09", 3) + "bad-token"});
  EXPECT_EQ(socket_->close_code, kCloseUnauthorized);
}

TEST_F(YWebsocketTest, MayBeAReader) {
  Open("reader");
  Say(Bare(WriteSync("doc", SyncType::kUpdate, AsBytes(TypingUpdates(7, {"a"})[0]))));
  EXPECT_EQ(store_.appends, 0);
}

TEST_F(YWebsocketTest, IgnoresWhatIsNotOfItsProtocolAndClosesOnNonsense) {
  Open("good");
  EXPECT_EQ(Say(""), Messages{});
  EXPECT_EQ(Say(std::string("\x07", 1)), Messages{});
  EXPECT_EQ(Say(std::string("\x02\x00\x04good", 7)), Messages{});
  EXPECT_EQ(socket_->close_code, 0);
  Say(std::string("\x00\x02\xff", 3));
  EXPECT_EQ(socket_->close_code, kCloseResetConnection);
}

}  // namespace
}  // namespace ypp::transport
