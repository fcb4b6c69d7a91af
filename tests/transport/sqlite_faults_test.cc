// Whatever the disk does to the SQLite store: what it said is stored is there, and nothing is there
// by half.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/transport/faulty_disk.h"
#include "tests/transport/task_queue.h"
#include "transport/sqlite_store.h"

namespace ypp::transport {
namespace {

constexpr int kUpdates = 24;
constexpr int kCompactAfter = 10;
// Large enough that an update takes several pages.
constexpr size_t kPaddingBytes = 6'000;

// Numbered, so that a snapshot can stand for those up to a number.
std::string UpdateOf(int i) { return absl::StrCat(i, ";", std::string(kPaddingBytes, 'x')); }
std::string SnapshotOf(int through) {
  std::string snapshot;
  for (int i = 0; i <= through; ++i) absl::StrAppend(&snapshot, i, ";");
  return snapshot;
}

class SqliteFaultsTest : public testing::Test {
 protected:
  SqliteFaultsTest()
      : folder_(std::filesystem::temp_directory_path() / "ypp-sqlite-faults-XXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/documents.db";  // only its lock file is on the real disk
  }
  ~SqliteFaultsTest() override { std::filesystem::remove_all(folder_); }

  // Appends and compacts until something fails; what was acknowledged goes to `stored`.
  absl::Status Work(std::set<int>* stored) {
    TaskQueue tasks;
    absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(path_, tasks.executor());
    if (!store.ok()) return store.status();
    absl::Status failure;
    int under_way = 0;
    StorePosition position = 0;
    for (int i = 0; i < kUpdates && failure.ok(); ++i) {
      ++under_way;
      position = (*store)->Append("doc", UpdateOf(i), [&, i](const absl::Status& status) {
        --under_way;
        if (status.ok()) stored->insert(i);
        failure.Update(status);
      });
      if (i == kCompactAfter) {
        ++under_way;
        (*store)->Compact("doc", SnapshotOf(i), position, [&](const absl::Status& status) {
          --under_way;
          failure.Update(status);
        });
      }
      // Sometimes several go into one transaction.
      if (i % 3 == 0) continue;
      EXPECT_TRUE(tasks.RunUntil([&] { return under_way == 0; }));
    }
    EXPECT_TRUE(tasks.RunUntil([&] { return under_way == 0; }));
    return failure;
  }

  // The numbers of what the store has, in its order.
  std::vector<int> Load() {
    std::vector<int> numbers;
    TaskQueue tasks;
    absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(path_, tasks.executor());
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) return numbers;
    bool loaded = false;
    (*store)->Load("doc", [&](absl::StatusOr<StoredDocument> document) {
      loaded = true;
      EXPECT_TRUE(document.ok()) << document.status();
      if (!document.ok()) return;
      for (const std::string& update : document->updates) {
        const std::vector<std::string> parts = absl::StrSplit(update, ';');
        for (const std::string& part : parts) {
          int number = 0;
          if (absl::SimpleAtoi(part, &number)) numbers.push_back(number);
        }
      }
    });
    EXPECT_TRUE(tasks.RunUntil([&] { return loaded; }));
    return numbers;
  }

  // All that was acknowledged, and some of the rest, each once and in order: an append that was
  // asked for before the failure of an earlier one was known may be there without that.
  void ExpectStored(const std::set<int>& stored, const std::string& what) {
    const std::vector<int> numbers = Load();
    for (size_t i = 1; i < numbers.size(); ++i) ASSERT_LT(numbers[i - 1], numbers[i]) << what;
    for (const int number : stored) {
      EXPECT_TRUE(std::binary_search(numbers.begin(), numbers.end(), number)) << what;
    }
  }

  std::string folder_;
  std::string path_;
};

TEST_F(SqliteFaultsTest, AnyCallMayFailOnce) {
  const char* const kNames[] = {"open", "read", "write", "truncate", "sync", "delete"};
  int faults = 0;
  for (int kind = 0; kind < FaultyDisk::kCallKinds; ++kind) {
    for (int nth = 1;; ++nth) {
      FaultyDisk disk;
      std::set<int> stored;
      disk.FailOnce(static_cast<FaultyDisk::Call>(kind), nth);
      const absl::Status status = Work(&stored);
      if (!disk.failed()) {
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_EQ(stored.size(), static_cast<size_t>(kUpdates));
        break;
      }
      ++faults;
      disk.FailOnce(static_cast<FaultyDisk::Call>(kind), 0);
      ExpectStored(stored, absl::StrCat(kNames[kind], " ", nth));
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(faults, 100);
}

TEST_F(SqliteFaultsTest, ThePowerMayGoAtAnyMoment) {
  int cuts = 0;
  for (int calls = 0;; ++calls) {
    FaultyDisk disk;
    std::set<int> stored;
    disk.LosePowerAfter(calls);
    const bool finished = Work(&stored).ok();
    disk.PowerOn(static_cast<uint64_t>(calls));
    const std::string what = absl::StrCat("power lost after ", calls, " calls");
    ExpectStored(stored, what);
    // Nothing is written any more behind what was lost.
    const std::vector<int> numbers = Load();
    for (size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<int>(i)) << what;
    if (finished || HasFailure()) break;
    ++cuts;
  }
  EXPECT_GT(cuts, 200);
}

TEST_F(SqliteFaultsTest, AFullDiskIsSaidAndLosesNothing) {
  FaultyDisk disk;
  std::set<int> stored;
  disk.SetCapacity(200'000);
  const absl::Status status = Work(&stored);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_GT(stored.size(), 3u);
  EXPECT_LT(stored.size(), static_cast<size_t>(kUpdates));
  {
    // A store that opens writes a little; where there is no room even for that, it says so.
    TaskQueue tasks;
    const auto store = SqliteStore::Open(path_, tasks.executor());
    if (!store.ok()) {
      EXPECT_EQ(store.status().code(), absl::StatusCode::kResourceExhausted) << store.status();
    }
  }
  disk.SetCapacity(SIZE_MAX);
  ExpectStored(stored, "with room again");
}

}  // namespace
}  // namespace ypp::transport
