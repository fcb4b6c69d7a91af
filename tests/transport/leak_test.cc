// Documents and connections that come and go leave nothing behind, neither in the relay nor in the
// provider.
//
// YPP_LEAK_CYCLES says how often (default below; 100,000 take some minutes). Sanitizers have their
// own heap, which mallinfo2 does not see; there LeakSanitizer looks at the end.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "transport/client.h"
#include "transport/relay.h"

namespace ypp {
namespace {

constexpr int kCycles = 300;
constexpr int kDocuments = 20;
constexpr int kLanes = 10;  // clients at a time
constexpr int64_t kPatienceMs = 30'000;
// What the heap may be off by: threads keep some of what they freed.
constexpr int64_t kSlackBytes = 384 << 10;

int Cycles() {
  const char* const text = std::getenv("YPP_LEAK_CYCLES");
  return text != nullptr ? std::atoi(text) : kCycles;
}

// Without what SQLite has: it keeps pages of the database up to a limit of its own.
int64_t HeapBytes() {
  const struct mallinfo2 heap = mallinfo2();
  return static_cast<int64_t>(heap.uordblks + heap.hblkhd) - sqlite3_memory_used();
}

// Opens a document on a connection of its own, shows itself, edits until it is on disk, and goes.
void Cycle(const Relay& relay, int number) {
  ClientOptions options;
  options.url = relay.url();
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(std::move(options));
  ASSERT_TRUE(client.ok()) << client.status();
  Doc doc;
  Awareness awareness(doc.client_id(), Client::NowMs());
  ProviderOptions provider_options;
  provider_options.document = absl::StrCat("document ", number % kDocuments);
  absl::StatusOr<std::unique_ptr<Provider>> provider =
      (*client)->Attach(doc, &awareness, std::move(provider_options));
  ASSERT_TRUE(provider.ok()) << provider.status();
  ASSERT_TRUE((*provider)->SetAwarenessState(R"({"name":"x"})").ok());
  (*client)->Run([&] { ASSERT_TRUE(doc.GetMap("m").Set("number", number).ok()); });
  const absl::Status saved = (*provider)->Flush(kPatienceMs);
  ASSERT_TRUE(saved.ok()) << "cycle " << number << ": " << saved;
}

// Each lane has documents of its own.
void RunCycles(const Relay& relay, int count) {
  std::vector<std::thread> lanes;
  for (int lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&relay, lane, count] {
      for (int i = lane; i < count && !testing::Test::HasFatalFailure(); i += kLanes) {
        Cycle(relay, i);
      }
    });
  }
  for (std::thread& lane : lanes) lane.join();
}

// The heap when everything of the cycles before has gone.
int64_t SettledHeapBytes(const Relay& relay) {
  // Timers under way keep the memory of what they were for; sockets are looked after once a second.
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (
      (relay.documents_count() > 0 || relay.sockets_count() > 0 || relay.connections_count() > 0) &&
      std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(relay.documents_count(), 0u);
  EXPECT_EQ(relay.connections_count(), 0u);
  EXPECT_EQ(relay.sockets_count(), 0u);
  return HeapBytes();
}

void CheckHeap(RelayOptions options) {
  options.listen = "127.0.0.1:0";
  options.authenticator = std::make_shared<transport::OpenAuthenticator>();
  const auto relay = Relay::Start(std::move(options));
  ASSERT_TRUE(relay.ok()) << relay.status();
  const int cycles = Cycles();
  // First what is made once: caches, tables of metrics.
  RunCycles(**relay, std::max(cycles / 10, 10 * kDocuments));
  const int64_t before = SettledHeapBytes(**relay);
  const auto begin = std::chrono::steady_clock::now();
  RunCycles(**relay, cycles);
  const auto took = std::chrono::steady_clock::now() - begin;
  const int64_t after = SettledHeapBytes(**relay);
  std::printf(
      "%d cycles in %lld ms: heap %lld -> %lld bytes\n", cycles,
      static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()),
      static_cast<long long>(before), static_cast<long long>(after));
  EXPECT_LT(after - before, kSlackBytes);
  (*relay)->Stop();
}

TEST(Leaks, DocumentsAndConnectionsThatComeAndGoLeaveTheHeapAsItWas) {
  const std::string file = absl::StrCat(testing::TempDir(), "ypp-leak-", getpid(), ".db");
  RelayOptions options;
  options.database = file;
  CheckHeap(std::move(options));
  for (const char* ending : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(file + ending);
}

TEST(Leaks, SoDoThoseThatOnlyAHookStores) {
  RelayOptions options;
  options.debounce_ms = 20;
  options.hooks.on_store_document = [](StoreDocumentPayload&, HookDone done) {
    done(absl::OkStatus());
  };
  CheckHeap(std::move(options));
}

}  // namespace
}  // namespace ypp
