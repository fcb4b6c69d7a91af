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
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "transport/sqlite_log.h"

namespace ypp::transport {
namespace {

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

// One thing to do with the log. `perform` runs inside a transaction; its error undoes the whole
// transaction unless the operation only reads. `complete` gets what became of it.
struct Operation {
  bool reads_only = false;
  std::function<absl::Status(SqliteLog&)> perform;
  std::function<void(const absl::Status&)> complete;
  absl::Status status;
};

}  // namespace

class SqliteStore::Writer {
 public:
  Writer(Executor executor, LogSink log, const SqliteStoreOptions& options)
      : executor_(std::move(executor)),
        log_(std::move(log)),
        pace_(options.pace),
        database_(options.history_retention_ms) {}

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
      if (operation.reads_only) someone_reads_ = true;
      queue_.push_back(std::move(operation));
      if (pausing_ && !someone_reads_) return;
    }
    wake_.notify_one();
  }
  void Write(std::function<absl::Status(SqliteLog&)> perform, Done done) {
    Operation operation;
    operation.perform = std::move(perform);
    operation.complete = std::move(done);
    Push(std::move(operation));
  }
  // `read` gives a StatusOr<Result>.
  template <typename Result, typename Read>
  void ReadInto(Read read, std::function<void(absl::StatusOr<Result>)> done) {
    auto result = std::make_shared<absl::StatusOr<Result>>(absl::UnknownError("not read"));
    Operation operation;
    operation.reads_only = true;
    operation.perform = [result, read = std::move(read)](SqliteLog& log) {
      *result = read(log);
      return result->status();
    };
    operation.complete = [result, done = std::move(done)](const absl::Status& status) {
      if (status.ok()) {
        done(std::move(*result));
      } else {
        done(status);
      }
    };
    Push(std::move(operation));
  }
  StorePosition NextPosition() { return ++last_position_; }
  uint64_t transactions() const { return transactions_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  // What is to be done together, once it is time; empty at the end.
  std::deque<Operation> NextBatch();
  absl::Status RunTransaction(std::deque<Operation>& batch);

  Executor executor_;
  LogSink log_;
  const CommitPace pace_;
  FileLock file_lock_;
  SqliteLog database_;
  StorePosition last_position_ = 0;  // the calling thread's
  std::atomic<uint64_t> transactions_{0};
  Clock::time_point pause_until_;  // the writing thread's

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Operation> queue_;
  bool someone_reads_ = false;  // of those in the queue
  bool pausing_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

absl::Status SqliteStore::Writer::Open(const std::string& path) {
  if (absl::Status status = file_lock_.Acquire(path + "-lock"); !status.ok()) return status;
  if (absl::Status status = database_.Open(path); !status.ok()) return status;
  const absl::StatusOr<StorePosition> last = database_.LastPosition();
  if (!last.ok()) return last.status();
  last_position_ = *last;
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void SqliteStore::Writer::Run() {
  while (true) {
    const auto batch = std::make_shared<std::deque<Operation>>(NextBatch());
    if (batch->empty()) return;
    const absl::Status status = RunTransaction(*batch);
    if (!status.ok()) {
      log_(LogLevel::kError, absl::StrCat("storage: ", status.message()));
      // A read may have seen what is now undone, so it fails with the rest.
      for (Operation& operation : *batch) operation.status = status;
    }
    executor_([batch] {
      for (Operation& operation : *batch) operation.complete(operation.status);
    });
  }
}

std::deque<Operation> SqliteStore::Writer::NextBatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  pausing_ = true;
  wake_.wait_until(lock, pause_until_, [this] { return stopping_ || someone_reads_; });
  pausing_ = false;
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  someone_reads_ = false;
  return std::exchange(queue_, {});
}

absl::Status SqliteStore::Writer::RunTransaction(std::deque<Operation>& batch) {
  absl::Status status = database_.Begin();
  if (!status.ok()) return status;
  size_t writes = 0;
  for (Operation& operation : batch) {
    operation.status = operation.perform(database_);
    // What cannot be read is nobody else's trouble.
    if (operation.reads_only) continue;
    ++writes;
    status = operation.status;
    if (!status.ok()) break;
  }
  if (status.ok()) status = database_.Commit();
  if (status.ok()) {
    transactions_.fetch_add(1, std::memory_order_relaxed);
    if (writes > 0) pause_until_ = Clock::now() + pace_.PauseAfter(writes);
  } else {
    database_.RollBack();
  }
  return status;
}

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path,
                                                               Executor executor, LogSink log,
                                                               SqliteStoreOptions options) {
  auto writer = std::make_unique<Writer>(std::move(executor), std::move(log), options);
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
  writer_->ReadInto<StoredDocument>(
      [document = std::move(document)](SqliteLog& log) { return log.Load(document); },
      std::move(done));
}

StorePosition SqliteStore::Append(std::string document, StoreUpdate update, Done done) {
  const StorePosition position = writer_->NextPosition();
  writer_->Write([document = std::move(document), update = std::move(update),
                  position](SqliteLog& log) { return log.Append(document, position, update); },
                 std::move(done));
  return position;
}

void SqliteStore::Compact(std::string document, std::string state, StorePosition through,
                          Done done) {
  writer_->Write([document = std::move(document), state = std::move(state),
                  through](SqliteLog& log) { return log.Compact(document, state, through); },
                 std::move(done));
}

void SqliteStore::Delete(std::string document, Done done) {
  writer_->Write([document = std::move(document)](SqliteLog& log) { return log.Delete(document); },
                 std::move(done));
}

void SqliteStore::List(std::string after, size_t limit, ListDone done) {
  writer_->ReadInto<std::vector<std::string>>(
      [after = std::move(after), limit](SqliteLog& log) { return log.List(after, limit); },
      std::move(done));
}

void SqliteStore::History(std::string document, HistoryDone done) {
  writer_->ReadInto<std::vector<HistoryEntry>>(
      [document = std::move(document)](SqliteLog& log) { return log.History(document); },
      std::move(done));
}

void SqliteStore::LoadThrough(std::string document, StorePosition through, LoadDone done) {
  writer_->ReadInto<StoredDocument>(
      [document = std::move(document), through](SqliteLog& log) {
        return log.LoadThrough(document, through);
      },
      std::move(done));
}

uint64_t SqliteStore::transactions() const { return writer_->transactions(); }

}  // namespace ypp::transport
