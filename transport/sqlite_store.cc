#include "transport/sqlite_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "transport/sqlite_database.h"

namespace ypp::transport {
namespace {

// "yppR": tells the file apart from other programs' databases.
constexpr int64_t kApplicationId = 0x79707052;
constexpr int64_t kSchemaVersion = 1;

constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS updates (
    position INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (id),
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS updates_by_document ON updates (document, position);
  CREATE TABLE IF NOT EXISTS snapshots (
    document INTEGER PRIMARY KEY REFERENCES documents (id),
    through INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
)sql";

int64_t WallClockMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

// Holds the lock file of a database while it lives; the system lets go of it whatever ends the
// process.
class FileLock {
 public:
  ~FileLock() {
    if (file_ >= 0) close(file_);
  }
  absl::Status Acquire(const std::string& path) {
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) {
      return absl::UnavailableError(absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      return absl::FailedPreconditionError("another process has it open");
    }
    return absl::OkStatus();
  }

 private:
  int file_ = -1;
};

struct Operation {
  enum class Kind { kLoad, kAppend, kCompact, kDelete };

  Operation(Kind kind, std::string document) : kind(kind), document(std::move(document)) {}

  Kind kind;
  std::string document;
  std::string bytes;           // the update, or the state
  StorePosition position = 0;  // of the update, or through where the state stands
  Store::Done done;
  Store::LoadDone load_done;

  // Results.
  absl::Status status;
  StoredDocument loaded;
};

}  // namespace

class SqliteStore::Writer {
 public:
  Writer(Executor executor, LogSink log) : executor_(std::move(executor)), log_(std::move(log)) {}

  ~Writer() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Open(const std::string& path);

  void Push(Operation operation) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(std::move(operation));
    }
    wake_.notify_one();
  }
  StorePosition NextPosition() { return ++last_position_; }
  uint64_t transactions() const { return transactions_.load(std::memory_order_relaxed); }

 private:
  absl::Status CheckOwner();
  absl::Status PrepareStatements();
  void Run();
  absl::Status RunTransaction(std::deque<Operation>& batch);
  absl::Status Perform(Operation& operation);
  absl::Status Load(Operation& operation);
  absl::Status Append(const Operation& operation);
  absl::Status Compact(const Operation& operation);
  absl::Status Delete(const Operation& operation);
  // 0 when there is none and none is to be made.
  absl::StatusOr<int64_t> DocumentId(const std::string& name, bool create);

  Executor executor_;
  LogSink log_;
  FileLock file_lock_;
  SqliteDatabase db_;
  SqliteStatement find_document_, add_document_, remove_document_;
  SqliteStatement read_snapshot_, read_updates_, add_update_, put_snapshot_;
  SqliteStatement remove_updates_, remove_snapshot_;
  // Ids of documents that were written to, so that an append is one statement.
  absl::flat_hash_map<std::string, int64_t> document_ids_;
  StorePosition last_position_ = 0;  // the calling thread's
  std::atomic<uint64_t> transactions_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Operation> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

absl::Status SqliteStore::Writer::Open(const std::string& path) {
  if (absl::Status status = file_lock_.Acquire(path + "-lock"); !status.ok()) return status;
  if (absl::Status status = db_.Open(path); !status.ok()) return status;
  if (absl::Status status = CheckOwner(); !status.ok()) return status;
  // Another program may be reading it, for a backup say; it holds a lock for moments only.
  for (const char* sql : {"PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL",
                          "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 67108864"}) {
    if (absl::Status status = db_.Execute(sql); !status.ok()) return status;
  }
  // Writes even when the tables are there, so that a file that cannot be written is noticed now.
  const std::string set_up =
      absl::StrCat("BEGIN IMMEDIATE;", kSchema, "PRAGMA application_id = ", kApplicationId,
                   ";PRAGMA user_version = ", kSchemaVersion, ";COMMIT;");
  if (absl::Status status = db_.Execute(set_up.c_str()); !status.ok()) return status;
  const absl::StatusOr<int64_t> last = db_.QueryInteger(
      "SELECT max(coalesce((SELECT max(position) FROM updates), 0),"
      " coalesce((SELECT max(through) FROM snapshots), 0))");
  if (!last.ok()) return last.status();
  last_position_ = static_cast<StorePosition>(*last);
  if (absl::Status status = PrepareStatements(); !status.ok()) return status;
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::Status SqliteStore::Writer::CheckOwner() {
  const absl::StatusOr<int64_t> tables = db_.QueryInteger("SELECT count(*) FROM sqlite_master");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return absl::OkStatus();
  const absl::StatusOr<int64_t> owner = db_.QueryInteger("PRAGMA application_id");
  if (!owner.ok()) return owner.status();
  if (*owner != kApplicationId) {
    return absl::FailedPreconditionError("it is a database of another program");
  }
  const absl::StatusOr<int64_t> version = db_.QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > kSchemaVersion) {
    return absl::FailedPreconditionError("it was written by a newer version of this program");
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Writer::PrepareStatements() {
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&find_document_, "SELECT id FROM documents WHERE name = ?1"},
      {&add_document_, "INSERT INTO documents (name) VALUES (?1)"},
      {&remove_document_, "DELETE FROM documents WHERE id = ?1"},
      {&read_snapshot_, "SELECT bytes, through FROM snapshots WHERE document = ?1"},
      {&read_updates_, "SELECT bytes, position FROM updates WHERE document = ?1 ORDER BY position"},
      {&add_update_,
       "INSERT INTO updates (position, document, time_ms, bytes) VALUES (?1, ?2, ?3, ?4)"},
      {&put_snapshot_,
       "INSERT INTO snapshots (document, through, time_ms, bytes) VALUES (?1, ?2, ?3, ?4)"
       " ON CONFLICT (document) DO UPDATE SET through = ?2, time_ms = ?3, bytes = ?4"},
      {&remove_updates_, "DELETE FROM updates WHERE document = ?1 AND position <= ?2"},
      {&remove_snapshot_, "DELETE FROM snapshots WHERE document = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    if (absl::Status status = statement->Prepare(db_, sql); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void SqliteStore::Writer::Run() {
  while (true) {
    auto batch = std::make_shared<std::deque<Operation>>();
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch->swap(queue_);
    }
    const absl::Status status = RunTransaction(*batch);
    if (!status.ok()) {
      log_(LogLevel::kError, absl::StrCat("storage: ", status.message()));
      // A load may have seen what is now undone, so it fails with the rest.
      for (Operation& operation : *batch) operation.status = status;
    }
    executor_([batch] {
      for (Operation& operation : *batch) {
        if (operation.kind != Operation::Kind::kLoad) {
          operation.done(operation.status);
        } else if (operation.status.ok()) {
          operation.load_done(std::move(operation.loaded));
        } else {
          operation.load_done(operation.status);
        }
      }
    });
  }
}

absl::Status SqliteStore::Writer::RunTransaction(std::deque<Operation>& batch) {
  absl::Status status = db_.Execute("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  for (Operation& operation : batch) {
    operation.status = Perform(operation);
    // What cannot be read is nobody else's trouble.
    if (operation.kind == Operation::Kind::kLoad) continue;
    status = operation.status;
    if (!status.ok()) break;
  }
  if (status.ok()) status = db_.Execute("COMMIT");
  if (status.ok()) {
    transactions_.fetch_add(1, std::memory_order_relaxed);
  } else {
    document_ids_.clear();  // some may be of rows that are now undone
    // After some errors SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(db_.handle()) == 0) db_.Execute("ROLLBACK").IgnoreError();
  }
  return status;
}

absl::Status SqliteStore::Writer::Perform(Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kLoad:
      return Load(operation);
    case Operation::Kind::kAppend:
      return Append(operation);
    case Operation::Kind::kCompact:
      return Compact(operation);
    case Operation::Kind::kDelete:
      return Delete(operation);
  }
  return absl::InternalError("unknown operation");
}

absl::Status SqliteStore::Writer::Load(Operation& operation) {
  const absl::StatusOr<int64_t> id = DocumentId(operation.document, false);
  if (!id.ok()) return id.status();
  if (*id == 0) return absl::OkStatus();
  StoredDocument& loaded = operation.loaded;
  read_snapshot_.Bind(1, *id);
  absl::StatusOr<bool> row = read_snapshot_.Step();
  if (row.ok() && *row) {
    loaded.updates.push_back(read_snapshot_.Bytes(0));
    loaded.snapshot_bytes = loaded.updates.back().size();
    loaded.position = static_cast<StorePosition>(read_snapshot_.Integer(1));
  }
  read_snapshot_.Reset();
  if (!row.ok()) return row.status();

  read_updates_.Bind(1, *id);
  for (row = read_updates_.Step(); row.ok() && *row; row = read_updates_.Step()) {
    loaded.updates.push_back(read_updates_.Bytes(0));
    loaded.log_bytes += loaded.updates.back().size();
    ++loaded.log_updates;
    loaded.position = static_cast<StorePosition>(read_updates_.Integer(1));
  }
  read_updates_.Reset();
  return row.status();
}

absl::Status SqliteStore::Writer::Append(const Operation& operation) {
  const absl::StatusOr<int64_t> id = DocumentId(operation.document, true);
  if (!id.ok()) return id.status();
  add_update_.Bind(1, static_cast<int64_t>(operation.position));
  add_update_.Bind(2, *id);
  add_update_.Bind(3, WallClockMs());
  add_update_.BindBytes(4, operation.bytes);
  return add_update_.Run();
}

absl::Status SqliteStore::Writer::Compact(const Operation& operation) {
  const absl::StatusOr<int64_t> id = DocumentId(operation.document, true);
  if (!id.ok()) return id.status();
  const int64_t through = static_cast<int64_t>(operation.position);
  put_snapshot_.Bind(1, *id);
  put_snapshot_.Bind(2, through);
  put_snapshot_.Bind(3, WallClockMs());
  put_snapshot_.BindBytes(4, operation.bytes);
  if (absl::Status status = put_snapshot_.Run(); !status.ok()) return status;
  remove_updates_.Bind(1, *id);
  remove_updates_.Bind(2, through);
  return remove_updates_.Run();
}

absl::Status SqliteStore::Writer::Delete(const Operation& operation) {
  const absl::StatusOr<int64_t> id = DocumentId(operation.document, false);
  if (!id.ok()) return id.status();
  if (*id == 0) return absl::OkStatus();
  remove_updates_.Bind(1, *id);
  remove_updates_.Bind(2, INT64_MAX);
  remove_snapshot_.Bind(1, *id);
  remove_document_.Bind(1, *id);
  for (SqliteStatement* statement : {&remove_updates_, &remove_snapshot_, &remove_document_}) {
    if (absl::Status status = statement->Run(); !status.ok()) return status;
  }
  document_ids_.erase(operation.document);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteStore::Writer::DocumentId(const std::string& name, bool create) {
  constexpr size_t kMaxCachedIds = 100'000;  // some 20 MB of names
  const auto cached = document_ids_.find(name);
  if (cached != document_ids_.end()) return cached->second;
  find_document_.BindText(1, name);
  const absl::StatusOr<bool> row = find_document_.Step();
  int64_t id = row.ok() && *row ? find_document_.Integer(0) : 0;
  find_document_.Reset();
  if (!row.ok()) return row.status();
  if (id == 0) {
    if (!create) return 0;
    add_document_.BindText(1, name);
    if (absl::Status status = add_document_.Run(); !status.ok()) return status;
    id = sqlite3_last_insert_rowid(db_.handle());
  }
  if (document_ids_.size() >= kMaxCachedIds) document_ids_.clear();
  document_ids_[name] = id;
  return id;
}

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path,
                                                               Executor executor, LogSink log) {
  auto writer = std::make_unique<Writer>(std::move(executor), std::move(log));
  const absl::Status status = writer->Open(path);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("cannot use database ", path, ": ", status.message()));
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(writer)));
}

SqliteStore::SqliteStore(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::Load(std::string document, LoadDone done) {
  Operation operation(Operation::Kind::kLoad, std::move(document));
  operation.load_done = std::move(done);
  writer_->Push(std::move(operation));
}

StorePosition SqliteStore::Append(std::string document, std::string update, Done done) {
  Operation operation(Operation::Kind::kAppend, std::move(document));
  operation.bytes = std::move(update);
  operation.position = writer_->NextPosition();
  operation.done = std::move(done);
  const StorePosition position = operation.position;
  writer_->Push(std::move(operation));
  return position;
}

void SqliteStore::Compact(std::string document, std::string state, StorePosition through,
                          Done done) {
  Operation operation(Operation::Kind::kCompact, std::move(document));
  operation.bytes = std::move(state);
  operation.position = through;
  operation.done = std::move(done);
  writer_->Push(std::move(operation));
}

void SqliteStore::Delete(std::string document, Done done) {
  Operation operation(Operation::Kind::kDelete, std::move(document));
  operation.done = std::move(done);
  writer_->Push(std::move(operation));
}

uint64_t SqliteStore::transactions() const { return writer_->transactions(); }

}  // namespace ypp::transport
