// What a host said before it knew the session.
#include "plugin/early_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crdt/doc.h"
#include "plugin/remote_changes.h"

namespace ypp::plugin {
namespace {

using ::testing::ElementsAre;

DocOptions WithClient(uint64_t client) {
  DocOptions options;
  options.client_id = client;
  return options;
}

struct Replica {
  explicit Replica(uint64_t client) : doc(WithClient(client)) {}

  void Say(const std::string& id, int64_t created_at_ms, const std::string& text = "words") {
    Message message;
    message.id = id;
    message.role = "user";
    message.created_at_ms = created_at_ms;
    message.parts.push_back({id + "_0", "text", text, {}});
    ASSERT_TRUE(document.AppendMessage(message).ok());
  }
  void TakeFrom(const Replica& other) {
    ASSERT_TRUE(doc.ApplyUpdate(other.doc.EncodeUpdate(doc.GetStateVector())).ok());
  }
  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    document.messages().ForEach([&](const Value& value) { ids.push_back(ReadId(value)); });
    return ids;
  }

  Doc doc;
  SessionDocument document{doc};
  EarlyMessages early{document};
};

// The client ids decide which of two concurrent messages a merge puts first.
class EarlyMessagesTest : public testing::TestWithParam<uint64_t> {
 protected:
  Replica relay_{500};
  Replica late_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(OfALowerAndAHigherClientId, EarlyMessagesTest, testing::Values(1, 1'000));

TEST_P(EarlyMessagesTest, ComeBehindWhatIsOlder) {
  relay_.Say("m1", 10);
  relay_.Say("m2", 20);
  late_.Say("m3", 30);
  late_.Say("m4", 40);
  late_.TakeFrom(relay_);
  ASSERT_TRUE(late_.early.Settle().ok());
  EXPECT_THAT(late_.Ids(), ElementsAre("m1", "m2", "m3", "m4"));
  relay_.TakeFrom(late_);
  EXPECT_EQ(relay_.Ids(), late_.Ids());
}

TEST_P(EarlyMessagesTest, GoOnToGrowWhereTheyWerePut) {
  relay_.Say("m1", 10);
  late_.Say("m2", 20, "first ");
  late_.TakeFrom(relay_);
  relay_.TakeFrom(late_);
  std::vector<std::string> shown;
  const RemoteChangesWatcher watcher(relay_.document, [&](const RemoteChanges& changes) {
    for (const Message& message : changes.messages) shown.push_back(message.id);
    for (const MessageGrowth& growth : changes.growths) shown.push_back(growth.appended);
  });
  ASSERT_TRUE(late_.early.Settle().ok());
  MessagePart part;
  part.id = "m2_0";
  ASSERT_TRUE(late_.document.AppendPartText("m2", part, "second").ok());
  relay_.TakeFrom(late_);
  EXPECT_THAT(relay_.Ids(), ElementsAre("m1", "m2"));
  EXPECT_EQ(relay_.document.ReadMessage(1).text(), "first second");
  EXPECT_THAT(shown, ElementsAre("second"));  // who had seen it sees no second one
}

TEST_P(EarlyMessagesTest, StayWhereOthersAreYounger) {
  late_.Say("m1", 10);
  relay_.Say("m2", 20);
  late_.TakeFrom(relay_);
  const std::vector<std::string> merged = late_.Ids();
  ASSERT_TRUE(late_.early.Settle().ok());
  EXPECT_EQ(late_.Ids(), merged);  // nothing older stands behind one of them
}

TEST_P(EarlyMessagesTest, ThatTheRelayHadAlreadyAreLeftThere) {
  relay_.Say("m1", 10);
  relay_.Say("m2", 20);
  late_.Say("m2", 20);
  late_.TakeFrom(relay_);
  const std::vector<std::string> merged = late_.Ids();
  ASSERT_TRUE(late_.early.Settle().ok());
  EXPECT_EQ(late_.Ids(), merged);
  EXPECT_EQ(late_.document.ShownMessages().size(), 2u);
}

TEST_P(EarlyMessagesTest, AreOnlyThoseBeforeTheRelaysState) {
  relay_.Say("m1", 10);
  late_.TakeFrom(relay_);
  late_.Say("m2", 30);
  Replica other(700);
  other.Say("m3", 20);
  late_.TakeFrom(other);
  const std::vector<std::string> merged = late_.Ids();
  ASSERT_TRUE(late_.early.Settle().ok());
  EXPECT_EQ(late_.Ids(), merged);
}

}  // namespace
}  // namespace ypp::plugin
