// Nothing of a session reaches the relay's log.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>

#include "tests/plugin/session_support.h"

namespace ypp::plugin {
namespace {

// Searches all that the relay logs for what passed through it.
TEST(Logs, CarryNoTextPathNameOrToken) {
  std::mutex mutex;
  std::string log;
  {
    RelayOptions relay_options = TestRelayOptions(R"({"b-secret": {"tier": "team"}})");
    relay_options.log = [&](transport::LogLevel, std::string_view line) {
      const std::lock_guard<std::mutex> lock(mutex);
      log.append(line);
    };
    const auto relay = StartRelay(std::move(relay_options));
    SessionOptions options = TestSessionOptions(relay->url());
    options.token = "b-secret";
    options.display_name = "ada-lovelace";
    auto session = *Session::Open(options);
    ASSERT_TRUE(Say(*session, "m1", "words-of-the-message").ok());
    ASSERT_TRUE(session->hooks()
                    .ToolExecuteAfter(
                        R"({"tool":"edit","callID":"c","args":{"filePath":"path-of-a-file.c"}})",
                        R"({"title":"","output":"words-of-a-tool","metadata":{}})")
                    .ok());
    ASSERT_TRUE(session->Flush(kPatienceMs).ok());
    const absl::StatusOr<Session::Handoff> handoff = session->RequestHandoff(0);
    ASSERT_TRUE(handoff.ok()) << handoff.status();
    options.token = "wrong-secret";
    auto refused = *Session::Open(options);
    ASSERT_TRUE(Eventually([&] { return refused->status().state == SyncState::kRefused; }));
    ASSERT_TRUE(session->Dispose().ok());
    session.reset();
    refused.reset();
    const std::lock_guard<std::mutex> lock(mutex);
    EXPECT_NE(log, "");
    EXPECT_EQ(log.find(handoff->token), std::string::npos);
  }
  for (const char* word : {"b-secret", "wrong-secret", "ada-lovelace", "words-of-the-message",
                           "path-of-a-file", "words-of-a-tool"}) {
    EXPECT_EQ(log.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace ypp::plugin
