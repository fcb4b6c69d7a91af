#include "transport/hocuspocus_sqlite.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crdt/doc.h"
#include "transport/database_extension.h"
#include "transport/sqlite_database.h"
#include "transport/sqlite_store.h"

namespace ypp {
namespace {

using transport::SqliteDatabase;
using transport::SqliteStatement;

constexpr char kCreate[] =
    "CREATE TABLE IF NOT EXISTS \"documents\" (\"name\" varchar(255) NOT NULL,"
    " \"data\" blob NOT NULL, UNIQUE(name))";
constexpr char kFetch[] = "SELECT data FROM documents WHERE name = ?1 ORDER BY rowid DESC";
constexpr char kStore[] =
    "INSERT INTO documents (name, data) VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET data = ?2";

struct Table {
  SqliteDatabase db;
  SqliteStatement fetch, store;

  absl::Status Open(const std::string& path) {
    if (absl::Status status = db.Open(path); !status.ok()) return status;
    if (absl::Status status = db.Execute("PRAGMA busy_timeout = 5000"); !status.ok()) return status;
    if (absl::Status status = db.Execute(kCreate); !status.ok()) return status;
    if (absl::Status status = fetch.Prepare(db, kFetch); !status.ok()) return status;
    return store.Prepare(db, kStore);
  }
  absl::StatusOr<std::optional<std::string>> Fetch(const std::string& document) {
    fetch.BindText(1, document);
    const absl::StatusOr<bool> row = fetch.Step();
    std::optional<std::string> state;
    if (row.ok() && *row) state = fetch.Bytes(0);
    fetch.Reset();
    if (!row.ok()) return row.status();
    return state;
  }
  absl::Status Store(const std::string& document, const std::string& state) {
    store.BindText(1, document);
    store.BindBytes(2, state);
    return store.Run();
  }
};

// Runs the completions of a store on the calling thread.
class CompletionQueue {
 public:
  transport::Store::Executor executor() {
    return [this](std::function<void()> task) {
      const std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back(std::move(task));
      changed_.notify_one();
    };
  }
  void RunOne() {
    std::function<void()> task;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !tasks_.empty(); });
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
};

// A document that lacks parts would be taken for whole later.
bool IsWhole(const std::string& state) {
  Doc doc;
  return doc.ApplyUpdate(state).ok() && doc.GetPending().empty();
}

}  // namespace

absl::StatusOr<std::shared_ptr<Extension>> OpenHocuspocusSqlite(const std::string& path) {
  auto table = std::make_shared<Table>();
  if (absl::Status status = table->Open(path); !status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("cannot use database ", path, ": ", status.message()));
  }
  DatabaseOptions options;
  options.fetch = [table](const std::string& document, const DatabaseOptions::FetchDone& done) {
    done(table->Fetch(document));
  };
  options.store = [table](const std::string& document, const std::string& state,
                          const DatabaseOptions::StoreDone& done) {
    done(table->Store(document, state));
  };
  return std::make_shared<DatabaseExtension>(std::move(options));
}

absl::StatusOr<ImportResult> ImportHocuspocusSqlite(const std::string& path,
                                                    const std::string& database) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file ", path));
  }
  SqliteDatabase source;
  SqliteStatement read;
  absl::Status status = source.Open(path);
  if (status.ok()) status = source.Execute("PRAGMA query_only = 1");
  if (status.ok()) status = read.Prepare(source, "SELECT name, data FROM documents ORDER BY name");
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
  }
  CompletionQueue completions;
  auto store = transport::SqliteStore::Open(database, completions.executor());
  if (!store.ok()) return store.status();

  ImportResult result;
  size_t under_way = 0;
  const auto appended = [&status, &under_way](const absl::Status& how) {
    if (status.ok()) status = how;
    --under_way;
  };
  while (status.ok()) {
    const absl::StatusOr<bool> row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const std::string name = read.Bytes(0);
    std::string state = read.Bytes(1);
    if (name.empty() || !IsWhole(state)) {
      result.refused.push_back(name);
      continue;
    }
    // Those of a batch share a transaction.
    constexpr size_t kBatch = 256;
    while (under_way >= kBatch) completions.RunOne();
    ++under_way;
    ++result.documents;
    (*store)->Append(name, transport::StoreUpdate(std::move(state), "import"), appended);
  }
  while (under_way > 0) completions.RunOne();
  if (!status.ok()) return status;
  return result;
}

}  // namespace ypp
