#include "transport/broadcast_pace.h"

#include <gtest/gtest.h>

#include "tests/transport/fake_store.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
#include "transport/document_hub.h"

namespace ypp::transport {
namespace {

constexpr MemberId kAda = 1;
constexpr MemberId kBob = 2;

TEST(BroadcastPace, LetsTheFirstGoAtOnce) {
  EXPECT_EQ(BroadcastPace().WaitMs(1000, kAda, 0), 0);
  EXPECT_EQ(BroadcastPace().WaitMs(1000, std::nullopt, 0), 0);
}

TEST(BroadcastPace, KeepsWhatFollowsForLongerTheMoreMembersThereAre) {
  BroadcastPace pace;
  pace.Sent(kAda, 100);
  EXPECT_EQ(pace.WaitMs(2, kBob, 100), 0);
  EXPECT_EQ(pace.WaitMs(25, kBob, 100), 5);
  EXPECT_EQ(pace.WaitMs(25, kBob, 103), 2);
  EXPECT_EQ(pace.WaitMs(25, kBob, 105), 0);
  EXPECT_EQ(pace.WaitMs(100'000, kBob, 100), 10);
}

TEST(BroadcastPace, NeverKeepsWhatOneWritesAlone) {
  BroadcastPace pace;
  pace.Sent(kAda, 100);
  EXPECT_EQ(pace.WaitMs(100, kAda, 100), 0);
  EXPECT_EQ(pace.WaitMs(100, std::nullopt, 100), 10) << "several, or awareness alone";
}

// A document with many members.
class PacedDocumentTest : public testing::Test {
 protected:
  struct Member : HubMember {
    void Send(MemberId, const MessagePtr& message) override { received.push_back(message->bytes); }
    void OnRemoved(MemberId) override {}

    MemberId id = 0;
    std::vector<std::string> received;
  };

  PacedDocumentTest() : store_(tasks_.executor()), hooks_(HooksOn(tasks_)) {
    hooks_.executor.at_turn_end = tasks_.executor();
    HubOptions options;
    options.room.gather = true;
    hub_.emplace(&store_, &hooks_, &metrics_, options);
    for (size_t i = 0; i < 50; ++i) {
      const auto member = std::make_shared<Member>();
      hub_->Join({"doc", "doc", false, "", false, member,
                  [member](const absl::StatusOr<MemberId>& id) { member->id = *id; }});
      members_.push_back(member);
    }
    tasks_.RunAll();
  }
  void Type(size_t member, const std::string& update) {
    const std::string message = WriteSync("doc", codec::SyncType::kUpdate, codec::AsBytes(update));
    hub_->Handle(members_[member]->id, MessageType::kSync, ReadFrame(codec::AsBytes(message)).body,
                 0);
    tasks_.RunAll();
  }
  // Of the last member, who writes nothing.
  size_t received() const { return members_.back()->received.size(); }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains hooks_;
  RelayMetrics metrics_;
  std::optional<DocumentHub> hub_;
  std::vector<std::shared_ptr<Member>> members_;
};

TEST_F(PacedDocumentTest, SendsWhatManyWriteTogether) {
  Type(0, TypingUpdates(7, {"a"})[0]);
  EXPECT_EQ(received(), 1u);
  for (size_t i = 1; i < 6; ++i) Type(i, TypingUpdates(ClientId{7 + i}, {"b"})[0]);
  EXPECT_EQ(received(), 1u);
  EXPECT_EQ(members_[1]->received.size(), 1u) << "nor is it acknowledged yet";
  tasks_.Advance(10);
  EXPECT_EQ(received(), 2u);
  EXPECT_EQ(members_[1]->received.back(), WriteSyncStatus("doc", true));
  EXPECT_EQ(store_.appends, 2);
}

TEST_F(PacedDocumentTest, SendsATextBehindWhatWasWrittenBeforeIt) {
  Type(0, TypingUpdates(7, {"a"})[0]);
  Type(1, TypingUpdates(8, {"b"})[0]);
  EXPECT_EQ(received(), 1u);
  hub_->BroadcastStateless("doc", "look at b");
  tasks_.RunAll();
  EXPECT_EQ(received(), 3u);
  EXPECT_EQ(members_.back()->received.back(), WriteStateless("doc", "look at b"));
}

TEST_F(PacedDocumentTest, SendsWhatOneWritesAtOnce) {
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b", "c"});
  for (const std::string& update : updates) Type(0, update);
  EXPECT_EQ(received(), 3u);
}

}  // namespace
}  // namespace ypp::transport
