#include "plugin/presence.h"

#include <gtest/gtest.h>

namespace ypp::plugin {
namespace {

TEST(DefaultDisplayName, IsTheHostAndNotTheUser) {
  const std::string name = DefaultDisplayName();
  EXPECT_EQ(name.rfind("pugi-cli", 0), 0u);
  EXPECT_EQ(name.find('.'), std::string::npos);
}

TEST(Presence, IsANameAndAKindOfDeviceAndNothingElse) {
  EXPECT_EQ(PresenceJson({"a", "terminal"}), R"({"user":{"name":"a","device":"terminal"}})");
}

TEST(Presence, LeavesOutWhoShowsNoName) {
  Awareness awareness(7, 0);
  for (const char* state : {"{}", R"({"user":{}})", R"({"user":{"name":7}})", R"({"user":"a"})"}) {
    ASSERT_TRUE(awareness.SetLocalState(state, 0).ok());
    EXPECT_TRUE(ParticipantsOf(awareness).empty()) << state;
  }
  ASSERT_TRUE(awareness.SetLocalState(R"({"user":{"name":"a"},"cursor":1})", 0).ok());
  const std::vector<Participant> participants = ParticipantsOf(awareness);
  ASSERT_EQ(participants.size(), 1u);
  EXPECT_EQ(participants[0].author.name, "a");
  EXPECT_TRUE(participants[0].own);
}

}  // namespace
}  // namespace ypp::plugin
