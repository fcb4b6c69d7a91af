#include "crdt/awareness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/awareness_message.h"
#include "codec/byte_writer.h"

namespace ypp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr ClientId kMe = 10;
constexpr ClientId kOther = 20;
constexpr uint64_t kLargestClock = (uint64_t{1} << 53) - 1;

std::string Encode(const std::vector<codec::AwarenessEntry>& entries) {
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, entries);
  return out.Take();
}

absl::Status Apply(Awareness& awareness, const std::vector<codec::AwarenessEntry>& entries,
                   int64_t now_ms = 0) {
  return awareness.ApplyUpdate(codec::AsBytes(Encode(entries)), "net", now_ms);
}

// Keeps what is called back as text: "change +20 (net)".
class Log {
 public:
  explicit Log(Awareness& awareness)
      : on_change_(awareness.OnChange(Writer("change"))),
        on_update_(awareness.OnUpdate(Writer("update"))) {}

  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

 private:
  Awareness::Callback Writer(const std::string& name) {
    return [this, name](const AwarenessChange& change, const Origin& origin) {
      std::string line = name;
      for (const ClientId client : change.added) line += " +" + std::to_string(client);
      for (const ClientId client : change.updated) line += " ~" + std::to_string(client);
      for (const ClientId client : change.removed) line += " -" + std::to_string(client);
      lines_.push_back(line + " (" + origin.label + ")");
    };
  }

  std::vector<std::string> lines_;
  Subscription on_change_;
  Subscription on_update_;
};

TEST(Awareness, StartsWithAnEmptyStateAtClockZero) {
  Awareness awareness(kMe);
  EXPECT_THAT(awareness.states(), ElementsAre(Pair(kMe, "{}")));
  EXPECT_EQ(awareness.clock(kMe), 0u);
  EXPECT_EQ(awareness.clock(kOther), 0u);
}

TEST(Awareness, PassesAStateToAnotherPeer) {
  Awareness mine(kMe);
  Awareness theirs(kOther);
  ASSERT_TRUE(mine.SetLocalState(R"({"name":"ada"})", 0).ok());
  Log log(theirs);
  ASSERT_TRUE(theirs.ApplyUpdate(codec::AsBytes(mine.EncodeUpdate()), "net", 0).ok());
  EXPECT_THAT(theirs.states(), ElementsAre(Pair(kMe, R"({"name":"ada"})"), Pair(kOther, "{}")));
  EXPECT_THAT(log.Take(), ElementsAre("change +10 (net)", "update +10 (net)"));
}

TEST(Awareness, IgnoresWhatItKnowsAlready) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 3, "{}"}}).ok());
  Log log(awareness);
  ASSERT_TRUE(Apply(awareness, {{kOther, 3, R"({"a":1})"}}).ok());
  ASSERT_TRUE(Apply(awareness, {{kOther, 2, "null"}}).ok());
  EXPECT_THAT(log.Take(), IsEmpty());
  EXPECT_EQ(awareness.states().at(kOther), "{}");
}

TEST(Awareness, AtAnEqualClockOnlyTakesAStateAway) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 3, "{}"}}).ok());
  Log log(awareness);
  ASSERT_TRUE(Apply(awareness, {{kOther, 3, "null"}}).ok());
  EXPECT_THAT(log.Take(), ElementsAre("change -20 (net)", "update -20 (net)"));
  EXPECT_EQ(awareness.clock(kOther), 3u);
}

TEST(Awareness, CallsAStateWithOtherKeyOrderTheSame) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 1, R"({"a":1,"b":[{"c":2,"d":3}]})"}}).ok());
  Log log(awareness);
  ASSERT_TRUE(Apply(awareness, {{kOther, 2, R"({"b":[{"d":3,"c":2}],"a":1.0})"}}).ok());
  EXPECT_THAT(log.Take(), ElementsAre("update ~20 (net)"));
  ASSERT_TRUE(Apply(awareness, {{kOther, 3, R"({"b":[{"d":3,"c":9}],"a":1})"}}).ok());
  EXPECT_THAT(log.Take(), ElementsAre("change ~20 (net)", "update ~20 (net)"));
}

TEST(Awareness, RefusesToBeTakenAwayByOthers) {
  Awareness awareness(kMe);
  Log log(awareness);
  ASSERT_TRUE(Apply(awareness, {{kMe, 5, "null"}}).ok());
  EXPECT_EQ(awareness.local_state(), "{}");
  EXPECT_EQ(awareness.clock(kMe), 6u);
  // Said, so that whoever passes updates on sends the larger clock.
  EXPECT_THAT(log.Take(), ElementsAre("change -10 (net)", "update -10 (net)"));
}

TEST(Awareness, StaysInTheRangeOfTheWireWhateverClocksAreClaimed) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kMe, kLargestClock, "null"}}).ok());
  EXPECT_EQ(awareness.clock(kMe), kLargestClock);
  ASSERT_TRUE(awareness.SetLocalState("{}", 0).ok());
  EXPECT_EQ(awareness.clock(kMe), kLargestClock);
  Awareness peer(kOther);
  EXPECT_TRUE(peer.ApplyUpdate(codec::AsBytes(awareness.EncodeUpdate()), "net", 0).ok());
}

TEST(Awareness, AppliesNothingOfAnUpdateThatIsPartlyBad) {
  Awareness awareness(kMe);
  Log log(awareness);
  EXPECT_EQ(Apply(awareness, {{kOther, 1, "{}"}, {30, 1, "{x}"}}).code(),
            absl::StatusCode::kInvalidArgument);
  const std::string whole = Encode({{kOther, 1, R"({"a":1})"}, {30, 2, "true"}});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(awareness.ApplyUpdate(codec::AsBytes(whole).subspan(0, size), "net", 0).code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_THAT(awareness.states(), ElementsAre(Pair(kMe, "{}")));
  EXPECT_THAT(log.Take(), IsEmpty());
}

TEST(Awareness, KeepsStatesAsJsonStringifyWritesThem) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 1, " { \"b\" : 1.50 , \"2\" : null } "}}).ok());
  EXPECT_EQ(awareness.states().at(kOther), R"({"2":null,"b":1.5})");
  ASSERT_TRUE(Apply(awareness, {{kOther, 2, " null "}}).ok());
  EXPECT_FALSE(awareness.states().contains(kOther));
}

TEST(Awareness, AStateThatIsWrittenAsNullIsNone) {
  Awareness awareness(1);
  ASSERT_TRUE(awareness.SetLocalState("1e999", 0).ok());
  EXPECT_EQ(awareness.local_state(), std::nullopt);
  EXPECT_TRUE(awareness.states().empty());
}

TEST(Awareness, RefusesALocalStateThatIsNotJson) {
  Awareness awareness(kMe);
  EXPECT_EQ(awareness.SetLocalState("{", 0).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(awareness.clock(kMe), 0u);
}

TEST(Awareness, SaysEverySetAndOnlyRealChanges) {
  Awareness awareness(kMe);
  Log log(awareness);
  ASSERT_TRUE(awareness.SetLocalState("{}", 0).ok());
  EXPECT_THAT(log.Take(), ElementsAre("update ~10 (local)"));
  ASSERT_TRUE(awareness.SetLocalState(std::nullopt, 0).ok());
  EXPECT_THAT(log.Take(), ElementsAre("change -10 (local)", "update -10 (local)"));
  ASSERT_TRUE(awareness.SetLocalState("1", 0).ok());
  EXPECT_THAT(log.Take(), ElementsAre("change +10 (local)", "update +10 (local)"));
  EXPECT_EQ(awareness.clock(kMe), 3u);
}

TEST(Awareness, RemovesOthersWithoutRaisingTheirClock) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 7, "{}"}}).ok());
  Log log(awareness);
  awareness.Remove({kOther, 99, kMe}, "closed", 0);
  EXPECT_THAT(log.Take(), ElementsAre("change -20 -10 (closed)", "update -20 -10 (closed)"));
  EXPECT_EQ(awareness.clock(kOther), 7u);
  EXPECT_EQ(awareness.clock(kMe), 1u);
  EXPECT_EQ(awareness.EncodeUpdate({kOther, 99}), Encode({{kOther, 7, "null"}}));
}

TEST(Awareness, RenewsItselfWhenHalfTheTimeoutHasPassed) {
  Awareness awareness(kMe, 1000);
  Log log(awareness);
  awareness.Tick(1000 + kAwarenessRenewMs - 1);
  EXPECT_THAT(log.Take(), IsEmpty());
  awareness.Tick(1000 + kAwarenessRenewMs);
  EXPECT_THAT(log.Take(), ElementsAre("update ~10 (local)"));
  EXPECT_EQ(awareness.clock(kMe), 1u);
}

TEST(Awareness, DropsWhoWasNotRenewedInTime) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 1, "{}"}}, 100).ok());
  awareness.Tick(100 + kAwarenessTimeoutMs - 1);
  EXPECT_TRUE(awareness.states().contains(kOther));
  Log log(awareness);
  awareness.Tick(100 + kAwarenessTimeoutMs);
  EXPECT_FALSE(awareness.states().contains(kOther));
  EXPECT_THAT(log.Take(), ::testing::Contains("change -20 (timeout)"));
}

TEST(Awareness, ForgetsWhoIsLongGone) {
  Awareness awareness(kMe);
  ASSERT_TRUE(Apply(awareness, {{kOther, 1, "{}"}}).ok());
  awareness.Remove({kOther}, "closed", 5);
  awareness.Tick(5 + kAwarenessForgetMs - 1);
  EXPECT_TRUE(awareness.clocks().contains(kOther));
  awareness.Tick(5 + kAwarenessForgetMs);
  EXPECT_THAT(awareness.clocks(), ElementsAre(Pair(kMe, ::testing::_)));
}

TEST(Awareness, RefusesMoreClientsThanItRemembers) {
  Awareness awareness(kMe);
  std::vector<codec::AwarenessEntry> crowd;
  for (ClientId client = 1; client <= kMaxAwarenessClients; ++client) {
    crowd.push_back({client + 100, 1, "1"});
  }
  EXPECT_EQ(Apply(awareness, crowd).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(awareness.clocks().size(), 1u);
  crowd.pop_back();
  EXPECT_TRUE(Apply(awareness, crowd).ok());
  EXPECT_EQ(awareness.clocks().size(), kMaxAwarenessClients);
}

TEST(Awareness, LetsACallbackEditAndUnsubscribe) {
  Awareness awareness(kMe);
  int calls = 0;
  Subscription once;
  once = awareness.OnChange([&](const AwarenessChange&, const Origin&) {
    ++calls;
    once.Cancel();
    EXPECT_TRUE(awareness.SetLocalState(R"({"seen":true})", 0).ok());
  });
  ASSERT_TRUE(Apply(awareness, {{kOther, 1, "{}"}}).ok());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(awareness.local_state(), R"({"seen":true})");
}

TEST(Awareness, SetsOneFieldOfTheLocalState) {
  Awareness awareness(kMe);
  ASSERT_TRUE(awareness.SetLocalState(R"({"name":"ada","cursor":1})", 0).ok());
  ASSERT_TRUE(awareness.SetLocalStateField("cursor", 2, 0).ok());
  ASSERT_TRUE(awareness.SetLocalStateField("color", "red", 0).ok());
  EXPECT_EQ(awareness.local_state(), R"({"name":"ada","cursor":2,"color":"red"})");
  ASSERT_TRUE(awareness.SetLocalState(std::nullopt, 0).ok());
  const uint64_t clock = awareness.clock(kMe);
  ASSERT_TRUE(awareness.SetLocalStateField("cursor", 3, 0).ok());
  EXPECT_EQ(awareness.local_state(), std::nullopt);
  EXPECT_EQ(awareness.clock(kMe), clock);
}

TEST(AwarenessUpdate, IsModifiedStateByState) {
  const std::string update = Encode({{kMe, 3, R"({"name":"ada"})"}, {kOther, 1, "null"}});
  const auto modified = ModifyAwarenessUpdate(codec::AsBytes(update), [](const Any& state) {
    return state.is_null() ? state : codec::WithMember(state, "seen", true);
  });
  ASSERT_TRUE(modified.ok());
  EXPECT_EQ(*modified, Encode({{kMe, 3, R"({"name":"ada","seen":true})"}, {kOther, 1, "null"}}));
  EXPECT_FALSE(
      ModifyAwarenessUpdate(codec::AsBytes("\1"), [](const Any& state) { return state; }).ok());
}

TEST(Awareness, MayBeOutlivedByItsSubscriptions) {
  Subscription subscription;
  {
    Awareness awareness(kMe);
    subscription = awareness.OnUpdate([](const AwarenessChange&, const Origin&) {});
  }
  subscription.Cancel();
}

}  // namespace
}  // namespace ypp
