#include "transport/document_hub.h"

#include <gtest/gtest.h>

#include "tests/transport/fake_store.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;

struct Member : HubMember {
  void Send(MemberId, const MessagePtr& message) override { received.push_back(message->bytes); }
  void OnRemoved(MemberId) override { removed = true; }

  absl::StatusOr<MemberId> id = absl::UnknownError("not called");
  std::vector<std::string> received;
  bool removed = false;
};
using MemberPtr = std::shared_ptr<Member>;

class DocumentHubTest : public testing::Test {
 protected:
  DocumentHubTest()
      : store_(tasks_.executor()),
        hooks_(HooksOn(tasks_)),
        hub_(&store_, &hooks_, &metrics_, Options()) {}

  static HubOptions Options() {
    HubOptions options;
    options.compact_log_bytes = 1'000;
    return options;
  }
  MemberPtr Join(const std::string& document = "doc") {
    auto member = std::make_shared<Member>();
    hub_.Join({document, document, false, "", false, member,
               [member](absl::StatusOr<MemberId> id) { member->id = std::move(id); }});
    return member;
  }
  MemberPtr JoinAndLoad(const std::string& document = "doc") {
    MemberPtr member = Join(document);
    tasks_.RunAll();
    EXPECT_TRUE(member->id.ok()) << member->id.status();
    return member;
  }
  void Type(const MemberPtr& member, const std::string& update) {
    const std::string message = WriteSync("doc", SyncType::kUpdate, AsBytes(update));
    hub_.Handle(*member->id, MessageType::kSync, ReadFrame(AsBytes(message)).body, 0);
  }
  static int Count(const MemberPtr& member, const std::string& message) {
    return static_cast<int>(std::count(member->received.begin(), member->received.end(), message));
  }
  // The text a newcomer is given.
  std::string LoadedText() {
    const MemberPtr reader = JoinAndLoad();
    const std::string message = WriteSync("doc", SyncType::kStep1, AsBytes(StateVector().Encode()));
    hub_.Handle(*reader->id, MessageType::kSync, ReadFrame(AsBytes(message)).body, 0);
    codec::ByteReader body(ReadFrame(AsBytes(reader->received.back())).body);
    const std::string text =
        TextOf(std::string(codec::AsText(codec::ReadSyncMessage(body).payload)));
    hub_.Leave(*reader->id);
    tasks_.RunAll();
    return text;
  }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains hooks_;
  RelayMetrics metrics_;
  DocumentHub hub_;
  const std::string applied_ = WriteSyncStatus("doc", true);
};

TEST_F(DocumentHubTest, LoadsADocumentOnceForAllWhoWaitForIt) {
  const MemberPtr ada = Join();
  const MemberPtr bob = Join();
  EXPECT_FALSE(ada->id.ok());
  tasks_.RunAll();
  EXPECT_TRUE(ada->id.ok());
  EXPECT_TRUE(bob->id.ok());
  EXPECT_EQ(store_.loads, 1);
}

TEST_F(DocumentHubTest, AcknowledgesWhenTheStoreHasIt) {
  const MemberPtr ada = JoinAndLoad();
  Type(ada, TypingUpdates(7, {"Hi"})[0]);
  EXPECT_EQ(Count(ada, applied_), 0);
  tasks_.RunAll();
  EXPECT_EQ(Count(ada, applied_), 1);
}

TEST_F(DocumentHubTest, ForgetsADocumentWithoutMembersAndLoadsItAgain) {
  const MemberPtr ada = JoinAndLoad();
  Type(ada, TypingUpdates(7, {"Hi"})[0]);
  hub_.Leave(*ada->id);
  EXPECT_EQ(hub_.document_count(), 1u) << "not before its updates are stored";
  tasks_.RunAll();
  EXPECT_EQ(hub_.document_count(), 0u);
  EXPECT_EQ(LoadedText(), "Hi");
  EXPECT_EQ(store_.loads, 2);
}

TEST_F(DocumentHubTest, WhoComesBeforeAllIsStoredFindsTheDocumentStillOpen) {
  const MemberPtr ada = JoinAndLoad();
  Type(ada, TypingUpdates(7, {"Hi"})[0]);
  hub_.Leave(*ada->id);
  const MemberPtr bob = Join();
  EXPECT_TRUE(bob->id.ok());
  tasks_.RunAll();
  EXPECT_EQ(hub_.document_count(), 1u);
  EXPECT_EQ(store_.loads, 1);
}

TEST_F(DocumentHubTest, ADocumentThatCannotBeLoadedIsRefusedAndNeverStored) {
  store_.fail_loads = true;
  const MemberPtr ada = Join();
  const MemberPtr bob = Join();
  tasks_.RunAll();
  EXPECT_TRUE(absl::IsUnavailable(ada->id.status()));
  EXPECT_TRUE(absl::IsUnavailable(bob->id.status()));
  EXPECT_EQ(hub_.document_count(), 0u);
  EXPECT_EQ(store_.appends + store_.compactions, 0);
  store_.fail_loads = false;
  EXPECT_EQ(LoadedText(), "");
}

TEST_F(DocumentHubTest, ADocumentWithCorruptStorageIsRefusedAndLeftAsItIs) {
  store_.Append("doc", TypingUpdates(7, {"Hi"})[0], [](const absl::Status&) {});
  store_.Append("doc", CorruptUpdate(), [](const absl::Status&) {});
  const MemberPtr ada = Join();
  tasks_.RunAll();
  EXPECT_FALSE(ada->id.ok());
  std::vector<std::string> stored;
  store_.Load("doc",
              [&stored](absl::StatusOr<StoredDocument> loaded) { stored = loaded->updates; });
  tasks_.RunAll();
  EXPECT_EQ(stored.size(), 2u);
}

TEST_F(DocumentHubTest, ClosesItsMembersWhenAnUpdateCannotBeStored) {
  const MemberPtr ada = JoinAndLoad();
  const MemberPtr bob = JoinAndLoad();
  const std::vector<std::string> updates = TypingUpdates(7, {"Hi", "!"});
  Type(ada, updates[0]);
  tasks_.RunAll();
  store_.fail_appends = true;
  Type(ada, updates[1]);
  tasks_.RunAll();
  EXPECT_EQ(Count(ada, applied_), 1) << "the second one was not acknowledged";
  EXPECT_EQ(ada->received.back(), WriteClose("doc", kCloseReasonStorage));
  EXPECT_TRUE(ada->removed);
  EXPECT_TRUE(bob->removed);
  store_.fail_appends = false;
  EXPECT_EQ(LoadedText(), "Hi") << "from what is stored";
}

TEST_F(DocumentHubTest, CompactsALogThatHasOutgrownItsSnapshot) {
  const MemberPtr ada = JoinAndLoad();
  std::vector<std::string> pieces;
  std::string text;
  for (int i = 0; i < 300; ++i) {
    pieces.push_back(std::to_string(i) + " ");
    text += pieces.back();
  }
  for (const std::string& update : TypingUpdates(7, pieces)) {
    Type(ada, update);
    tasks_.RunAll();
  }
  EXPECT_GT(store_.compactions, 3);
  EXPECT_LT(store_.compactions, 40) << "and not over and over";
  EXPECT_EQ(Count(ada, applied_), 300);
  hub_.Leave(*ada->id);
  tasks_.RunAll();
  EXPECT_EQ(LoadedText(), text);
}

TEST_F(DocumentHubTest, WhatArrivesDuringACompactionStaysInTheLog) {
  const MemberPtr ada = JoinAndLoad();
  std::vector<std::string> pieces(200, "letter");
  // All at once: the compaction is under way while the rest is appended.
  for (const std::string& update : TypingUpdates(7, pieces)) Type(ada, update);
  tasks_.RunAll();
  EXPECT_GE(store_.compactions, 1);
  hub_.Leave(*ada->id);
  tasks_.RunAll();
  EXPECT_EQ(LoadedText().size(), 200 * 6u);
}

TEST_F(DocumentHubTest, FlushWaitsForEverythingHandedToTheStore) {
  const MemberPtr ada = JoinAndLoad();
  bool flushed = false;
  Type(ada, TypingUpdates(7, {"Hi"})[0]);
  hub_.Flush([&flushed] { flushed = true; });
  EXPECT_FALSE(flushed);
  tasks_.RunAll();
  EXPECT_TRUE(flushed);
  bool at_once = false;
  hub_.Flush([&at_once] { at_once = true; });
  EXPECT_TRUE(at_once);
}

TEST_F(DocumentHubTest, DoesNotLetInWhoIsGoneByThen) {
  MemberPtr ada = std::make_shared<Member>();
  bool called = false;
  hub_.Join({"doc", "doc", false, "", false, ada,
             [&called](const absl::StatusOr<MemberId>&) { called = true; }});
  ada.reset();
  tasks_.RunAll();
  EXPECT_FALSE(called);
  EXPECT_EQ(hub_.document_count(), 0u);
}

}  // namespace
}  // namespace ypp::transport
