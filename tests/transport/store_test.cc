// What every store promises, and what the SQLite one adds.
#include "transport/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tests/transport/faulty_disk.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
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

// For the store's thread to get to where it waits. Where that takes longer, a test proves less.
constexpr std::chrono::milliseconds kForTheThread(50);

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

TEST_P(StoreTest, ListsItsDocumentsInOrder) {
  for (const char* name : {"b", "a", "c"}) store_->Append(name, "u", ExpectOk());
  const auto list = [this](const std::string& after, size_t limit) {
    Texts names;
    bool done = false;
    store_->List(after, limit, [&](const absl::StatusOr<Texts>& listed) {
      ASSERT_TRUE(listed.ok());
      names = *listed;
      done = true;
    });
    EXPECT_TRUE(tasks_.RunUntil([&done] { return done; }));
    return names;
  };
  EXPECT_EQ(list("", 10), (Texts{"a", "b", "c"}));
  EXPECT_EQ(list("a", 1), Texts{"b"});
  EXPECT_EQ(list("c", 1), Texts{});
}

absl::StatusOr<std::vector<HistoryEntry>> History(Store& store, TaskQueue& tasks,
                                                  const std::string& document) {
  absl::StatusOr<std::vector<HistoryEntry>> result = absl::UnknownError("not called");
  bool done = false;
  store.History(document, [&](absl::StatusOr<std::vector<HistoryEntry>> entries) {
    result = std::move(entries);
    done = true;
  });
  EXPECT_TRUE(tasks.RunUntil([&done] { return done; }));
  return result;
}

absl::StatusOr<StoredDocument> LoadThrough(Store& store, TaskQueue& tasks,
                                           const std::string& document, StorePosition through) {
  absl::StatusOr<StoredDocument> result = absl::UnknownError("not called");
  bool done = false;
  store.LoadThrough(document, through, [&](absl::StatusOr<StoredDocument> loaded) {
    result = std::move(loaded);
    done = true;
  });
  EXPECT_TRUE(tasks.RunUntil([&done] { return done; }));
  return result;
}

TEST_P(StoreTest, KnowsWhoWroteWhatIsNotCompacted) {
  store_->Append("a", StoreUpdate("one", "ada"), ExpectOk());
  const StorePosition second = store_->Append("a", StoreUpdate("second", "bob"), ExpectOk());
  const auto entries = History(*store_, tasks_, "a");
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].origin, "ada");
  EXPECT_EQ((*entries)[1].origin, "bob");
  EXPECT_EQ((*entries)[1].position, second);
  EXPECT_EQ((*entries)[1].size_bytes, 6u);
  EXPECT_GT((*entries)[1].time_ms, 1'500'000'000'000);
  EXPECT_EQ(LoadThrough(*store_, tasks_, "a", second - 1)->updates, Texts{"one"});
}

TEST_P(StoreTest, WithoutRetentionASnapshotEndsTheHistory) {
  store_->Append("a", "1", ExpectOk());
  const StorePosition through = store_->Append("a", "2", ExpectOk());
  store_->Compact("a", "1+2", through, ExpectOk());
  EXPECT_TRUE(History(*store_, tasks_, "a")->empty());
  EXPECT_TRUE(absl::IsNotFound(LoadThrough(*store_, tasks_, "a", through - 1).status()));
  EXPECT_EQ(LoadThrough(*store_, tasks_, "a", through)->updates, Texts{"1+2"});
}

class SqliteHistoryTest : public testing::Test {
 protected:
  void Open(int64_t retention_ms) {
    store_.reset();
    auto store = SqliteStore::Open(folder_.File("documents.db"), tasks_.executor(), SilentLog(),
                                   {retention_ms});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Run(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.File("documents.db").c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string TextThrough(StorePosition through) {
    const auto loaded = LoadThrough(*store_, tasks_, "a", through);
    if (!loaded.ok()) return std::string(loaded.status().message());
    return TextOfAll(loaded->updates);
  }
  static std::string TextOfAll(const Texts& updates) {
    Doc doc;
    for (const std::string& update : updates) EXPECT_TRUE(doc.ApplyUpdate(update).ok());
    return doc.GetText("t").ToString();
  }
  static std::string StateOf(const Texts& updates, size_t count) {
    Doc doc;
    for (size_t i = 0; i < count; ++i) EXPECT_TRUE(doc.ApplyUpdate(updates[i]).ok());
    return doc.EncodeUpdate();
  }

  const Texts updates_ = TypingUpdates(7, {"a", "b", "c", "d"});
  TemporaryFolder folder_;
  TaskQueue tasks_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteHistoryTest, KeepsUpdatesApartThatASnapshotStandsFor) {
  Open(3'600'000);
  std::vector<StorePosition> positions;
  for (const std::string& update : updates_) {
    positions.push_back(store_->Append("a", update, ExpectOk()));
  }
  store_->Compact("a", StateOf(updates_, 3), positions[2], ExpectOk());
  EXPECT_EQ(Updates(*store_, tasks_, "a").size(), 2u) << "a load needs the snapshot and the rest";
  EXPECT_EQ(History(*store_, tasks_, "a")->size(), 4u);
  EXPECT_EQ(TextThrough(positions[1]), "ab");
  EXPECT_EQ(TextThrough(positions[3]), "abcd");
}

TEST_F(SqliteHistoryTest, MergesWhatIsTooOldIntoTheBaseOfTheHistory) {
  Open(3'600'000);
  std::vector<StorePosition> positions;
  for (size_t i = 0; i < 3; ++i) {
    positions.push_back(store_->Append("a", updates_[i], ExpectOk()));
  }
  Updates(*store_, tasks_, "a");
  Run("UPDATE updates SET time_ms = 1 WHERE position <= " + std::to_string(positions[1]));
  store_->Compact("a", StateOf(updates_, 3), positions[2], ExpectOk());
  EXPECT_EQ(History(*store_, tasks_, "a")->size(), 1u);
  EXPECT_EQ(TextThrough(positions[0]), "the history does not go back so far");
  EXPECT_EQ(TextThrough(positions[1]), "ab");
  EXPECT_EQ(TextThrough(positions[2]), "abc");
  EXPECT_EQ(TextOfAll(Updates(*store_, tasks_, "a")), "abc");
}

TEST_F(SqliteHistoryTest, BeginsWhereTheLastSnapshotEndedAndEndsWithTheRetention) {
  Open(0);
  const StorePosition first = store_->Append("a", updates_[0], ExpectOk());
  store_->Compact("a", StateOf(updates_, 1), first, ExpectOk());
  Updates(*store_, tasks_, "a");
  Open(3'600'000);
  const StorePosition second = store_->Append("a", updates_[1], ExpectOk());
  store_->Compact("a", StateOf(updates_, 2), second, ExpectOk());
  EXPECT_EQ(TextThrough(first), "a");
  EXPECT_EQ(TextThrough(second), "ab");
  Open(0);
  const StorePosition third = store_->Append("a", updates_[2], ExpectOk());
  store_->Compact("a", StateOf(updates_, 3), third, ExpectOk());
  EXPECT_TRUE(History(*store_, tasks_, "a")->empty());
  EXPECT_EQ(TextThrough(third), "abc");
}

TEST_F(SqliteHistoryTest, TakesOverADatabaseOfTheFirstVersion) {
  Run("CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
      "CREATE TABLE updates (position INTEGER PRIMARY KEY, document INTEGER NOT NULL,"
      " time_ms INTEGER NOT NULL, bytes BLOB NOT NULL);"
      "CREATE TABLE snapshots (document INTEGER PRIMARY KEY, through INTEGER NOT NULL,"
      " time_ms INTEGER NOT NULL, bytes BLOB NOT NULL);"
      "INSERT INTO documents VALUES (1, 'a');"
      "INSERT INTO updates VALUES (5, 1, 1, x'0000');"
      "PRAGMA application_id = 2037411922; PRAGMA user_version = 1;");
  Open(0);
  EXPECT_EQ(Updates(*store_, tasks_, "a"), Texts{std::string(2, '\0')});
  EXPECT_EQ(store_->Append("a", StoreUpdate("x", "ada"), ExpectOk()), 6u);
  EXPECT_EQ(History(*store_, tasks_, "a")->back().origin, "ada");
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

TEST(SqliteStore, AReadCutsThePauseShortWhateverWasAskedOfTheThreadBefore) {
  FaultyDisk disk;
  const TemporaryFolder folder;
  TaskQueue tasks;
  SqliteStoreOptions options;
  options.pace = {std::chrono::hours(1), std::chrono::hours(1)};
  auto store =
      SqliteStore::Open(folder.File("documents.db"), tasks.executor(), SilentLog(), options);
  ASSERT_TRUE(store.ok()) << store.status();
  bool first_is_stored = false;
  {
    const std::lock_guard<std::mutex> no_disk(disk.mutex());
    (*store)->Append("a", "1", [&](const absl::Status&) { first_is_stored = true; });
    tasks.RunAll();
    std::this_thread::sleep_for(kForTheThread);
    // It is busy: the call that is to wake it comes too early.
    (*store)->Append("a", "2", ExpectOk());
    tasks.RunAll();
  }
  ASSERT_TRUE(tasks.RunUntil([&] { return first_is_stored; }));
  std::this_thread::sleep_for(kForTheThread);
  EXPECT_EQ(Updates(**store, tasks, "a"), (Texts{"1", "2"}));
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
