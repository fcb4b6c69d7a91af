// The commands of a user, over a relay in this process that counts sessions.
#include "plugin/commands.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "codec/json.h"
#include "plugin/payload.h"
#include "tests/plugin/session_support.h"

namespace ypp::plugin {
namespace {

Any Parsed(const absl::StatusOr<std::string>& json) {
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *codec::ParseJson(*json) : Any();
}

TEST(Commands, StatusTellsWhatIsStoredAndWhoIsThere) {
  const auto relay = StartRelay();
  auto session = *Session::Open(TestSessionOptions(relay->url()));
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
  auto a = *Session::Open(TestSessionOptions(relay->url()));
  auto b = *Session::Open(TestSessionOptions(relay->url()));
  Commands commands(*a);
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  ASSERT_TRUE(commands.Call("disconnect").ok());
  ASSERT_TRUE(Say(*a, "m1", "offline").ok());
  Any status = Parsed(commands.Call("status"));
  EXPECT_EQ(*status.Find("connected"), Any(false));
  EXPECT_GT(NumberMember(*status.Find("sync"), "dirtyBytes", 0), 0);
  const auto age_ms = [&] {
    return NumberMember(*Parsed(commands.Call("status")).Find("sync"), "dirtyAgeMs", -1);
  };
  EXPECT_TRUE(Eventually([&] { return age_ms() >= 20; }));
  EXPECT_EQ(MessageCount(*b), 0u);
  ASSERT_TRUE(commands.Call("resume").ok());
  EXPECT_TRUE(Eventually([&] { return age_ms() == 0; }));
  EXPECT_TRUE(Eventually([&] { return MessageCount(*b) == 1; }));
}

TEST(Commands, PauseStaysConnectedAndHoldsBackBothWays) {
  const auto relay = StartRelay();
  auto a = *Session::Open(TestSessionOptions(relay->url()));
  auto b = *Session::Open(TestSessionOptions(relay->url()));
  Commands commands(*a);
  ASSERT_TRUE(a->Flush(kPatienceMs).ok());
  const Any paused = Parsed(commands.Call("pugi_cloud_pause"));
  EXPECT_EQ(StringMember(*paused.Find("sync"), "state"), "paused");
  EXPECT_EQ(*paused.Find("connected"), Any(true));
  ASSERT_TRUE(Say(*a, "m1", "of a").ok());
  ASSERT_TRUE(Say(*b, "m2", "of b").ok());
  ASSERT_TRUE(b->Flush(kPatienceMs).ok());
  EXPECT_EQ(MessageCount(*a), 1u);
  EXPECT_EQ(MessageCount(*b), 1u);
  EXPECT_TRUE(absl::IsFailedPrecondition(a->Flush(kPatienceMs)));
  ASSERT_TRUE(commands.Call("resume").ok());
  EXPECT_TRUE(Eventually([&] { return MessageCount(*a) == 2 && MessageCount(*b) == 2; }));
}

TEST(Commands, HandoffGivesALinkWhoseTokenIsInTheFragment) {
  const auto relay = StartRelay();
  auto session = *Session::Open(TestSessionOptions(relay->url()));
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
  auto session = *Session::Open(TestSessionOptions(relay->url()));
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
    SessionOptions options = TestSessionOptions(relay->url());
    options.resolve_tier = [tier] { return tier; };
    auto session = *Session::Open(std::move(options));
    ASSERT_TRUE(Say(*session, "m1", "x").ok());
    EXPECT_EQ(session->status().state, SyncState::kNotEligible);
    const std::string hint = session->status().tier.hint;
    EXPECT_NE(hint.find("upgrade"), std::string::npos);
    EXPECT_EQ(hint.find("not known") != std::string::npos, tier == "unheard-of") << hint;
    EXPECT_TRUE(absl::IsFailedPrecondition(session->Connect()));
    EXPECT_TRUE(absl::IsFailedPrecondition(session->RequestHandoff(0).status()));
    EXPECT_TRUE(session->Dispose().ok());
  }
  SessionOptions nothing_said = TestSessionOptions(relay->url());
  nothing_said.resolve_tier = nullptr;
  EXPECT_EQ((*Session::Open(std::move(nothing_said)))->status().tier.tier, "free");
  EXPECT_EQ(relay->sockets_count(), 0u);
}

TEST(Tiers, AreTheRelaysToDecideAndItsReasonIsShown) {
  const auto relay = StartRelay();
  auto first = *Session::Open(TestSessionOptions(relay->url(), "host", "s1"));
  ASSERT_TRUE(first->Flush(kPatienceMs).ok());
  SessionOptions options = TestSessionOptions(relay->url(), "host", "s2");
  options.resolve_tier = [] { return std::string("team"); };
  auto second = *Session::Open(std::move(options));
  ASSERT_TRUE(Eventually([&] { return second->status().state == SyncState::kRefused; }));
  EXPECT_EQ(second->status().refusal.substr(0, 11), "tier-limit:");
  ASSERT_TRUE(first->Dispose().ok());
  first.reset();
  EXPECT_TRUE(Eventually([&] { return second->Connect().ok() && second->Flush(200).ok(); }));
}

}  // namespace
}  // namespace ypp::plugin
