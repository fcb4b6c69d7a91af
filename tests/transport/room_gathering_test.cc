// A room that gathers: what comes in one turn goes out as one update and one awareness message.
#include <gtest/gtest.h>

#include "tests/transport/update_samples.h"
#include "transport/frame.h"
#include "transport/room.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;

constexpr MemberId kAda = 1;
constexpr MemberId kBob = 2;

using Messages = std::vector<std::string>;

const std::string kApplied = WriteSyncStatus("doc", true);
const std::string kRefused = WriteSyncStatus("doc", false);

RoomOptions Gathering() {
  RoomOptions options;
  options.gather = true;
  return options;
}

class RoomGatheringTest : public testing::Test {
 protected:
  RoomGatheringTest() : room_("doc", Gathering()) {
    room_.Join(kAda, "doc", false);
    room_.Join(kBob, "doc", false);
  }

  RoomOutput Handle(MemberId member, const std::string& message) {
    const Frame frame = ReadFrame(AsBytes(message));
    return room_.Handle(member, frame.type, frame.body, 0);
  }
  RoomOutput Send(MemberId member, const std::string& update) {
    return Handle(member, WriteSync("doc", SyncType::kUpdate, AsBytes(update)));
  }
  static Messages To(MemberId member, const RoomOutput& out) {
    Messages messages;
    for (const RoomOutput::Send& send : out.sends) {
      if (send.to == member) messages.push_back(send.message->bytes);
    }
    return messages;
  }

  Room room_;
};

TEST_F(RoomGatheringTest, SendsNothingBeforeItIsAsked) {
  const RoomOutput out = Send(kAda, TypingUpdates(7, {"a"})[0]);
  EXPECT_TRUE(out.sends.empty());
  EXPECT_TRUE(out.appends.empty());
  EXPECT_TRUE(out.changed);
  EXPECT_TRUE(room_.has_gathered());
}

TEST_F(RoomGatheringTest, MakesOneUpdateOfSeveral) {
  const Messages updates = TypingUpdates(7, {"a", "b", "c"});
  for (const std::string& update : updates) Send(kAda, update);
  const RoomOutput out = room_.TakeGathered();
  ASSERT_EQ(out.appends.size(), 1u);
  EXPECT_EQ(TextOf(out.appends[0]), "abc");
  const std::string message = WriteSync("doc", SyncType::kUpdate, AsBytes(out.appends[0]));
  EXPECT_TRUE(To(kAda, out).empty()) << "they are all its own";
  EXPECT_EQ(To(kBob, out), Messages{message});
  EXPECT_FALSE(room_.has_gathered());
  EXPECT_TRUE(room_.TakeGathered().empty());
}

TEST_F(RoomGatheringTest, AcknowledgesEachOfThemOnceTheOneIsDurable) {
  const Messages updates = TypingUpdates(7, {"a", "b"});
  for (const std::string& update : updates) EXPECT_TRUE(Send(kAda, update).sends.empty());
  Send(kBob, updates[0]);  // nothing new, but not on disk either
  EXPECT_TRUE(room_.OnDurable(0).sends.empty());
  EXPECT_EQ(room_.TakeGathered().appends.size(), 1u);
  const RoomOutput stored = room_.OnDurable(1);
  EXPECT_EQ(To(kAda, stored), (Messages{kApplied, kApplied}));
  EXPECT_EQ(To(kBob, stored), Messages{kApplied});
  EXPECT_EQ(room_.appends_in_flight(), 0u);
}

TEST_F(RoomGatheringTest, AcknowledgesAfterTheTurnBeforeWithoutWaitingForTheNext) {
  const Messages updates = TypingUpdates(7, {"a", "b"});
  Send(kAda, updates[0]);
  room_.TakeGathered();
  Send(kAda, updates[1]);
  EXPECT_EQ(To(kAda, room_.OnDurable(1)), Messages{kApplied}) << "of the first alone";
  room_.TakeGathered();
  EXPECT_EQ(To(kAda, room_.OnDurable(1)), Messages{kApplied});
}

// A provider's first awareness and its empty answer to step 1 often come together.
TEST_F(RoomGatheringTest, AcknowledgesWhatBringsNothingWhileOnlyAwarenessWaits) {
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  const RoomOutput out = Handle(kAda, WriteSync("doc", SyncType::kStep2, AsBytes(EmptyUpdate())));
  EXPECT_EQ(To(kAda, out), Messages{kApplied});
}

TEST_F(RoomGatheringTest, RefusesOneAmongOthers) {
  Send(kAda, TypingUpdates(7, {"a"})[0]);
  Send(kBob, CorruptUpdate());
  const RoomOutput out = room_.TakeGathered();
  ASSERT_EQ(out.appends.size(), 1u);
  EXPECT_EQ(TextOf(out.appends[0]), "a");
  const RoomOutput stored = room_.OnDurable(1);
  EXPECT_EQ(To(kAda, stored), Messages{kApplied});
  EXPECT_EQ(To(kBob, stored), Messages{kRefused});
}

TEST_F(RoomGatheringTest, StoresWhatWaitsForOthersBesideWhatDoesNot) {
  const Messages early = TypingUpdates(7, {"a", "b"});
  Send(kAda, early[1]);
  Send(kBob, TypingUpdates(8, {"c"})[0]);
  const RoomOutput out = room_.TakeGathered();
  Room copy("doc", RoomOptions{});
  ASSERT_TRUE(copy.Load(out.appends).ok());
  ASSERT_TRUE(copy.Load({early[0]}).ok());
  EXPECT_EQ(TextOf(copy.EncodeState()).size(), 3u);
}

TEST_F(RoomGatheringTest, AnEditOfTheProgramComesAfterWhatWasGathered) {
  Send(kAda, TypingUpdates(7, {"a"})[0]);
  const RoomOutput out =
      room_.Transact(0, [](Doc& doc) { doc.GetText("t").Append("!").IgnoreError(); });
  ASSERT_EQ(out.appends.size(), 2u);
  EXPECT_EQ(TextOf(out.appends[0]), "a");
  EXPECT_FALSE(room_.has_gathered());
}

TEST_F(RoomGatheringTest, SaysOfEachClientWhatIsTrueAtTheEnd) {
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 2, "{\"x\":1}"))));
  const RoomOutput out = room_.TakeGathered();
  const Messages latest{WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 2, "{\"x\":1}")))};
  EXPECT_TRUE(To(kAda, out).empty());
  EXPECT_EQ(To(kBob, out), latest);
}

TEST_F(RoomGatheringTest, SendsWhatSeveralSaidToAllOfThem) {
  Send(kAda, TypingUpdates(7, {"a"})[0]);
  Send(kBob, TypingUpdates(8, {"b"})[0]);
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  Handle(kBob, WriteAwareness("doc", AsBytes(AwarenessUpdate(8, 1, "{}"))));
  const RoomOutput out = room_.TakeGathered();
  EXPECT_EQ(To(kAda, out).size(), 2u);
  EXPECT_EQ(To(kBob, out), To(kAda, out));
}

TEST_F(RoomGatheringTest, SaysThatSomebodyLeft) {
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  room_.TakeGathered();
  room_.Leave(kAda);
  EXPECT_EQ(To(kBob, room_.TakeGathered()),
            Messages{WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "null")))});
}

}  // namespace
}  // namespace ypp::transport
