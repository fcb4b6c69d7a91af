#include "crdt/permanent_user_data.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "codec/json.h"
#include "crdt/check_invariants.h"
#include "crdt/new_type.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// For the first 30 clocks of client 1: the first letter of who deleted it.
std::string Deleters(const PermanentUserData& users) {
  std::string letters;
  for (Clock clock = 0; clock < 30; ++clock) {
    letters += users.UserByDeletedId({1, clock}).value_or("-")[0];
  }
  return letters;
}

// Two people, each with a document and a record.
class TwoUsers : public testing::Test {
 protected:
  TwoUsers() : ada_(WithClient(1)), ben_(WithClient(2)) {
    EXPECT_TRUE(ada_users_.SetUserMapping(1, "ada").ok());
    Exchange();
    const auto not_quiet = [](const TransactionEvent& event, const DeleteSet& deletes) {
      return !deletes.empty() && event.origin.label != "quiet";
    };
    EXPECT_TRUE(ben_users_.SetUserMapping(2, "ben", not_quiet).ok());
  }
  void TearDown() override {
    EXPECT_TRUE(CheckInvariants(ada_).ok());
    EXPECT_TRUE(CheckInvariants(ben_).ok());
  }

  void Exchange() {
    EXPECT_TRUE(ben_.ApplyUpdate(ada_.EncodeUpdate()).ok());
    EXPECT_TRUE(ada_.ApplyUpdate(ben_.EncodeUpdate()).ok());
  }
  void DeleteInTurn() {
    Text text = ada_.GetText("t");
    ASSERT_TRUE(text.Insert(0, "hello world").ok());
    ASSERT_TRUE(text.Delete(0, 2).ok());
    Exchange();
    ASSERT_TRUE(ben_.GetText("t").Delete(0, 3).ok());
    {
      Transaction quiet(ben_, "quiet");
      ASSERT_TRUE(ben_.GetText("t").Delete(1, 2).ok());
    }
    Exchange();
  }

  Doc ada_;
  Doc ben_;
  PermanentUserData ada_users_{ada_};
  PermanentUserData ben_users_{ben_};
};

TEST_F(TwoUsers, KnowEachOther) {
  Exchange();
  for (const PermanentUserData* users : {&ada_users_, &ben_users_}) {
    EXPECT_EQ(users->UserByClientId(1), "ada");
    EXPECT_EQ(users->UserByClientId(2), "ben");
    EXPECT_EQ(users->UserByClientId(3), std::nullopt);
  }
}

TEST_F(TwoUsers, KnowWhoDeletedWhat) {
  DeleteInTurn();
  const std::string expected = "----aabbb---------------------";  // what yjs 13.6.33 answers
  EXPECT_EQ(Deleters(ada_users_), expected);
  EXPECT_EQ(Deleters(ben_users_), expected);
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(ada_.EncodeUpdate()).ok());
  const PermanentUserData late_users(late);
  EXPECT_EQ(Deleters(late_users), expected);
  EXPECT_EQ(late_users.UserByClientId(2), "ben");
}

// The same steps in yjs 13.6.33 (p1.setUserMapping(doc, 1, 'ada'), …), with time for its timers
// after each.
TEST_F(TwoUsers, AreKeptWithTheBytesOfYjs) {
  DeleteInTurn();
  EXPECT_EQ(
      absl::BytesToHexString(ada_.EncodeUpdate()),
      "0205020027010575736572730362656e01270002000369647300270002000264730008000201017d0203000202"
      "05010101060309010027010575736572730361646101270001000369647300270001000264730008000101017d"
      "01010101740584010801208101090284010b03726c640300010205010101040201010204050a02");
  EXPECT_EQ(ben_.EncodeUpdate(), ada_.EncodeUpdate());
}

TEST_F(TwoUsers, KeepWhatIsKnownWhenAnEntryIsReplaced) {
  DeleteInTurn();
  ASSERT_TRUE(
      ben_.GetMap("users").Set("ada", NewMap({{"ids", NewArray()}, {"ds", NewArray()}})).ok());
  Exchange();
  Exchange();
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(ben_.EncodeUpdate()).ok());
  const PermanentUserData late_users(late);
  EXPECT_EQ(late_users.UserByClientId(1), "ada");
  EXPECT_EQ(Deleters(late_users).substr(4, 5), "aabbb");
}

TEST_F(TwoUsers, RememberWhatWasDeletedWhileThereWasNoEntry) {
  ASSERT_TRUE(ada_.GetText("t").Insert(0, "abc").ok());
  ASSERT_TRUE(ada_.GetMap("users").Set("ada", 7).ok());
  const Clock first = ada_.GetStateVector().Get(1) - 4;
  ASSERT_TRUE(ada_.GetText("t").Delete(0, 1).ok());
  ASSERT_TRUE(
      ada_.GetMap("users").Set("ada", NewMap({{"ids", NewArray()}, {"ds", NewArray()}})).ok());
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(ada_.EncodeUpdate()).ok());
  EXPECT_EQ(PermanentUserData(late).UserByDeletedId({1, first}), "ada");
}

TEST(PermanentUserData, WritesWhenTheTransactionIsThrough) {
  Doc doc(WithClient(1));
  PermanentUserData users(doc);
  ASSERT_TRUE(users.SetUserMapping(1, "ada").ok());
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  const Array deletes = doc.GetMap("users").Get("ada").map().Get("ds").array();
  {
    Transaction transaction(doc);
    ASSERT_TRUE(text.Delete(0, 1).ok());
    ASSERT_TRUE(text.Delete(1, 1).ok());
    EXPECT_EQ(deletes.length(), 0u);
  }
  EXPECT_EQ(deletes.length(), 1u);
}

TEST(PermanentUserData, PassesOverEntriesOfAnotherShape) {
  Doc doc(WithClient(1));
  Map map = doc.GetMap("users");
  ASSERT_TRUE(map.Set("number", 1).ok());
  ASSERT_TRUE(map.Set("empty", NewMap()).ok());
  ASSERT_TRUE(map.Set("odd", NewMap({{"ids", NewArray({-1, 1.5, "x", 7, 1e300})},
                                     {"ds", NewArray({1, Any::ByteString{"\xff\xff"}, "y"})}}))
                  .ok());
  PermanentUserData users(doc);
  EXPECT_EQ(users.UserByClientId(7), "odd");
  EXPECT_EQ(users.UserByClientId(1), std::nullopt);
  EXPECT_EQ(users.UserByDeletedId({7, 0}), std::nullopt);
  ASSERT_TRUE(map.Delete("odd").ok());
  ASSERT_TRUE(map.Set("number", NewMap({{"ids", NewArray({8})}, {"ds", 3}})).ok());
  EXPECT_EQ(users.UserByClientId(8), std::nullopt);
  ASSERT_TRUE(users.SetUserMapping(9, "number").ok());  // makes a new entry
  EXPECT_EQ(users.UserByClientId(9), "number");
}

TEST(PermanentUserData, RefusesNamesThatAreNotUtf8) {
  Doc doc;
  PermanentUserData users(doc);
  EXPECT_EQ(users.SetUserMapping(1, "\xff").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ypp
