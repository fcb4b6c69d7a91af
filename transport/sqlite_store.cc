#include "transport/sqlite_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
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
#include "transport/sqlite_operations.h"

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
    wake_->notify_one();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Open(const std::string& path);

  void Push(SqliteOperation operation) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (operation.reads_only) someone_reads_ = true;
      queue_.push_back(std::move(operation));
      if (pausing_ && !someone_reads_) return;
      if (std::exchange(waking_, true)) return;
    }
    // By way of the executor, so that what is asked for together wakes the thread once.
    executor_([wake = wake_] { wake->notify_one(); });
  }
  // The largest position ever given before it was opened.
  StorePosition last_position() const { return last_position_; }
  uint64_t transactions() const { return transactions_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  // What is to be done together, once it is time; empty at the end.
  std::deque<SqliteOperation> NextBatch();
  void NoteTransaction(const std::deque<SqliteOperation>& batch);

  Executor executor_;
  LogSink log_;
  const CommitPace pace_;
  FileLock file_lock_;
  SqliteLog database_;
  StorePosition last_position_ = 0;
  std::atomic<uint64_t> transactions_{0};
  Clock::time_point pause_until_;  // the writing thread's

  std::mutex mutex_;
  const std::shared_ptr<std::condition_variable> wake_ =
      std::make_shared<std::condition_variable>();
  std::deque<SqliteOperation> queue_;
  bool someone_reads_ = false;  // of those in the queue
  bool pausing_ = false;
  bool waking_ = false;  // it has been seen to since the thread last began to wait
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
    const auto batch = std::make_shared<std::deque<SqliteOperation>>(NextBatch());
    if (batch->empty()) return;
    const absl::Status status = RunTransaction(database_, *batch);
    if (status.ok()) {
      NoteTransaction(*batch);
    } else {
      log_(LogLevel::kError, absl::StrCat("storage: ", status.message()));
    }
    executor_([batch] {
      for (SqliteOperation& operation : *batch) operation.complete(operation.status);
    });
  }
}

std::deque<SqliteOperation> SqliteStore::Writer::NextBatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  pausing_ = true;
  waking_ = false;  // who was to be woken is here: what comes from now on has to do it again
  wake_->wait_until(lock, pause_until_, [this] { return stopping_ || someone_reads_; });
  pausing_ = false;
  wake_->wait(lock, [this] { return stopping_ || !queue_.empty(); });
  someone_reads_ = false;
  return std::exchange(queue_, {});
}

void SqliteStore::Writer::NoteTransaction(const std::deque<SqliteOperation>& batch) {
  transactions_.fetch_add(1, std::memory_order_relaxed);
  const auto writes = static_cast<size_t>(
      std::count_if(batch.begin(), batch.end(),
                    [](const SqliteOperation& operation) { return !operation.reads_only; }));
  if (writes > 0) pause_until_ = Clock::now() + pace_.PauseAfter(writes);
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

SqliteStore::SqliteStore(std::unique_ptr<Writer> writer)
    : SqliteOperations(writer->last_position()), writer_(std::move(writer)) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::Push(SqliteOperation operation) { writer_->Push(std::move(operation)); }

uint64_t SqliteStore::transactions() const { return writer_->transactions(); }

}  // namespace ypp::transport
