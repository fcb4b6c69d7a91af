// The provider with its thread and real sockets, against the relay in this process.
#include "transport/client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "transport/authenticator.h"
#include "transport/relay.h"

namespace ypp {
namespace {

constexpr int64_t kSoonMs = 10'000;

std::string NewDatabase() {
  static std::atomic<int> count{0};
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      absl::StrCat("ypp-client-test-", getpid(), "-", count++, ".db");
  return path.string();
}

class ClientTest : public testing::Test {
 protected:
  ~ClientTest() override {
    relay_.reset();
    for (const char* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(absl::StrCat(database_, suffix));
  }

  // Starts the relay, after the first time on the port it had.
  void StartRelay() {
    RelayOptions options;
    options.listen = absl::StrCat("127.0.0.1:", port_);
    options.database = database_;
    options.authenticator = std::make_shared<transport::OpenAuthenticator>();
    auto relay = Relay::Start(std::move(options));
    ASSERT_TRUE(relay.ok()) << relay.status();
    relay_ = *std::move(relay);
    port_ = relay_->port();
  }

  // A program with the document "doc" open.
  struct Peer {
    Doc doc;
    Awareness awareness{doc.client_id(), Client::NowMs()};
    std::unique_ptr<Client> client;
    std::unique_ptr<Provider> provider;

    void Append(std::string_view text) {
      client->Run([&] { ASSERT_TRUE(doc.GetText("t").Append(text).ok()); });
    }
    std::string Text() {
      std::string text;
      client->Run([&] { text = doc.GetText("t").ToString(); });
      return text;
    }
    std::string State() {
      std::string state;
      client->Run([&] { state = doc.EncodeUpdate(); });
      return state;
    }
    size_t Present() {
      size_t present = 0;
      client->Run([&] { present = awareness.states().size(); });
      return present;
    }
  };

  std::unique_ptr<Client> NewClient() {
    ClientOptions options;
    options.url = absl::StrCat("ws://127.0.0.1:", port_, "/");
    return *Client::Create(options);
  }
  std::unique_ptr<Peer> NewPeer(ProviderEvents events = {}) {
    auto peer = std::make_unique<Peer>();
    peer->client = NewClient();
    ProviderOptions options;
    options.document = "doc";
    options.token = "anything";
    peer->provider = *peer->client->Attach(peer->doc, &peer->awareness, options, std::move(events));
    return peer;
  }

  static bool Eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kSoonMs);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  int port_ = 0;
  const std::string database_ = NewDatabase();
  std::unique_ptr<Relay> relay_;
};

TEST_F(ClientTest, TwoClientsConverge) {
  StartRelay();
  const auto a = NewPeer();
  const auto b = NewPeer();
  a->Append("hello ");
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  ASSERT_TRUE(b->provider->WaitForSync(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return b->Text() == "hello "; }));
  b->Append("world");
  ASSERT_TRUE(b->provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return a->Text() == "hello world"; }));
  EXPECT_EQ(a->State(), b->State());
  EXPECT_EQ(a->provider->unsynced_changes(), 0);
  EXPECT_EQ(a->provider->scope(), "read-write");
}

TEST_F(ClientTest, EditsMadeAtTheSameTimeConverge) {
  StartRelay();
  const auto a = NewPeer();
  const auto b = NewPeer();
  for (int i = 0; i < 300; ++i) {
    a->Append("a");
    b->Append("b");
  }
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  ASSERT_TRUE(b->provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return a->Text().size() == 600 && a->Text() == b->Text(); }));
}

TEST_F(ClientTest, OfflineEditsOnBothSidesSurviveARelayThatWasRestarted) {
  StartRelay();
  const auto a = NewPeer();
  const auto b = NewPeer();
  a->Append("1");
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  ASSERT_TRUE(Eventually([&] { return b->Text() == "1"; }));
  relay_.reset();
  ASSERT_TRUE(Eventually([&] { return !a->provider->synced() && !b->provider->synced(); }));
  a->Append("aaa");
  b->Append("bbb");
  EXPECT_GT(a->provider->unsynced_changes(), 0);
  StartRelay();
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  ASSERT_TRUE(b->provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return a->Text().size() == 7 && a->Text() == b->Text(); }));

  const auto late = NewPeer();
  ASSERT_TRUE(late->provider->WaitForSync(kSoonMs).ok());
  EXPECT_EQ(late->Text(), a->Text());
}

TEST_F(ClientTest, DisconnectedClientSendsItsEditsWhenItConnectsAgain) {
  StartRelay();
  const auto a = NewPeer();
  const auto b = NewPeer();
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  a->client->Disconnect();
  EXPECT_EQ(a->client->status(), ConnectionStatus::kDisconnected);
  a->Append("written on a train");
  EXPECT_EQ(a->provider->Flush(50).code(), absl::StatusCode::kDeadlineExceeded);
  a->client->Connect();
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return b->Text() == "written on a train"; }));
}

TEST_F(ClientTest, ShowsWhoIsThereAndWhoLeft) {
  StartRelay();
  const auto a = NewPeer();
  auto b = NewPeer();
  ASSERT_TRUE(a->provider->SetAwarenessField("name", R"("ada")").ok());
  ASSERT_TRUE(b->provider->SetAwarenessField("name", R"("bob")").ok());
  EXPECT_TRUE(Eventually([&] { return a->Present() == 2 && b->Present() == 2; }));
  b->client->Disconnect();
  EXPECT_TRUE(Eventually([&] { return a->Present() == 1; }));
  EXPECT_EQ(b->Present(), 1u);
  b->client->Connect();
  EXPECT_TRUE(Eventually([&] { return a->Present() == 2; }));
  b->provider.reset();
  EXPECT_TRUE(Eventually([&] { return a->Present() == 1; }));
}

TEST_F(ClientTest, OneClientHoldsManyDocuments) {
  StartRelay();
  const auto client = NewClient();
  std::vector<std::unique_ptr<Doc>> docs;
  std::vector<std::unique_ptr<Provider>> providers;
  for (int i = 0; i < 50; ++i) {
    docs.push_back(std::make_unique<Doc>());
    ASSERT_TRUE(docs.back()->GetText("t").Append(absl::StrCat("document ", i)).ok());
    ProviderOptions options;
    options.document = absl::StrCat("doc", i);
    providers.push_back(*client->Attach(*docs.back(), nullptr, options));
  }
  for (const auto& provider : providers) EXPECT_TRUE(provider->Flush(kSoonMs).ok());
}

TEST_F(ClientTest, FiveMegabytesArriveWhole) {
  StartRelay();
  const auto a = NewPeer();
  const auto b = NewPeer();
  const std::string text(5 << 20, 'x');
  a->Append(text);
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(Eventually([&] { return b->Text() == text; }));
}

TEST_F(ClientTest, WaitsForAServerThatIsNotThereYet) {
  StartRelay();
  relay_.reset();
  std::atomic<int> failures{0};
  ClientOptions options;
  options.url = absl::StrCat("ws://127.0.0.1:", port_);
  ClientEvents events;
  events.on_disconnect = [&](uint16_t code, const std::string& reason) {
    EXPECT_EQ(code, 1006);
    EXPECT_EQ(reason, "Connection refused");
    ++failures;
  };
  const auto client = *Client::Create(options, events);
  Doc doc;
  ProviderOptions provider_options;
  provider_options.document = "doc";
  const auto provider = *client->Attach(doc, nullptr, provider_options);
  EXPECT_EQ(provider->WaitForSync(100).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Eventually([&] { return failures > 0; }));
  EXPECT_EQ(client->status(), ConnectionStatus::kConnecting);
  StartRelay();
  EXPECT_TRUE(provider->WaitForSync(kSoonMs).ok());
}

TEST_F(ClientTest, RefusesUrlsAndHeadersItCannotUse) {
  for (const char* url :
       {"", "http://localhost", "ws://", "localhost:80", "ws://host:99999", "wss:/x"}) {
    ClientOptions options;
    options.url = url;
    EXPECT_EQ(Client::Create(options).status().code(), absl::StatusCode::kInvalidArgument) << url;
  }
  ClientOptions options;
  options.url = "ws://localhost";
  options.headers = {{"X-Name", "a\r\nX-Other: b"}};
  EXPECT_EQ(Client::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.headers.clear();
  options.url = "wss://localhost";
  options.ca_file = "no such file";
  EXPECT_EQ(Client::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ClientTest, WaitingOnItsOwnThreadIsRefused) {
  StartRelay();
  const auto a = NewPeer();
  absl::Status status;
  a->client->Run([&] { status = a->provider->WaitForSync(1'000); });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ClientTest, ProviderMayBeDestroyedInsideItsCallback) {
  StartRelay();
  std::unique_ptr<Peer> a;
  std::atomic<bool> destroyed{false};
  ProviderEvents events;
  std::atomic<bool> ready{false};
  events.on_authenticated = [&](const std::string&) {
    while (!ready) std::this_thread::yield();
    a->provider.reset();
    destroyed = true;
  };
  events.on_synced = [&](bool) { ADD_FAILURE() << "an event after the end"; };
  a = NewPeer(events);
  ready = true;
  EXPECT_TRUE(Eventually([&] { return destroyed.load(); }));
  a->Append("x");
}

TEST_F(ClientTest, ProviderThatOutlivesItsClientDoesNothingAnyMore) {
  StartRelay();
  const auto a = NewPeer();
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  a->client.reset();
  EXPECT_FALSE(a->provider->synced());
  EXPECT_FALSE(a->provider->SendStateless("x"));
  EXPECT_EQ(a->provider->Flush(1'000).code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(a->doc.GetText("t").Append("x").ok());
  a->provider.reset();
}

TEST_F(ClientTest, TakesCallsFromManyThreads) {
  StartRelay();
  const auto a = NewPeer();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        a->Append("x");
        (void)a->provider->unsynced_changes();
        (void)a->provider->SetAwarenessField("n", absl::StrCat(j));
        a->client->Post([&] { (void)a->doc.GetText("t").Append("y"); });
        (void)a->provider->SendStateless("z");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(a->provider->Flush(kSoonMs).ok());
  EXPECT_EQ(a->Text().size(), 400u);
}

TEST_F(ClientTest, EndsQuicklyWhileTheServerIsAway) {
  StartRelay();
  const auto a = NewPeer();
  ASSERT_TRUE(a->provider->WaitForSync(kSoonMs).ok());
  relay_.reset();
  const auto from = std::chrono::steady_clock::now();
  a->client.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::milliseconds(2'000));
}

}  // namespace
}  // namespace ypp
