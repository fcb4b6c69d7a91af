#include "tests/plugin/session_support.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "transport/token_authenticator.h"

namespace ypp::plugin {

RelayOptions TestRelayOptions(std::string_view tokens) {
  RelayOptions options;
  options.listen = "127.0.0.1:0";
  const std::string own = absl::StrCat("{\"", kToken, R"(": {"tier": "builder"}})");
  options.authenticator = *transport::TokenAuthenticator::Parse(tokens.empty() ? own : tokens);
  options.tier_limits = TierLimits();
  options.log = transport::SilentLog();
  return options;
}

std::unique_ptr<Relay> StartRelay(RelayOptions options) {
  absl::StatusOr<std::unique_ptr<Relay>> relay = Relay::Start(std::move(options));
  EXPECT_TRUE(relay.ok()) << relay.status();
  return relay.ok() ? *std::move(relay) : nullptr;
}

SessionOptions TestSessionOptions(const std::string& relay_url, const std::string& name,
                                  const std::string& session_id) {
  SessionOptions options;
  options.relay_url = relay_url;
  options.token = kToken;
  options.session_id = session_id;
  options.display_name = name;
  options.resolve_tier = [] { return std::string("builder"); };
  options.backoff.min_delay_ms = 50;
  options.backoff.max_delay_ms = 100;
  return options;
}

absl::Status Say(Session& session, const std::string& id, const std::string& text) {
  return session.hooks().ChatMessage(
      absl::StrCat(R"({"messageID":")", id, "\"}"),
      absl::StrCat(R"({"parts":[{"type":"text","text":")", text, "\"}]}"));
}

size_t MessageCount(const Session& session) {
  size_t count = 0;
  session.Read([&](const SessionDocument& document) { count = document.message_count(); });
  return count;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace ypp::plugin
