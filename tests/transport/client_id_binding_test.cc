// Nobody writes in the name of another: client_id_owners.h, in a room and through the admin API.
#include <gtest/gtest.h>

#include <filesystem>

#include "codec/state_vector.h"
#include "tests/transport/update_samples.h"
#include "transport/client_id_owners.h"
#include "transport/frame.h"
#include "transport/quarantine.h"
#include "transport/room.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;
using Messages = std::vector<std::string>;

constexpr MemberId kAda = 1;
constexpr MemberId kEve = 2;
constexpr MemberId kAdaAgain = 3;
constexpr ClientId kAdasId = 7;
constexpr ClientId kEvesId = 8;

class ClientIdBindingTest : public testing::Test {
 protected:
  ClientIdBindingTest() : room_("doc", Options()) {
    room_.Join(kAda, "doc", false, "user ada");
    room_.Join(kEve, "doc", false, "user eve");
  }
  static RoomOptions Options() {
    RoomOptions options;
    options.bind_client_ids = true;
    return options;
  }
  RoomOutput Handle(MemberId member, const std::string& message) {
    const Frame frame = ReadFrame(AsBytes(message));
    return room_.Handle(member, frame.type, frame.body, now_ms_);
  }
  RoomOutput Send(MemberId member, SyncType type, const std::string& update) {
    return Handle(member, WriteSync("doc", type, AsBytes(update)));
  }
  bool Writes(MemberId member, const std::string& update, SyncType type = SyncType::kUpdate) {
    const RoomOutput out = Send(member, type, update);
    room_.OnDurable(out.appends.size());
    return out.impersonations.empty();
  }
  std::string Text() const {
    Doc copy;
    EXPECT_TRUE(copy.ApplyUpdate(room_.EncodeState()).ok());
    return copy.GetText("t").ToString();
  }

  int64_t now_ms_ = 0;
  Room room_;
  const Messages adas_ = TypingUpdates(kAdasId, {"ada", " wrote", " this"});
};

TEST_F(ClientIdBindingTest, RefusesAnUpdateUnderTheIdOfAnotherAndKeepsIt) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  const std::string before = room_.EncodeState();
  const RoomOutput out = Send(kEve, SyncType::kUpdate, adas_[1]);
  ASSERT_EQ(out.impersonations.size(), 1u);
  EXPECT_EQ(out.impersonations[0].member, kEve);
  EXPECT_EQ(out.impersonations[0].client, kAdasId);
  EXPECT_EQ(out.impersonations[0].update, adas_[1]);
  EXPECT_TRUE(out.appends.empty());
  ASSERT_EQ(out.sends.size(), 1u) << "nobody else hears of it";
  EXPECT_EQ(out.sends[0].to, kEve);
  EXPECT_EQ(out.sends[0].message->bytes, WriteSyncStatus("doc", false));
  EXPECT_EQ(room_.EncodeState(), before);
  EXPECT_TRUE(Writes(kAda, adas_[1])) << "whose id it is goes on";
  EXPECT_EQ(Text(), "ada wrote");
}

TEST_F(ClientIdBindingTest, RefusesItInAWholeStateToo) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  EXPECT_FALSE(Writes(kEve, adas_[1], SyncType::kStep2));
}

TEST_F(ClientIdBindingTest, RefusesAllOfAnUpdateThatAlsoWritesAsOneself) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  Doc forged(DocOptions{kEvesId});
  ASSERT_TRUE(forged.ApplyUpdate(adas_[0]).ok());
  ASSERT_TRUE(forged.ApplyUpdate(adas_[1]).ok());
  ASSERT_TRUE(forged.GetText("t").Append(" and eve").ok());
  EXPECT_FALSE(Writes(kEve, forged.EncodeUpdate()));
  EXPECT_EQ(Text(), "ada");
}

TEST_F(ClientIdBindingTest, BindsAnIdToWhoShowsItBeforeAnythingIsWritten) {
  Handle(kAda, WriteAwareness("doc", AsBytes(AwarenessUpdate(kAdasId, 1, "{}"))));
  EXPECT_FALSE(Writes(kEve, adas_[0]));
  EXPECT_TRUE(Writes(kAda, adas_[0]));
}

TEST_F(ClientIdBindingTest, LetsEverybodySendOnWhatTheDocumentHas) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  ASSERT_TRUE(Writes(kAda, adas_[1]));
  Doc eves(DocOptions{kEvesId});
  ASSERT_TRUE(eves.ApplyUpdate(adas_[0]).ok());
  ASSERT_TRUE(eves.ApplyUpdate(adas_[1]).ok());
  ASSERT_TRUE(eves.GetText("t").Append(", eve that").ok());
  EXPECT_TRUE(Writes(kEve, eves.EncodeUpdate(), SyncType::kStep2));
  EXPECT_EQ(Text(), "ada wrote, eve that");
  EXPECT_TRUE(Writes(kEve, adas_[0])) << "a repetition brings nothing new";
}

TEST_F(ClientIdBindingTest, LetsEverybodyDeleteWhatOthersWrote) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  Doc eves(DocOptions{kEvesId});
  ASSERT_TRUE(eves.ApplyUpdate(adas_[0]).ok());
  const StateVector known = eves.GetStateVector();
  ASSERT_TRUE(eves.GetText("t").Delete(0, 2).ok());
  EXPECT_TRUE(Writes(kEve, eves.EncodeUpdate(known)));
  EXPECT_EQ(Text(), "a");
}

TEST_F(ClientIdBindingTest, LetsOnesOwnOfflineEditsInWhenOneComesBackBeforeTheOldSocketIsDead) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  room_.Join(kAdaAgain, "doc", false, "user ada");
  EXPECT_TRUE(Writes(kAdaAgain, adas_[1], SyncType::kStep2));
  room_.Leave(kAda);
  EXPECT_TRUE(Writes(kAdaAgain, adas_[2]));
  EXPECT_EQ(Text(), "ada wrote this");
}

TEST_F(ClientIdBindingTest, KeepsAnIdForItsOwnerForTenMinutes) {
  ASSERT_TRUE(Writes(kAda, adas_[0]));
  room_.Leave(kAda);
  now_ms_ = ClientIdOwners::kRememberMs - 1;
  room_.Tick(now_ms_);
  EXPECT_FALSE(Writes(kEve, adas_[1]));
  now_ms_ = ClientIdOwners::kRememberMs;
  room_.Tick(now_ms_);
  EXPECT_TRUE(Writes(kEve, adas_[1]));
}

TEST_F(ClientIdBindingTest, DoesNotTakeThePartsOfOthersInAWholeStateForOnesOwn) {
  // What Ada wrote before, restored from a copy that Eve has: nobody's yet.
  Doc eves(DocOptions{kEvesId});
  ASSERT_TRUE(eves.ApplyUpdate(adas_[0]).ok());
  ASSERT_TRUE(Writes(kEve, eves.EncodeUpdate(), SyncType::kStep2));
  EXPECT_TRUE(Writes(kAda, adas_[1])) << "it is still Ada's to claim";
  EXPECT_FALSE(Writes(kEve, adas_[2]));
}

TEST_F(ClientIdBindingTest, IsOffUnlessAskedFor) {
  Room open("doc", RoomOptions{});
  open.Join(kAda, "doc", false, "user ada");
  open.Join(kEve, "doc", false, "user eve");
  for (size_t i = 0; i < adas_.size(); ++i) {
    const std::string message = WriteSync("doc", SyncType::kUpdate, AsBytes(adas_[i]));
    const Frame sync = ReadFrame(AsBytes(message));
    EXPECT_TRUE(
        open.Handle(i % 2 == 0 ? kAda : kEve, sync.type, sync.body, 0).impersonations.empty());
  }
}

TEST(ClientIdOwners, LetGoOfTheOldestIdsOfWhoHasManyAndOfNobodyElses) {
  ClientIdOwners owners;
  owners.Enter("ada");
  owners.Enter("eve");
  owners.Claim("ada", 1);
  for (ClientId id = 2; id < 2 + ClientIdOwners::kMaxIdsPerIdentity + 5; ++id) {
    owners.Claim("eve", id);
  }
  EXPECT_EQ(owners.size(), ClientIdOwners::kMaxIdsPerIdentity + 1);
  EXPECT_FALSE(owners.MayWrite("eve", 1));
  EXPECT_TRUE(owners.MayWrite("ada", 2));
  EXPECT_FALSE(owners.MayWrite("ada", 100));
}

TEST(ClientIdOwners, LetTheProgramItselfWriteAsAnybody) {
  ClientIdOwners owners;
  owners.Enter("ada");
  owners.Claim("ada", 1);
  EXPECT_TRUE(owners.MayWrite("", 1));
  owners.Claim("", 2);
  EXPECT_EQ(owners.size(), 1u);
}

QuarantinedUpdate About(const std::string& document) {
  QuarantinedUpdate about;
  about.document = document;
  about.client = kAdasId;
  about.user = "eve";
  about.address = "192.0.2.1";
  return about;
}

TEST(Quarantine, KeepsWhatCameFirstAndNothingOnceItIsFull) {
  Quarantine quarantine;
  for (size_t i = 0; i < Quarantine::kMaxUpdates; ++i) {
    ASSERT_TRUE(quarantine.Keep(About("doc"), std::to_string(i)).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(quarantine.Keep(About("doc"), "more")));
  EXPECT_EQ(*quarantine.Read(1), "0");
  ASSERT_TRUE(quarantine.Remove(1).ok());
  EXPECT_TRUE(quarantine.Keep(About("doc"), "more").ok());
  EXPECT_TRUE(absl::IsNotFound(quarantine.Read(1).status()));
}

TEST(Quarantine, BoundsItsBytes) {
  Quarantine quarantine;
  ASSERT_TRUE(quarantine.Keep(About("doc"), std::string(Quarantine::kMaxBytes - 1, 'x')).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(quarantine.Keep(About("doc"), "xx")));
  EXPECT_TRUE(quarantine.Keep(About("doc"), "x").ok());
}

TEST(Quarantine, FindsInItsFolderWhatAnEarlierRunKept) {
  const std::string folder = testing::TempDir() + "ypp-quarantine-test";
  std::filesystem::remove_all(folder);
  {
    Quarantine quarantine;
    ASSERT_TRUE(quarantine.UseFolder(folder).ok());
    ASSERT_TRUE(quarantine.Keep(About("doc\n\"a\""), std::string("\0\x01\xff", 3)).ok());
    ASSERT_TRUE(quarantine.Keep(About("b"), "").ok());
    ASSERT_TRUE(quarantine.Remove(2).ok());
  }
  Quarantine quarantine;
  ASSERT_TRUE(quarantine.UseFolder(folder).ok());
  ASSERT_EQ(quarantine.entries().size(), 1u);
  const QuarantinedUpdate& about = quarantine.entries().at(1);
  EXPECT_EQ(about.document, "doc\n\"a\"");
  EXPECT_EQ(about.client, kAdasId);
  EXPECT_EQ(about.user, "eve");
  EXPECT_EQ(about.address, "192.0.2.1");
  EXPECT_GT(about.time_ms, 0);
  EXPECT_EQ(about.size_bytes, 3u);
  EXPECT_EQ(*quarantine.Read(1), std::string("\0\x01\xff", 3));
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(absl::IsUnavailable(Quarantine().UseFolder("/proc/nowhere")));
}

}  // namespace
}  // namespace ypp::transport
