// The SQLite store on a real disk that is really full: a small tmpfs, which only root can mount.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/transport/task_queue.h"
#include "transport/sqlite_store.h"

namespace ypp::transport {
namespace {

constexpr int kUpdates = 500;
constexpr size_t kUpdateBytes = 5'000;

class FullDiskTest : public testing::Test {
 protected:
  FullDiskTest() : folder_(std::filesystem::temp_directory_path() / "ypp-full-disk-XXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~FullDiskTest() override {
    if (mounted_) umount(folder_.c_str());
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    if (mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "no tmpfs can be mounted here (" << std::strerror(errno)
                   << "): it takes root";
    }
    mounted_ = true;
  }

  std::unique_ptr<SqliteStore> Open() {
    absl::StatusOr<std::unique_ptr<SqliteStore>> store =
        SqliteStore::Open(folder_ + "/documents.db", tasks_.executor());
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Appends one update after the other until one is refused; gives how many were acknowledged.
  size_t AppendUntilFull(SqliteStore& store, absl::Status* failure) {
    size_t stored = 0;
    for (int i = 0; i < kUpdates && failure->ok(); ++i) {
      bool done = false;
      store.Append("doc", std::string(kUpdateBytes, static_cast<char>('a' + i % 26)),
                   [&](const absl::Status& status) {
                     done = true;
                     *failure = status;
                     if (status.ok()) ++stored;
                   });
      EXPECT_TRUE(tasks_.RunUntil([&] { return done; }));
    }
    return stored;
  }

  size_t LoadCount(SqliteStore& store) {
    size_t count = 0;
    bool loaded = false;
    store.Load("doc", [&](absl::StatusOr<StoredDocument> document) {
      loaded = true;
      EXPECT_TRUE(document.ok()) << document.status();
      if (document.ok()) count = document->updates.size();
    });
    EXPECT_TRUE(tasks_.RunUntil([&] { return loaded; }));
    return count;
  }

  TaskQueue tasks_;
  std::string folder_;
  bool mounted_ = false;
};

TEST_F(FullDiskTest, IsSaidAndTheSqliteStoreKeepsWhatItTook) {
  absl::Status failure;
  size_t stored = 0;
  {
    const std::unique_ptr<SqliteStore> store = Open();
    ASSERT_NE(store, nullptr);
    stored = AppendUntilFull(*store, &failure);
    EXPECT_TRUE(absl::IsResourceExhausted(failure)) << failure;
    EXPECT_GT(stored, 20u);
    EXPECT_LT(stored, static_cast<size_t>(kUpdates));
  }
  ASSERT_EQ(mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=16m"), 0);
  const std::unique_ptr<SqliteStore> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(LoadCount(*store), stored);
  failure = absl::OkStatus();
  EXPECT_GT(AppendUntilFull(*store, &failure), 0u) << "there is room again";
}

}  // namespace
}  // namespace ypp::transport
