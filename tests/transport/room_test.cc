#include "transport/room.h"

#include <gtest/gtest.h>

#include "codec/state_vector.h"
#include "tests/transport/update_samples.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;

constexpr MemberId kAda = 1;
constexpr MemberId kBob = 2;
constexpr MemberId kCy = 3;

class RoomTest : public testing::Test {
 protected:
  RoomTest() : room_("doc", RoomOptions{}) {}

  RoomOutput Handle(MemberId member, const std::string& message) {
    const Frame frame = ReadFrame(AsBytes(message));
    EXPECT_EQ(frame.shape, FrameShape::kMessage);
    return room_.Handle(member, frame.type, frame.body, 0);
  }
  RoomOutput Send(MemberId member, SyncType type, const std::string& payload) {
    return Handle(member, WriteSync("doc", type, AsBytes(payload)));
  }
  // As if the disk had taken it at once.
  RoomOutput SendAndStore(MemberId member, SyncType type, const std::string& payload) {
    RoomOutput out = Send(member, type, payload);
    RoomOutput stored = room_.OnDurable(out.appends.size());
    out.sends.insert(out.sends.end(), stored.sends.begin(), stored.sends.end());
    return out;
  }
  static std::vector<std::string> To(MemberId member, const RoomOutput& out) {
    std::vector<std::string> messages;
    for (const RoomOutput::Send& send : out.sends) {
      if (send.to == member) messages.push_back(send.message->bytes);
    }
    return messages;
  }

  Room room_;
};

using Messages = std::vector<std::string>;

const std::string kApplied = WriteSyncStatus("doc", true);
const std::string kRefused = WriteSyncStatus("doc", false);
const std::string kReset = WriteClose("doc", "Reset Connection");

std::string Update(const std::string& bytes) {
  return WriteSync("doc", SyncType::kUpdate, AsBytes(bytes));
}

TEST_F(RoomTest, AnswersStep1WithItsOwnStep1AndThenStep2) {
  const std::vector<std::string> updates = TypingUpdates(7, {"Hi"});
  ASSERT_TRUE(room_.Load(updates).ok());
  room_.Join(kAda, "doc", false);
  const RoomOutput out = Send(kAda, SyncType::kStep1, StateVector().Encode());
  StateVector known;
  known.Set(7, 2);
  EXPECT_EQ(To(kAda, out), (Messages{WriteSync("doc", SyncType::kStep1, AsBytes(known.Encode())),
                                     WriteSync("doc", SyncType::kStep2, AsBytes(updates[0]))}));
  EXPECT_TRUE(out.appends.empty());
}

TEST_F(RoomTest, AcknowledgesOnlyWhatIsDurable) {
  room_.Join(kAda, "doc", false);
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  const RoomOutput out = Send(kAda, SyncType::kUpdate, update);
  EXPECT_EQ(out.appends, Messages{update});
  EXPECT_TRUE(To(kAda, out).empty());
  EXPECT_EQ(To(kAda, room_.OnDurable(1)), Messages{kApplied});
  EXPECT_EQ(room_.appends_in_flight(), 0u);
}

TEST_F(RoomTest, BroadcastsTheSameBytesToAllButTheSender) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", true);
  room_.Join(kCy, "doc", false);
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  const RoomOutput out = Send(kAda, SyncType::kUpdate, update);
  EXPECT_EQ(To(kBob, out), Messages{Update(update)});
  EXPECT_EQ(To(kCy, out), Messages{Update(update)});
  ASSERT_EQ(out.sends.size(), 2u);
  EXPECT_EQ(out.sends[0].message, out.sends[1].message) << "one message, shared";
}

TEST_F(RoomTest, SendsWhatAnUpdateLetsInToItsAuthorToo) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b"});
  SendAndStore(kBob, SyncType::kUpdate, updates[1]);
  const Messages to_ada = To(kAda, Send(kAda, SyncType::kUpdate, updates[0]));
  ASSERT_EQ(to_ada.size(), 1u);
  codec::ByteReader body(ReadFrame(AsBytes(to_ada[0])).body);
  EXPECT_EQ(TextOf(std::string(codec::AsText(codec::ReadSyncMessage(body).payload))), "ab");
}

TEST_F(RoomTest, SendsBackWhatMayBeNewsToItsSender) {
  room_.Join(kAda, "doc", false);
  const auto send_back = [this](const std::string& message) {
    const Frame frame = ReadFrame(AsBytes(message));
    return To(kAda, room_.Handle(kAda, frame.type, frame.body, 0, true));
  };
  const std::string update = Update(TypingUpdates(7, {"Hi"})[0]);
  EXPECT_EQ(send_back(update), Messages{update});
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  EXPECT_EQ(send_back(hello), Messages{hello});
}

// A provider ends a connection on which nothing comes for 30 s; it renews its awareness every 15 s.
TEST_F(RoomTest, SendsItsOwnBackToAMemberNowAndThenAsASignOfLife) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  uint64_t clock = 0;
  const auto renew = [&](int64_t now_ms) {
    const std::string message = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, ++clock, "{}")));
    const RoomOutput out =
        room_.Handle(kAda, MessageType::kAwareness, ReadFrame(AsBytes(message)).body, now_ms);
    EXPECT_EQ(To(kBob, out), Messages{message});
    return To(kAda, out).size();
  };
  EXPECT_EQ(renew(0), 0u);
  EXPECT_EQ(renew(4'999), 0u);
  EXPECT_EQ(renew(5'000), 1u);
  EXPECT_EQ(renew(9'999), 0u);
  EXPECT_EQ(renew(15'000), 1u);
  // Of its edits, for clients that get no acknowledgements.
  const std::string update = Update(TypingUpdates(7, {"Hi"})[0]);
  const codec::Bytes body = ReadFrame(AsBytes(update)).body;
  EXPECT_EQ(To(kAda, room_.Handle(kAda, MessageType::kSync, body, 20'000)), Messages{update});
}

TEST_F(RoomTest, AcknowledgesWhatChangesNothingAfterWhatPrecedesIt) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  Send(kAda, SyncType::kUpdate, update);
  const RoomOutput again = Send(kBob, SyncType::kStep2, update);
  EXPECT_TRUE(again.appends.empty());
  EXPECT_TRUE(again.sends.empty()) << "it is not on disk yet";
  const RoomOutput stored = room_.OnDurable(1);
  EXPECT_EQ(To(kAda, stored), Messages{kApplied});
  EXPECT_EQ(To(kBob, stored), Messages{kApplied});
  EXPECT_EQ(To(kBob, Send(kBob, SyncType::kStep2, EmptyUpdate())), Messages{kApplied});
}

TEST_F(RoomTest, RefusesACorruptUpdateAndStaysBitIdentical) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  const std::vector<std::string> updates = TypingUpdates(7, {"Hi", "!"});
  SendAndStore(kAda, SyncType::kUpdate, updates[0]);
  const std::string before = room_.EncodeState();
  for (size_t size = 0; size < updates[1].size(); ++size) {
    const RoomOutput out = Send(kAda, SyncType::kUpdate, updates[1].substr(0, size));
    EXPECT_EQ(To(kAda, out), Messages{kRefused});
    EXPECT_TRUE(To(kBob, out).empty());
    EXPECT_TRUE(out.appends.empty());
  }
  EXPECT_EQ(room_.EncodeState(), before);
  EXPECT_EQ(room_.member_count(), 2u);
  SendAndStore(kAda, SyncType::kUpdate, updates[1]);
  EXPECT_EQ(TextOf(room_.EncodeState()), "Hi!");
}

TEST_F(RoomTest, StoresWhatWaitsForOthersAndBroadcastsItOnceItFits) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b"});
  const RoomOutput early = SendAndStore(kAda, SyncType::kUpdate, updates[1]);
  EXPECT_EQ(early.appends, Messages{updates[1]});
  EXPECT_EQ(To(kAda, early), Messages{kApplied});
  EXPECT_TRUE(To(kBob, early).empty());

  const RoomOutput both = SendAndStore(kAda, SyncType::kUpdate, updates[0]);
  const Messages to_bob = To(kBob, both);
  ASSERT_EQ(to_bob.size(), 1u);
  codec::ByteReader body(ReadFrame(AsBytes(to_bob[0])).body);
  const std::string news(codec::AsText(codec::ReadSyncMessage(body).payload));
  EXPECT_EQ(TextOf(news), "ab");

  // What was appended makes up the document.
  Room reloaded("doc", RoomOptions{});
  ASSERT_TRUE(reloaded.Load({early.appends[0], both.appends[0]}).ok());
  EXPECT_EQ(TextOf(reloaded.EncodeState()), "ab");
}

TEST_F(RoomTest, AReadOnlyMemberWritesNothing) {
  const std::vector<std::string> updates = TypingUpdates(7, {"Hi", "!"});
  ASSERT_TRUE(room_.Load({updates[0]}).ok());
  room_.Join(kAda, "doc", true);
  const std::string before = room_.EncodeState();
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kUpdate, updates[1])), Messages{kRefused});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kUpdate, updates[0])), Messages{kRefused});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, updates[1])), Messages{kRefused});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, CorruptUpdate())), Messages{kRefused});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, updates[0])), Messages{kApplied});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, EmptyUpdate())), Messages{kApplied});
  EXPECT_EQ(room_.EncodeState(), before);
}

TEST_F(RoomTest, AReadOnlyMemberMayNotBringNewDeletions) {
  Doc doc(DocOptions{7});
  ASSERT_TRUE(doc.GetText("t").Append("abcd").ok());
  const std::string before = doc.EncodeUpdate();
  ASSERT_TRUE(doc.GetText("t").Delete(1, 2).ok());
  const std::string after = doc.EncodeUpdate();
  ASSERT_TRUE(room_.Load({before}).ok());
  room_.Join(kAda, "doc", true);
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, after)), Messages{kRefused});
  room_.Join(kBob, "doc", false);
  SendAndStore(kBob, SyncType::kUpdate, after);
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kStep2, after)), Messages{kApplied});
}

TEST_F(RoomTest, TellsANewMemberWhoIsPresentAndTheOthersWhoLeft) {
  room_.Join(kAda, "doc", false);
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  EXPECT_TRUE(Handle(kAda, hello).sends.empty());
  EXPECT_EQ(To(kBob, room_.Join(kBob, "doc", false)), Messages{hello});
  const RoomOutput out = room_.Leave(kAda);
  EXPECT_EQ(To(kBob, out), Messages{WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "null")))});
  EXPECT_TRUE(To(kAda, out).empty());
}

TEST_F(RoomTest, ForwardsThatAClientSaysItIsGone) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  const std::string gone = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 2, "null")));
  EXPECT_EQ(To(kBob, Handle(kAda, gone)), Messages{gone});
}

TEST_F(RoomTest, AnswersAQueryForAwareness) {
  room_.Join(kAda, "doc", false);
  const std::string hello = WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}")));
  Handle(kAda, hello);
  EXPECT_EQ(To(kAda, Handle(kAda, WriteQueryAwareness("doc"))), Messages{hello});
}

TEST_F(RoomTest, ConfirmsTheCloseOfAClient) {
  room_.Join(kAda, "doc", false);
  const RoomOutput out = Handle(kAda, WriteClose("doc"));
  EXPECT_EQ(To(kAda, out), Messages{WriteClose("doc", "provider_initiated")});
  EXPECT_EQ(out.removed, std::vector<MemberId>{kAda});
  EXPECT_EQ(room_.member_count(), 0u);
}

TEST_F(RoomTest, ResetsWhoSendsWhatCannotBeRead) {
  const Messages bad = {
      std::string("\x03"
                  "doc"
                  "\x00\x03\x00",
                  7),  // no such sync message
      std::string("\x03"
                  "doc"
                  "\x00\x02\xc8\x01\x01",
                  9),  // announces 200 bytes
      std::string("\x03"
                  "doc"
                  "\x00\x00\x01\x05",
                  8),  // state vector that ends early
      std::string("\x03"
                  "doc"
                  "\x01\x03\x05\xaa\xbb",
                  9),  // awareness
      std::string("\x03"
                  "doc"
                  "\x05\x09hi",
                  8),  // stateless
      WriteBroadcastStateless("doc", "x"),
  };
  for (const std::string& message : bad) {
    room_.Join(kAda, "doc", false);
    const RoomOutput out = Handle(kAda, message);
    EXPECT_EQ(To(kAda, out), Messages{kReset});
    EXPECT_EQ(out.removed, std::vector<MemberId>{kAda});
    EXPECT_EQ(out.resets, std::vector<std::string_view>{"bad_message"});
    EXPECT_TRUE(Handle(kAda, message).empty()) << "it is no member any more";
  }
}

TEST_F(RoomTest, SaysThatItResetsForALimitOfAwareness) {
  room_.Join(kAda, "doc", false);
  const std::string large(AwarenessLimits().max_update_bytes + 1, '\0');
  const RoomOutput out = Handle(kAda, WriteAwareness("doc", AsBytes(large)));
  EXPECT_EQ(To(kAda, out), Messages{kReset});
  EXPECT_EQ(out.resets, std::vector<std::string_view>{"awareness_limit"});
}

TEST_F(RoomTest, IgnoresUnknownTypes) {
  room_.Join(kAda, "doc", false);
  EXPECT_TRUE(Handle(kAda, std::string("\x03"
                                       "doc"
                                       "\x2a",
                                       5))
                  .empty());
  EXPECT_TRUE(Handle(kAda, WriteSyncStatus("doc", true)).empty());
  EXPECT_EQ(room_.member_count(), 1u);
}

TEST_F(RoomTest, UsesTheAddressOfEachMember) {
  const std::string address = JoinAddress("doc", "s1");
  room_.Join(kAda, address, false);
  room_.Join(kBob, "doc", false);
  const std::string update = TypingUpdates(7, {"Hi"})[0];
  const RoomOutput out = Send(kBob, SyncType::kUpdate, update);
  EXPECT_EQ(To(kAda, out), Messages{WriteSync(address, SyncType::kUpdate, AsBytes(update))});
  EXPECT_EQ(To(kAda, Send(kAda, SyncType::kUpdate, TypingUpdates(8, {"!"})[0])), Messages{});
}

TEST_F(RoomTest, StatelessTextsGoToTheProgramAndFromItToEverybody) {
  room_.Join(kAda, "doc", false);
  room_.Join(kBob, "doc", false);
  const std::string message = WriteStateless("doc", "hello");
  const RoomOutput heard = Handle(kAda, message);
  EXPECT_TRUE(heard.sends.empty());
  ASSERT_EQ(heard.stateless.size(), 1u);
  EXPECT_EQ(heard.stateless[0].member, kAda);
  EXPECT_EQ(heard.stateless[0].payload, "hello");
  EXPECT_EQ(To(kAda, room_.BroadcastStateless("hello")), Messages{message});
  const RoomOutput for_bob =
      room_.BroadcastStateless("hello", [](MemberId member) { return member == kBob; });
  EXPECT_EQ(To(kAda, for_bob), Messages{});
  EXPECT_EQ(To(kBob, for_bob), Messages{message});
}

TEST_F(RoomTest, AnEditOfTheProgramIsStoredAndSentToEverybody) {
  room_.Join(kAda, "doc", false);
  const RoomOutput out =
      room_.Transact(0, [](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Insert(0, "hi").ok()); });
  ASSERT_EQ(out.appends.size(), 1u);
  EXPECT_EQ(TextOf(out.appends[0]), "hi");
  EXPECT_EQ(To(kAda, out), Messages{Update(out.appends[0])});
  EXPECT_TRUE(room_.Transact(0, [](Doc&) {}).empty());
}

TEST_F(RoomTest, AcknowledgesAtOnceWhatIsAppliedWhenThatIsEnough) {
  RoomOptions options;
  options.acknowledge_applied = true;
  Room room("doc", options);
  room.Join(kAda, "doc", false);
  const std::string message = Update(TypingUpdates(7, {"a"})[0]);
  const RoomOutput out = room.Handle(kAda, MessageType::kSync, ReadFrame(AsBytes(message)).body, 0);
  EXPECT_EQ(To(kAda, out), Messages{kApplied});
}

TEST_F(RoomTest, RefusesWhatWouldWaitOnceTooMuchWaits) {
  RoomOptions options;
  options.max_pending_bytes = 10;
  Room room("doc", options);
  room.Join(kAda, "doc", false);
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b", "c"});
  const auto send = [&room](const std::string& update) {
    const std::string message = Update(update);
    RoomOutput out = room.Handle(kAda, MessageType::kSync, ReadFrame(AsBytes(message)).body, 0);
    RoomOutput stored = room.OnDurable(out.appends.size());
    out.sends.insert(out.sends.end(), stored.sends.begin(), stored.sends.end());
    return out;
  };
  EXPECT_EQ(To(kAda, send(updates[1])), Messages{kApplied});  // waits for the first
  const RoomOutput refused = send(updates[2]);
  EXPECT_EQ(To(kAda, refused), Messages{kRefused});
  EXPECT_EQ(refused.refused_updates, std::vector<std::string_view>{"pending_bytes"});
  EXPECT_EQ(send(CorruptUpdate()).refused_updates, std::vector<std::string_view>{"bad_update"});
  EXPECT_EQ(To(kAda, send(updates[0])).size(), 2u);  // brings the second with it
  EXPECT_EQ(room.doc().GetPending().size_bytes, 0u);
  EXPECT_EQ(To(kAda, send(updates[2])), Messages{kApplied});
}

TEST_F(RoomTest, DoesNotLoadACorruptUpdate) {
  EXPECT_FALSE(room_.Load({TypingUpdates(7, {"a"})[0], CorruptUpdate()}).ok());
}

}  // namespace
}  // namespace ypp::transport
