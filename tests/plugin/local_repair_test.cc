#include "plugin/local_repair.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "crdt/doc.h"
#include "plugin/local_copy.h"
#include "plugin/local_store.h"

namespace ypp::plugin {
namespace {

namespace fs = std::filesystem;

class LocalRepairTest : public testing::Test {
 protected:
  LocalRepairTest()
      : root_(fs::temp_directory_path() / absl::StrCat("ypp-local-repair-", getpid())),
        directory_(root_ / "store") {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~LocalRepairTest() override { fs::remove_all(root_); }

  // Two hundred updates of a kilobyte, in documents "a" and "b".
  void Fill() {
    for (const char* name : {"a", "b"}) {
      Doc doc;
      LocalCopy copy(doc, directory_, name);
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(doc.GetArray("list").Push({Any(std::string(1'000, 'x'))}).ok());
        copy.Wait();  // each by itself, as hooks come
      }
      whole_ = doc.EncodeUpdate();
    }
  }
  void Damage(int64_t offset) {
    for (const auto& file : fs::directory_iterator(directory_)) {
      const auto kind = file.path().extension();
      if (kind != ".log" && kind != ".ldb") continue;
      if (file.file_size() < static_cast<uintmax_t>(offset) + 10) continue;
      std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(offset);
      bytes << "damage";
    }
  }
  // How many of the hundred are there; -1: the store cannot be used.
  int Count(const fs::path& directory, const std::string& name) {
    Doc doc;
    LocalCopy copy(doc, directory, name);
    return copy.status().ok() ? static_cast<int>(doc.GetArray("list").length()) : -1;
  }

  const fs::path root_;
  const fs::path directory_;
  std::string whole_;  // "b"
};

TEST_F(LocalRepairTest, KeepsWhatIsWholeAndACopyOfWhatWasThere) {
  Fill();
  Damage(50'000);  // in the log, where "b" is
  ASSERT_EQ(Count(directory_, "a"), -1);
  const absl::StatusOr<LocalRepair> repair = RepairLocalStore(directory_);
  ASSERT_TRUE(repair.ok()) << repair.status();
  // A log is read in blocks of 32 KiB, and one of them is damaged.
  EXPECT_GE(repair->updates, 150u);
  EXPECT_LT(repair->updates, 200u);
  EXPECT_EQ(repair->documents, 2u);
  EXPECT_EQ(repair->dropped, 0u);
  EXPECT_EQ(Count(directory_, "a"), 100);
  // What came after the gap waits for what is lost.
  EXPECT_GE(Count(directory_, "b"), 20);
  EXPECT_LT(Count(directory_, "b"), 100);
  EXPECT_EQ(repair->copy, directory_.string() + ".damaged");
  EXPECT_EQ(Count(repair->copy, "a"), -1);
}

TEST_F(LocalRepairTest, LosesNothingThatTheRelayHas) {
  Fill();
  Damage(50'000);
  ASSERT_TRUE(RepairLocalStore(directory_).ok());
  Doc doc;
  LocalCopy copy(doc, directory_, "b");
  ASSERT_LT(doc.GetArray("list").length(), 100u);
  ASSERT_TRUE(doc.ApplyUpdate(whole_).ok());
  EXPECT_EQ(doc.GetArray("list").length(), 100u);
}

TEST_F(LocalRepairTest, NeedsNoManifest) {
  Fill();
  for (const auto& file : fs::directory_iterator(directory_)) {
    const std::string name = file.path().filename().string();
    if (name.rfind("MANIFEST-", 0) == 0 || name == "CURRENT") fs::remove(file.path());
  }
  const absl::StatusOr<LocalRepair> repair = RepairLocalStore(directory_);
  ASSERT_TRUE(repair.ok()) << repair.status();
  EXPECT_EQ(repair->updates, 200u);
  EXPECT_EQ(Count(directory_, "a"), 100);
  EXPECT_EQ(Count(directory_, "b"), 100);
}

TEST_F(LocalRepairTest, TakesOutUpdatesThatAreNone) {
  Fill();
  {
    auto store = *LocalStore::Open(directory_, "a");
    ASSERT_TRUE(store->Append({"no update"}, "", true).ok());
  }
  ASSERT_EQ(Count(directory_, "a"), -1);
  const absl::StatusOr<LocalRepair> repair = RepairLocalStore(directory_);
  ASSERT_TRUE(repair.ok()) << repair.status();
  EXPECT_EQ(repair->dropped, 1u);
  EXPECT_EQ(repair->updates, 200u);
  EXPECT_EQ(Count(directory_, "a"), 100);
}

TEST_F(LocalRepairTest, MayBeAskedForTwice) {
  Fill();
  ASSERT_TRUE(RepairLocalStore(directory_).ok());
  const absl::StatusOr<LocalRepair> again = RepairLocalStore(directory_.string() + "/");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->copy, directory_.string() + ".damaged-2");
  EXPECT_EQ(again->updates, 200u);
}

TEST_F(LocalRepairTest, LeavesOtherDirectoriesAlone) {
  EXPECT_TRUE(absl::IsNotFound(RepairLocalStore(directory_).status()));
  std::ofstream(root_ / "access.log") << "not of LevelDB";
  EXPECT_TRUE(absl::IsNotFound(RepairLocalStore(root_).status()));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
}

TEST_F(LocalRepairTest, DoesNotTouchAStoreThatIsInUse) {
  auto store = *LocalStore::Open(directory_, "a");
  EXPECT_TRUE(absl::IsFailedPrecondition(RepairLocalStore(directory_).status()));
  EXPECT_FALSE(fs::exists(directory_.string() + ".damaged"));
}

}  // namespace
}  // namespace ypp::plugin
