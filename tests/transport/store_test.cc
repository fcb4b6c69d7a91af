// What every store promises, and what the SQLite one adds.
#include "transport/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/transport/task_queue.h"
#include "transport/memory_store.h"
#include "transport/sqlite_store.h"

namespace ypp::transport {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ypp-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

absl::StatusOr<StoredDocument> Load(Store& store, TaskQueue& tasks, const std::string& document) {
  absl::StatusOr<StoredDocument> result = absl::UnknownError("not called");
  bool done = false;
  store.Load(document, [&](absl::StatusOr<StoredDocument> loaded) {
    result = std::move(loaded);
    done = true;
  });
  EXPECT_FALSE(done) << "completions never run inside the call";
  EXPECT_TRUE(tasks.RunUntil([&done] { return done; }));
  return result;
}

std::vector<std::string> Updates(Store& store, TaskQueue& tasks, const std::string& document) {
  const absl::StatusOr<StoredDocument> loaded = Load(store, tasks, document);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? loaded->updates : std::vector<std::string>{"(failed)"};
}

Store::Done ExpectOk() {
  return [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; };
}

using Texts = std::vector<std::string>;

class StoreTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) == "memory") {
      store_ = std::make_unique<MemoryStore>(tasks_.executor());
    } else {
      auto store = SqliteStore::Open(folder_.File("documents.db"), tasks_.executor());
      ASSERT_TRUE(store.ok()) << store.status();
      store_ = *std::move(store);
    }
  }

  TemporaryFolder folder_;
  TaskQueue tasks_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(All, StoreTest, testing::Values("memory", "sqlite"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(StoreTest, KnowsNothingOfADocumentNeverStored) {
  const absl::StatusOr<StoredDocument> loaded = Load(*store_, tasks_, "doc");
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(loaded->updates.empty());
  EXPECT_EQ(loaded->position, 0u);
}

TEST_P(StoreTest, GivesBackUpdatesInTheirOrderAndOfTheirDocument) {
  const std::string zeros("\0\0", 2);
  store_->Append("a", "one", ExpectOk());
  store_->Append("b", "other", ExpectOk());
  const StorePosition last = store_->Append("a", zeros, ExpectOk());
  const absl::StatusOr<StoredDocument> loaded = Load(*store_, tasks_, "a");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->updates, (Texts{"one", zeros}));
  EXPECT_EQ(loaded->position, last);
  EXPECT_EQ(loaded->log_updates, 2u);
  EXPECT_EQ(loaded->log_bytes, 5u);
}

TEST_P(StoreTest, ASnapshotReplacesNothingBehindItsPosition) {
  store_->Append("a", "1", ExpectOk());
  const StorePosition through = store_->Append("a", "2", ExpectOk());
  store_->Append("a", "3", ExpectOk());
  store_->Append("b", "x", ExpectOk());
  store_->Compact("a", "1+2", through, ExpectOk());
  EXPECT_EQ(Updates(*store_, tasks_, "a"), (Texts{"1+2", "3"}));
  EXPECT_EQ(Updates(*store_, tasks_, "b"), (Texts{"x"}));
  const StorePosition later = store_->Append("a", "4", ExpectOk());
  store_->Compact("a", "1+2+3+4", later, ExpectOk());
  EXPECT_EQ(Updates(*store_, tasks_, "a"), (Texts{"1+2+3+4"}));
}

TEST_P(StoreTest, ForgetsADeletedDocument) {
  const StorePosition through = store_->Append("a", "1", ExpectOk());
  store_->Compact("a", "1", through, ExpectOk());
  store_->Append("a", "2", ExpectOk());
  store_->Delete("a", ExpectOk());
  EXPECT_TRUE(Updates(*store_, tasks_, "a").empty());
  store_->Append("a", "new", ExpectOk());
  EXPECT_EQ(Updates(*store_, tasks_, "a"), Texts{"new"});
}

TEST_P(StoreTest, CompletesInTheOrderOfTheCalls) {
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    store_->Append("a", "u", [&order, i](const absl::Status&) { order.push_back(i); });
  }
  ASSERT_TRUE(tasks_.RunUntil([&order] { return order.size() == 100; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(SqliteStore, KeepsEverythingOverAReopening) {
  const TemporaryFolder folder;
  const std::string path = folder.File("documents.db");
  TaskQueue tasks;
  StorePosition before = 0;
  {
    auto store = SqliteStore::Open(path, tasks.executor());
    ASSERT_TRUE(store.ok()) << store.status();
    before = (*store)->Append("a", "1", ExpectOk());
    (*store)->Compact("a", "one", before, ExpectOk());
    before = (*store)->Append("a", "2", ExpectOk());
  }
  auto store = SqliteStore::Open(path, tasks.executor());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Updates(**store, tasks, "a"), (Texts{"one", "2"}));
  EXPECT_GT((*store)->Append("a", "3", ExpectOk()), before);
  EXPECT_EQ(Updates(**store, tasks, "a"), (Texts{"one", "2", "3"}));
}

TEST(SqliteStore, CommitsWhatArrivesTogetherTogether) {
  const TemporaryFolder folder;
  TaskQueue tasks;
  auto store = SqliteStore::Open(folder.File("documents.db"), tasks.executor());
  ASSERT_TRUE(store.ok()) << store.status();
  constexpr int kUpdates = 5'000;
  int durable = 0;
  for (int i = 0; i < kUpdates; ++i) {
    (*store)->Append("a", "update", [&durable](const absl::Status& status) {
      EXPECT_TRUE(status.ok());
      ++durable;
    });
  }
  ASSERT_TRUE(tasks.RunUntil([&durable] { return durable == kUpdates; }));
  EXPECT_LT((*store)->transactions(), kUpdates / 10u);
  EXPECT_EQ(Updates(**store, tasks, "a").size(), size_t{kUpdates});
}

TEST(SqliteStore, IsOpenOnlyOnceAtATime) {
  const TemporaryFolder folder;
  const std::string path = folder.File("documents.db");
  TaskQueue tasks;
  auto first = SqliteStore::Open(path, tasks.executor());
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = SqliteStore::Open(path, tasks.executor());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  first->reset();
  EXPECT_TRUE(SqliteStore::Open(path, tasks.executor()).ok());
}

TEST(SqliteStore, RefusesTheDatabaseOfAnotherProgram) {
  const TemporaryFolder folder;
  const std::string path = folder.File("other.db");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE updates (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  TaskQueue tasks;
  EXPECT_TRUE(absl::IsFailedPrecondition(SqliteStore::Open(path, tasks.executor()).status()));
}

TEST(SqliteStore, SaysWhyItCannotOpen) {
  const TemporaryFolder folder;
  TaskQueue tasks;
  EXPECT_FALSE(SqliteStore::Open(folder.File("none/documents.db"), tasks.executor()).ok());
  std::ofstream(folder.File("text"))
      << "this is no database, but long enough to be looked at " << std::string(4096, '.');
  const absl::Status status = SqliteStore::Open(folder.File("text"), tasks.executor()).status();
  EXPECT_NE(std::string(status.message()).find("not a database"), std::string::npos) << status;
}

}  // namespace
}  // namespace ypp::transport
