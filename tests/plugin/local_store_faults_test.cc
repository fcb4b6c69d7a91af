// Whatever the disk does to the local store: what it said is written is there, nothing is there by
// half, and the document goes on in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crdt/doc.h"
#include "plugin/local_copy.h"
#include "plugin/torn_tail.h"
#include "tests/plugin/faulty_env.h"

namespace ypp::plugin {
namespace {

constexpr char kFolder[] = "/store";
constexpr char kDocument[] = "doc";
// So that LevelDB's log is full several times, and tables are written, read and merged.
constexpr size_t kWriteBufferBytes = 64 << 10;
constexpr int kEdits = 40;
constexpr size_t kEditBytes = 8'000;

// Numbered, so that one sees where a text ends.
std::string EditOf(int i) {
  std::string edit = absl::StrCat("<", i, ">");
  return edit + std::string(kEditBytes - edit.size(), static_cast<char>('a' + i % 26));
}

std::string AllEdits(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += EditOf(i);
  return text;
}

std::string LogOf(FaultyEnv& env) {
  std::vector<std::string> names;
  EXPECT_TRUE(env.GetChildren(kFolder, &names).ok());
  for (const std::string& name : names) {
    if (name.find(".log") != std::string::npos) return absl::StrCat(kFolder, "/", name);
  }
  ADD_FAILURE() << "there is no log";
  return "";
}

size_t SizeWithoutTornTail(FaultyEnv& disk, const std::string& path) {
  TornTailEnv env(&disk);
  leveldb::SequentialFile* opened = nullptr;
  EXPECT_TRUE(env.NewSequentialFile(path, &opened).ok());
  const std::unique_ptr<leveldb::SequentialFile> file(opened);
  std::string scratch(1 << 20, '\0');
  leveldb::Slice bytes;
  EXPECT_TRUE(file->Read(scratch.size(), &bytes, scratch.data()).ok());
  return bytes.size();
}

class LocalStoreFaultsTest : public testing::Test {
 protected:
  LocalStoreSettings Settings() { return {env_.get(), kWriteBufferBytes}; }

  // Edits a document from `from` on, whatever happens to its store. Gives how many edits are known
  // to be on the disk: those after which the store had still not failed.
  int Work(int from, absl::Status* failure) {
    Doc doc;
    LocalCopy copy(doc, kFolder, kDocument, Settings());
    int written = copy.status().ok() ? from : 0;
    for (int i = from; i < from + kEdits; ++i) {
      EXPECT_TRUE(doc.GetText("t").Append(EditOf(i)).ok());
      copy.Wait();
      if (copy.status().ok()) written = i + 1;
    }
    // All of it is in memory. A store that could not be read leaves out what it had.
    EXPECT_EQ(doc.GetText("t").length() % kEditBytes, 0u);
    EXPECT_GE(doc.GetText("t").length(), kEdits * kEditBytes);
    *failure = copy.status();
    return written;
  }

  // What the store has is the beginning of what was written, and at least `written` edits of it.
  void ExpectStored(int written, const std::string& what) {
    Doc doc;
    const LocalCopy copy(doc, kFolder, kDocument, Settings());
    ASSERT_TRUE(copy.status().ok()) << what << ": " << copy.status();
    const std::string text = doc.GetText("t").ToString();
    ASSERT_EQ(text.size() % kEditBytes, 0u) << what;
    const int stored = static_cast<int>(text.size() / kEditBytes);
    EXPECT_GE(stored, written) << what;
    EXPECT_TRUE(text == AllEdits(stored)) << what;
  }

  size_t SizeOf(const std::string& path) {
    uint64_t size = 0;
    EXPECT_TRUE(env_->GetFileSize(path, &size).ok());
    return size;
  }

  std::unique_ptr<FaultyEnv> env_ = std::make_unique<FaultyEnv>();
};

TEST_F(LocalStoreFaultsTest, AnyCallMayFailOnce) {
  int faults = 0;
  for (int kind = 0; kind < FaultyEnv::kCallKinds; ++kind) {
    const auto call = static_cast<FaultyEnv::Call>(kind);
    for (int nth = 1;; ++nth) {
      env_ = std::make_unique<FaultyEnv>();
      absl::Status failure;
      // Of the second opening, which has something to read.
      int written = Work(0, &failure);
      ASSERT_TRUE(failure.ok()) << failure;
      env_->FailOnce(call, nth);
      const int before = written;
      written = std::max(before, Work(written, &failure));
      if (!env_->failed()) {
        EXPECT_TRUE(failure.ok()) << failure;
        EXPECT_EQ(written, 2 * kEdits);
        break;
      }
      ++faults;
      env_->FailOnce(call, 0);
      const std::string what = absl::StrCat(FaultyEnv::Name(call), " ", nth);
      EXPECT_EQ(failure.message().empty(), failure.ok()) << what;
      ExpectStored(written, what);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(faults, 100);
}

TEST_F(LocalStoreFaultsTest, ThePowerMayGoAtAnyMoment) {
  int cuts = 0;
  for (int calls = 0;; ++calls) {
    env_ = std::make_unique<FaultyEnv>();
    env_->LosePowerAfter(calls);
    absl::Status failure;
    const int written = Work(0, &failure);
    const bool finished = failure.ok();
    env_->PowerOn(static_cast<uint64_t>(calls));
    ExpectStored(written, absl::StrCat("power lost after ", calls, " calls"));
    if (finished || HasFailure()) break;
    ++cuts;
  }
  EXPECT_GT(cuts, 100);
}

// LevelDB splits a record at every 32 KiB of its log: the zeros may be those of a part of it.
TEST_F(LocalStoreFaultsTest, ARecordThatEndsInZerosWasNotFinished) {
  const std::string record(60'000, 'x');
  for (size_t kept = 0; kept < record.size(); kept += 97) {
    env_ = std::make_unique<FaultyEnv>();
    {
      auto store = *LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
      ASSERT_TRUE(store->Append({std::string("first")}, "sv", /*durable=*/true).ok());
      ASSERT_TRUE(store->Append({record}, "", /*durable=*/false).ok());
    }
    env_->LoseBytesOfLog(kept);
    const auto store = LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
    ASSERT_TRUE(store.ok()) << kept << ": " << store.status();
    EXPECT_EQ(*(*store)->Load(), std::vector<std::string>({"first"})) << kept;
  }
}

// A record that is longer than its sector by a few bytes loses only these when the last sector does
// not reach the disk.
TEST_F(LocalStoreFaultsTest, AFewZerosThatAreAllOfTheLastSectorAreATornTail) {
  const auto write = [this](size_t second_bytes) {
    env_ = std::make_unique<FaultyEnv>();
    auto store = *LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
    EXPECT_TRUE(store->Append({std::string("first")}, "sv", /*durable=*/true).ok());
    const size_t synced = SizeOf(LogOf(*env_));
    EXPECT_TRUE(store->Append({std::string(second_bytes, 'x')}, "", /*durable=*/false).ok());
    return synced;
  };
  constexpr size_t kRecordBytes = 1'000;
  write(kRecordBytes);
  const size_t over = SizeOf(LogOf(*env_)) % kDiskSectorBytes;
  for (size_t lost = 1; lost < kTornTailZeros; ++lost) {
    const size_t synced = write(kRecordBytes - over + lost);
    const std::string log = LogOf(*env_);
    const size_t kept = SizeOf(log) - lost;
    ASSERT_EQ(kept % kDiskSectorBytes, 0u);
    env_->LoseBytesOfLog(kept - synced);
    EXPECT_EQ(SizeWithoutTornTail(*env_, log), synced) << lost;
    const auto store = LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
    ASSERT_TRUE(store.ok()) << lost << ": " << store.status();
    EXPECT_EQ(*(*store)->Load(), std::vector<std::string>({"first"})) << lost;
  }
}

// Another log of the same store may be torn: what is whole in this one stays.
TEST_F(LocalStoreFaultsTest, AWholeRecordMayEndInZeros) {
  {
    auto store = *LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
    ASSERT_TRUE(store->Append({"first" + std::string(100, '\0')}, "sv", /*durable=*/true).ok());
  }
  const std::string log = LogOf(*env_);
  EXPECT_EQ(SizeWithoutTornTail(*env_, log), SizeOf(log));
}

TEST_F(LocalStoreFaultsTest, WhatIsDamagedInFrontOfOthersOrDoesNotEndInZerosIsNotATornTail) {
  for (const bool zeros_at_the_end : {false, true}) {
    env_ = std::make_unique<FaultyEnv>();
    {
      auto store = *LocalStore::Open(kFolder, kDocument, {env_.get(), 0});
      ASSERT_TRUE(store->Append({std::string(500, 'x')}, "sv", /*durable=*/true).ok());
      ASSERT_TRUE(
          store->Append({"x" + std::string(100, zeros_at_the_end ? '\0' : 'x')}, "", true).ok());
    }
    const std::string log = LogOf(*env_);
    const size_t size = SizeOf(log);
    // Of the first record, in front of a second that ends in zeros; or of the last one.
    env_->Damage(log, zeros_at_the_end ? 300 : size - 10);
    EXPECT_EQ(SizeWithoutTornTail(*env_, log), size);
    EXPECT_TRUE(absl::IsDataLoss(LocalStore::Open(kFolder, kDocument, {env_.get(), 0}).status()));
  }
}

TEST_F(LocalStoreFaultsTest, AFullDiskIsSaidAndLosesNothing) {
  env_->SetCapacity(kWriteBufferBytes -
                    1'000);  // less than the log of one table: tables are compressed
  absl::Status failure;
  const int written = Work(0, &failure);
  EXPECT_EQ(failure.code(), absl::StatusCode::kResourceExhausted) << failure;
  EXPECT_GT(written, 3);
  EXPECT_LT(written, kEdits);
  env_->SetCapacity(SIZE_MAX);
  ExpectStored(written, "with room again");
}

}  // namespace
}  // namespace ypp::plugin
