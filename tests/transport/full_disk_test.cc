// The SQLite store on a disk that is really full.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/small_disk.h"
#include "tests/transport/task_queue.h"
#include "transport/sqlite_store.h"

namespace ypp::transport {
namespace {

constexpr int kUpdates = 500;
constexpr size_t kUpdateBytes = 5'000;

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(disk_.problem(), ""); }

  std::unique_ptr<SqliteStore> Open() {
    absl::StatusOr<std::unique_ptr<SqliteStore>> store =
        SqliteStore::Open(disk_.folder() + "/documents.db", tasks_.executor());
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
  SmallDisk disk_{"1m"};
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
  ASSERT_TRUE(disk_.Resize("16m"));
  const std::unique_ptr<SqliteStore> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(LoadCount(*store), stored);
  failure = absl::OkStatus();
  EXPECT_GT(AppendUntilFull(*store, &failure), 0u) << "there is room again";
}

}  // namespace
}  // namespace ypp::transport
