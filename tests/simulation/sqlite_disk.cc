#include "tests/simulation/sqlite_disk.h"

#include <utility>

#include "codec/check.h"
#include "transport/sqlite_log.h"

namespace ypp::simulation {

using transport::FaultyDisk;
using transport::SqliteLog;
using transport::SqliteOperation;
using transport::Store;

namespace {

constexpr char kPath[] = "/documents.db";
// What a transaction of a few updates asks of the system.
constexpr int kCallsOfTransaction = 40;

}  // namespace

class SqliteDiskStore : public transport::SqliteOperations {
 public:
  SqliteDiskStore(SqliteDisk* disk, transport::StorePosition last_position)
      : SqliteOperations(last_position), disk_(disk) {}

 private:
  void Push(SqliteOperation operation) override { disk_->Add(std::move(operation)); }

  SqliteDisk* disk_;
};

std::unique_ptr<Store> SqliteDisk::Open(Store::Executor executor) {
  auto log = std::make_unique<SqliteLog>(/*history_retention_ms=*/0);
  const absl::Status opened = log->Open(kPath);
  const absl::StatusOr<transport::StorePosition> last =
      opened.ok() ? log->LastPosition() : absl::StatusOr<transport::StorePosition>(opened);
  if (!last.ok()) {
    ++(absl::IsResourceExhausted(last.status()) ? events_.full : events_.failures);
    return nullptr;
  }
  log_ = std::move(log);
  executor_ = std::move(executor);
  return std::make_unique<SqliteDiskStore>(this, *last);
}

void SqliteDisk::SetFull(bool full) {
  calls_.SetCapacity(full ? calls_.used_bytes() + chance_->Below(8'192) : SIZE_MAX);
}

void SqliteDisk::Add(SqliteOperation operation) {
  waiting_.push_back(std::move(operation));
  if (std::exchange(syncing_, true)) return;
  clock_->After(chance_->Between(1, 30), [this, generation = generation_] { Sync(generation); });
}

void SqliteDisk::FailSomeCall() {
  constexpr FaultyDisk::Call kCalls[] = {FaultyDisk::kRead, FaultyDisk::kWrite, FaultyDisk::kSync};
  const FaultyDisk::Call call = kCalls[chance_->Below(std::size(kCalls))];
  calls_.FailOnce(call, call == FaultyDisk::kSync ? 1 : static_cast<int>(chance_->Between(1, 4)));
}

void SqliteDisk::Sync(uint64_t generation) {
  if (generation != generation_) return;
  syncing_ = false;
  const auto operations =
      std::make_shared<std::deque<SqliteOperation>>(std::exchange(waiting_, {}));
  if (chance_->Percent(fault_percent_)) FailSomeCall();
  const absl::Status status = RunTransaction(*log_, *operations);
  for (int call = 0; call < FaultyDisk::kCallKinds; ++call) {
    calls_.FailOnce(static_cast<FaultyDisk::Call>(call), 0);
  }
  if (!status.ok()) ++(absl::IsResourceExhausted(status) ? events_.full : events_.failures);
  executor_([operations] {
    for (const SqliteOperation& operation : *operations) operation.complete(operation.status);
  });
}

void SqliteDisk::PowerCut() {
  ++generation_;
  syncing_ = false;
  std::deque<SqliteOperation> operations = std::exchange(waiting_, {});
  if (log_ != nullptr) {
    calls_.LosePowerAfter(static_cast<int>(chance_->Below(kCallsOfTransaction)));
    if (!operations.empty()) (void)RunTransaction(*log_, operations);
    calls_.LosePowerAfter(0);
    log_ = nullptr;
  }
  calls_.PowerOn(chance_->Bits());
  events_.torn_writes = calls_.torn_writes();
}

std::vector<std::string> SqliteDisk::Synced(const std::string& document) {
  const auto read = [&document](SqliteLog& log) {
    const absl::StatusOr<transport::StoredDocument> stored = log.Load(document);
    YPP_CHECK(stored.ok());
    return stored->updates;
  };
  if (log_ != nullptr) return read(*log_);
  // To open is to write a little.
  const size_t capacity = calls_.capacity();
  calls_.SetCapacity(SIZE_MAX);
  std::vector<std::string> updates;
  {
    SqliteLog log(/*history_retention_ms=*/0);
    YPP_CHECK(log.Open(kPath).ok());
    updates = read(log);
  }
  calls_.SetCapacity(capacity);
  return updates;
}

}  // namespace ypp::simulation
