// The commands of a user, over a relay in this process that counts sessions.
#include "plugin/commands.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/json.h"
#include "plugin/config.h"
#include "plugin/payload.h"
#include "transport/relay.h"
#include "transport/token_authenticator.h"

namespace ypp::plugin {
namespace {

constexpr int64_t kPatienceMs = 10'000;

std::unique_ptr<Relay> StartRelay(std::string_view tokens = R"({"b": {"tier": "builder"}})",
                                  transport::LogSink log = transport::SilentLog()) {
  RelayOptions options;
  options.listen = "127.0.0.1:0";
  options.authenticator = *transport::TokenAuthenticator::Parse(tokens);
  options.tier_limits = TierLimits();
  options.log = std::move(log);
  return *Relay::Start(std::move(options));
}

SessionOptions Options(const std::string& url, const std::string& session = "s1") {
  SessionOptions options;
  options.relay_url = url;
  options.token = "b";
  options.session_id = session;
  options.display_name = "host";
  options.resolve_tier = [] { return std::string("builder"); };
  options.backoff.min_delay_ms = 50;
  options.backoff.max_delay_ms = 100;
  return options;
}

absl::Status Say(Session& session, const std::string& id, const std::string& text) {
  return session.hooks().ChatMessage(R"({"messageID":")" + id + "\"}",
                                     R"({"parts":[{"type":"text","text":")" + text + "\"}]}");
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

size_t Messages(const Session& session) {
  size_t count = 0;
  session.Read([&](const SessionDocument& document) { count = document.message_count(); });
  return count;
}

Any Parsed(const absl::StatusOr<std::string>& json) {
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *codec::ParseJson(*json) : Any();
}

TEST(Commands, StatusTellsWhatIsStoredAndWhoIsThere) {
  const auto relay = StartRelay();
  auto session = *Session::Open(Options(relay->url()));
  Commands commands(*session);
  ASSERT_TRUE(Say(*session, "m1", "x").ok());
  ASSERT_TRUE(session->Flush(kPatienceMs).ok());
  Any status;
  EXPECT_TRUE(Eventually([&] {
    status = Parsed(commands.Call("pugi.cloud.status"));
    return *FindMember(status, {"sync", "durable"}) == Any(true);
  }));
  EXPECT_EQ(*status.Find("connected"), Any(true));
  EXPECT_EQ(StringMember(*status.Find("sync"), "state"), "saved");
  EXPECT_EQ(*FindMember(status, {"sync", "dirtyBytes"}), Any(0));
  EXPECT_EQ(StringMember(*status.Find("tier"), "name"), "builder");
  EXPECT_EQ(*FindMember(status, {"tier", "maxSessions"}), Any(1));
  EXPECT_EQ(StringMember(*status.Find("localStore"), "state"), "off");
  ASSERT_EQ(status.Find("peers")->if_array()->size(), 1u);
}

TEST(Commands, DisconnectKeepsEditsAndResumeSendsThem) {
  const auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url()));
  auto b = *Session::Open(Options(relay->url()));
  Commands commands(*a);
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  ASSERT_TRUE(commands.Call("disconnect").ok());
  ASSERT_TRUE(Say(*a, "m1", "offline").ok());
  Any status = Parsed(commands.Call("status"));
  EXPECT_EQ(*status.Find("connected"), Any(false));
  EXPECT_GT(NumberMember(*status.Find("sync"), "dirtyBytes", 0), 0);
  EXPECT_EQ(Messages(*b), 0u);
  ASSERT_TRUE(commands.Call("resume").ok());
  EXPECT_TRUE(Eventually([&] { return Messages(*b) == 1; }));
}

TEST(Commands, PauseStaysConnectedAndHoldsBackBothWays) {
  const auto relay = StartRelay();
  auto a = *Session::Open(Options(relay->url()));
  auto b = *Session::Open(Options(relay->url()));
  Commands commands(*a);
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  const Any paused = Parsed(commands.Call("pugi_cloud_pause"));
  EXPECT_EQ(StringMember(*paused.Find("sync"), "state"), "paused");
  EXPECT_EQ(*paused.Find("connected"), Any(true));
  ASSERT_TRUE(Say(*a, "m1", "of a").ok());
  ASSERT_TRUE(Say(*b, "m2", "of b").ok());
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  EXPECT_EQ(Messages(*a), 1u);
  EXPECT_EQ(Messages(*b), 1u);
  EXPECT_TRUE(absl::IsFailedPrecondition(a->Flush(kPatienceMs)));
  ASSERT_TRUE(commands.Call("resume").ok());
  EXPECT_TRUE(Eventually([&] { return Messages(*a) == 2 && Messages(*b) == 2; }));
}

TEST(Commands, HandoffGivesALinkWhoseTokenIsInTheFragment) {
  const auto relay = StartRelay();
  auto session = *Session::Open(Options(relay->url()));
  Commands commands(*session);
  const Any result = Parsed(commands.Call("pugi.cloud.handoff", R"({"ttlMs": 20000})"));
  const std::string url = StringMember(result, "url");
  const std::string start = "http" + relay->url().substr(2) + "/console/#handoff=";
  ASSERT_EQ(url.substr(0, start.size()), start);
  EXPECT_EQ(url.size(), start.size() + 43);
  EXPECT_TRUE(absl::IsInvalidArgument(
      commands.Call("pugi.cloud.handoff", R"({"ttlMs": "soon"})").status()));
  EXPECT_TRUE(absl::IsNotFound(commands.Call("pugi.cloud.other").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(commands.Call("status", "[").status()));
}

TEST(Commands, AreDescribedAsToolsWithNamesThatCallTakes) {
  const auto relay = StartRelay();
  auto session = *Session::Open(Options(relay->url()));
  Commands commands(*session);
  const Any::Array tools = Commands::ToolDefinitions();
  EXPECT_EQ(tools.size(), 5u);
  for (const Any& tool : tools) {
    EXPECT_EQ(StringMember(*tool.Find("parameters"), "type"), "object");
    EXPECT_TRUE(commands.Call(StringMember(tool, "name")).ok());
  }
}

TEST(Tiers, WithoutSessionsGetAHintAndNoTransport) {
  const auto relay = StartRelay();
  for (const std::string tier : {"free", "founder", "unheard-of", ""}) {
    SessionOptions options = Options(relay->url());
    options.resolve_tier = [tier] { return tier; };
    auto session = *Session::Open(std::move(options));
    ASSERT_TRUE(Say(*session, "m1", "x").ok());
    EXPECT_EQ(session->status().state, SyncState::kNotEligible);
    EXPECT_NE(session->status().tier.hint.find("upgrade"), std::string::npos);
    EXPECT_TRUE(absl::IsFailedPrecondition(session->Connect()));
    EXPECT_TRUE(absl::IsFailedPrecondition(session->RequestHandoff(0).status()));
    EXPECT_TRUE(session->Dispose().ok());
  }
  SessionOptions nothing_said = Options(relay->url());
  nothing_said.resolve_tier = nullptr;
  EXPECT_EQ((*Session::Open(std::move(nothing_said)))->status().tier.tier, "free");
  EXPECT_EQ(relay->sockets_count(), 0u);
}

TEST(Tiers, AreTheRelaysToDecideAndItsReasonIsShown) {
  const auto relay = StartRelay();
  auto first = *Session::Open(Options(relay->url(), "s1"));
  ASSERT_TRUE(first->Flush(kPatienceMs).ok());
  SessionOptions options = Options(relay->url(), "s2");
  options.resolve_tier = [] { return std::string("team"); };
  auto second = *Session::Open(std::move(options));
  ASSERT_TRUE(Eventually([&] { return second->status().state == SyncState::kRefused; }));
  EXPECT_EQ(second->status().refusal.substr(0, 11), "tier-limit:");
  ASSERT_TRUE(first->Dispose().ok());
  first.reset();
  EXPECT_TRUE(Eventually([&] { return second->Connect().ok() && second->Flush(200).ok(); }));
}

TEST(Session, ReportsAConflictToEverySubscriberForAsLongAsItListens) {
  const auto relay = StartRelay();
  SessionOptions named = Options(relay->url());
  named.display_name = "other host";
  auto a = *Session::Open(Options(relay->url()));
  auto b = *Session::Open(std::move(named));
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  std::mutex mutex;
  std::vector<Conflict> seen;
  const auto note = [&](const Conflict& conflict) {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.push_back(conflict);
  };
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return seen.size();
  };
  Subscription one = a->OnConflict(note);
  Subscription two = b->OnConflict(note);
  const auto edit = [](Session& session, const char* call, const char* path) {
    const std::string args = absl::StrCat(R"({"filePath":")", path, "\"}");
    EXPECT_TRUE(session.hooks()
                    .ToolExecuteAfter(absl::StrCat(R"({"tool":"edit","callID":")", call,
                                                   R"(","args":)", args, "}"),
                                      R"({"title":"","output":"","metadata":{}})")
                    .ok());
  };
  a->Pause();
  edit(*a, "call_a", "x.c");
  edit(*b, "call_b", "x.c");
  a->Resume();
  // Both devices see both kinds, unless the two calls were more than 100 ms apart.
  EXPECT_TRUE(Eventually([&] { return count() >= 2; }));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return std::count_if(seen.begin(), seen.end(), [](const Conflict& conflict) {
             return conflict.kind == Conflict::Kind::kSamePath && conflict.path == "x.c" &&
                    conflict.first.author.name != conflict.second.author.name;
           }) == 2;
  }));
  one.Cancel();
  two.Cancel();
  const size_t before = count();
  a->Pause();
  edit(*a, "call_c", "y.c");
  edit(*b, "call_d", "y.c");
  a->Resume();
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  EXPECT_EQ(count(), before);
}

TEST(Session, KeepsWhatItWroteOnThisMachineAndSendsItAfterARestart) {
  const std::string directory =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-session-store-", getpid());
  std::filesystem::remove_all(directory);
  SessionOptions options = Options("ws://127.0.0.1:1");
  options.local_persistence_path = directory;
  options.dispose_timeout_ms = 0;
  {
    auto session = *Session::Open(options);
    EXPECT_EQ(session->status().local_store, LocalStoreState::kOn);
    ASSERT_TRUE(Say(*session, "m1", "written with no relay there").ok());
    // A second one finds the directory taken and goes on in memory.
    auto second = *Session::Open(options);
    EXPECT_EQ(second->status().local_store, LocalStoreState::kFailed);
    EXPECT_NE(second->status().local_store_error, "");
    EXPECT_TRUE(Say(*second, "m2", "in memory").ok());
  }
  const auto relay = StartRelay();
  options.relay_url = relay->url();
  options.dispose_timeout_ms = kPatienceMs;
  std::vector<std::string> reported;
  SessionEvents events;
  events.on_remote = [&](const RemoteChanges& changes) {
    for (const Message& message : changes.messages) reported.push_back(message.id);
  };
  auto session = *Session::Open(options, std::move(events));
  EXPECT_EQ(Messages(*session), 1u);
  ASSERT_TRUE(session->Flush(kPatienceMs).ok());
  auto other = *Session::Open(Options(relay->url()));
  ASSERT_TRUE(other->Flush(kPatienceMs).ok());
  EXPECT_EQ(Messages(*other), 1u);
  ASSERT_TRUE(session->Dispose().ok());
  EXPECT_EQ(reported, std::vector<std::string>());
  session.reset();
  std::filesystem::remove_all(directory);
}

// Searches all that the relay logs for what passed through it.
TEST(Logs, CarryNoTextPathNameOrToken) {
  std::mutex mutex;
  std::string log;
  {
    const auto relay = StartRelay(R"({"b-secret": {"tier": "team"}})",
                                  [&](transport::LogLevel, std::string_view line) {
                                    const std::lock_guard<std::mutex> lock(mutex);
                                    log.append(line);
                                  });
    SessionOptions options = Options(relay->url());
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

TEST(Config, TakesTheEnvironmentBeforeTheFile) {
  const std::string path =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-config-", getpid(), ".json");
  FILE* const file = std::fopen(path.c_str(), "w");
  std::fputs(R"({"relayUrl": "ws://file", "tier": "team", "syncMode": "manual", "handoffTtl": 60})",
             file);
  std::fclose(file);
  const absl::StatusOr<Config> config = LoadConfig(path, [](const char* name) -> const char* {
    if (std::string_view(name) == "YPP_RELAY_URL") return "ws://environment";
    return std::string_view(name) == "YPP_ENABLE_SYNC" ? "false" : nullptr;
  });
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->relay_url, "ws://environment");
  EXPECT_EQ(config->tier, "team");
  EXPECT_TRUE(config->manual);
  EXPECT_FALSE(config->enable_sync);
  EXPECT_EQ(config->handoff_ttl_ms, 60'000);
  std::filesystem::remove(path);
}

TEST(Config, RefusesWhatItCannotUseWithoutRepeatingIt) {
  for (const char* json : {"[]", "{", R"({"token": 7})", R"({"syncMode": "secret-value"})",
                           R"({"handoffTtl": -1})", R"({"enableSync": "secret-value"})"}) {
    const absl::Status status = ParseConfig(json).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << json;
    EXPECT_EQ(std::string(status.message()).find("secret-value"), std::string::npos);
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseConfig(R"({"reley": "x"})").status()));
  EXPECT_TRUE(absl::IsNotFound(
      LoadConfig("/nowhere/ypp.json", [](const char*) { return nullptr; }).status()));
}

}  // namespace
}  // namespace ypp::plugin
