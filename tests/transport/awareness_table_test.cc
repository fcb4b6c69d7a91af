#include "transport/awareness_table.h"

#include <gtest/gtest.h>

#include "codec/awareness_message.h"
#include "tests/transport/update_samples.h"

namespace ypp::transport {
namespace {

constexpr MemberId kAda = 1;
constexpr MemberId kBob = 2;

std::string Say(AwarenessTable& table, MemberId member, const std::string& update,
                int64_t now_ms = 0) {
  const absl::StatusOr<AwarenessNews> news = table.Apply(member, codec::AsBytes(update), now_ms);
  EXPECT_TRUE(news.ok()) << news.status();
  return news.ok() ? news->update : "(refused)";
}

TEST(AwarenessTable, PassesOnTheVeryBytesOfNews) {
  AwarenessTable table;
  const std::string update = AwarenessUpdate(7, 1, R"({ "spaced" : 1 })");
  EXPECT_EQ(Say(table, kAda, update), update);
  EXPECT_EQ(table.Present(), update);
}

TEST(AwarenessTable, IgnoresTheFirstEmptyStateOfAProvider) {
  AwarenessTable table;
  EXPECT_EQ(Say(table, kAda, AwarenessUpdate(7, 0, "{}")), "");
  EXPECT_EQ(table.Present(), std::nullopt);
}

TEST(AwarenessTable, TakesOnlyNewerClocks) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"));
  EXPECT_EQ(Say(table, kAda, AwarenessUpdate(7, 5, "2")), "");
  EXPECT_EQ(Say(table, kAda, AwarenessUpdate(7, 4, "2")), "");
  EXPECT_NE(Say(table, kAda, AwarenessUpdate(7, 6, "2")), "");
}

TEST(AwarenessTable, ForwardsThatAClientIsGoneAtTheSameClock) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"));
  const std::string gone = AwarenessUpdate(7, 5, "null");
  EXPECT_EQ(Say(table, kAda, gone), gone);
  EXPECT_EQ(Say(table, kAda, gone), "");
  EXPECT_EQ(table.Present(), std::nullopt);
}

TEST(AwarenessTable, RemovesTheClientsOfAMemberWithTheirClockUnchanged) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"));
  Say(table, kBob, AwarenessUpdate(8, 1, "2"));
  EXPECT_EQ(table.RemoveMember(kAda).update, AwarenessUpdate(7, 5, "null"));
  EXPECT_EQ(table.RemoveMember(kAda).update, "");
  EXPECT_EQ(table.Present(), AwarenessUpdate(8, 1, "2"));
}

TEST(AwarenessTable, AReconnectedClientStaysWhenItsOldConnectionEnds) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"));
  Say(table, kBob, AwarenessUpdate(7, 6, "1"));
  EXPECT_EQ(table.RemoveMember(kAda).update, "");
  EXPECT_EQ(table.RemoveMember(kBob).update, AwarenessUpdate(7, 6, "null"));
}

TEST(AwarenessTable, AnOldProvidersEchoOfOthersDoesNotTakeThemOver) {
  AwarenessTable table;
  const std::string ada = AwarenessUpdate(7, 5, "1");
  Say(table, kAda, ada);
  EXPECT_EQ(Say(table, kBob, ada), "");
  EXPECT_EQ(table.RemoveMember(kBob).update, "");
}

TEST(AwarenessTable, DropsWhoWasNotRenewedInTime) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"), 1'000);
  Say(table, kBob, AwarenessUpdate(8, 1, "1"), 20'000);
  EXPECT_EQ(table.DropExpired(30'999).update, "");
  EXPECT_EQ(table.DropExpired(31'000).update, AwarenessUpdate(7, 5, "null"));
  EXPECT_EQ(Say(table, kAda, AwarenessUpdate(7, 5, "\"late\""), 31'001), "");
  EXPECT_EQ(table.RemoveMember(kAda).update, "");
}

TEST(AwarenessTable, RefusesBadBytesAndStatesThatAreNoJson) {
  AwarenessTable table;
  Say(table, kAda, AwarenessUpdate(7, 5, "1"));
  const std::string update = AwarenessUpdate(7, 6, "{\"x\":1}");
  for (size_t size = 0; size < update.size(); ++size) {
    EXPECT_FALSE(table.Apply(kAda, codec::AsBytes(update.substr(0, size)), 0).ok()) << size;
  }
  EXPECT_FALSE(table.Apply(kAda, codec::AsBytes(AwarenessUpdate(7, 6, "{")), 0).ok());
  EXPECT_EQ(table.Present(), AwarenessUpdate(7, 5, "1"));
}

TEST(AwarenessTable, BoundsTheClientsOfAMember) {
  AwarenessLimits limits;
  limits.max_clients_per_member = 2;
  AwarenessTable table(limits);
  Say(table, kAda, AwarenessUpdate(1, 1, "1"));
  Say(table, kAda, AwarenessUpdate(2, 1, "1"));
  EXPECT_TRUE(absl::IsResourceExhausted(
      table.Apply(kAda, codec::AsBytes(AwarenessUpdate(3, 1, "1")), 0).status()));
  Say(table, kAda, AwarenessUpdate(2, 2, "2"));
  Say(table, kBob, AwarenessUpdate(3, 1, "1"));
}

TEST(AwarenessTable, TellsWhoCameWhoChangedAndWhoLeft) {
  AwarenessTable table;
  const auto apply = [&table](uint64_t clock, const std::string& state) {
    return table.Apply(kAda, codec::AsBytes(AwarenessUpdate(7, clock, state)), 0);
  };
  EXPECT_EQ(apply(1, "{}")->added, std::vector<ClientId>{7});
  EXPECT_EQ(apply(2, "{}")->updated, std::vector<ClientId>{7});
  EXPECT_EQ(apply(3, "null")->removed, std::vector<ClientId>{7});
  EXPECT_EQ(apply(4, "{}")->added, std::vector<ClientId>{7});
  EXPECT_EQ(table.RemoveMember(kAda).removed, std::vector<ClientId>{7});
}

}  // namespace
}  // namespace ypp::transport
