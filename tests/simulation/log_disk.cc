#include "tests/simulation/log_disk.h"

#include <algorithm>
#include <utility>

namespace ypp::simulation {

using transport::HistoryEntry;
using transport::Store;
using transport::StoredDocument;
using transport::StorePosition;
using transport::StoreUpdate;

class LogDiskStore : public Store {
 public:
  LogDiskStore(LogDisk* disk, Executor executor) : disk_(disk), executor_(std::move(executor)) {}

  void Load(std::string document, LoadDone done) override {
    Read(std::move(document), UINT64_MAX, std::move(done));
  }
  void LoadThrough(std::string document, StorePosition through, LoadDone done) override {
    Read(std::move(document), through, std::move(done));
  }

  StorePosition Append(std::string document, StoreUpdate update, Done done) override {
    const StorePosition position = ++disk_->last_position_;
    disk_->Add({[document, position, update](LogDisk::Documents& documents) {
                  documents[document].log.push_back({position, update.bytes, update.origin});
                },
                Told(std::move(done))});
    return position;
  }

  void Compact(std::string document, std::string state, StorePosition through, Done done) override {
    disk_->Add({[document, state, through](LogDisk::Documents& documents) {
                  LogDisk::Document& stored = documents[document];
                  stored.snapshot = state;
                  stored.snapshot_through = through;
                  while (!stored.log.empty() && stored.log.front().position <= through)
                    stored.log.pop_front();
                },
                Told(std::move(done))});
  }

  void Delete(std::string document, Done done) override {
    disk_->Add({[document](LogDisk::Documents& documents) { documents.erase(document); },
                Told(std::move(done))});
  }

  void List(std::string, size_t, ListDone done) override {
    executor_([done] { done(std::vector<std::string>()); });
  }
  void History(std::string, HistoryDone done) override {
    executor_([done] { done(std::vector<HistoryEntry>()); });
  }

 private:
  std::function<void(absl::Status)> Told(Done done) {
    return [executor = executor_, done = std::move(done)](absl::Status status) {
      executor([done, status] { done(status); });
    };
  }

  void Read(std::string document, StorePosition through, LoadDone done) {
    const auto loaded = std::make_shared<StoredDocument>();
    disk_->Add({[document, through, loaded](LogDisk::Documents& documents) {
                  const auto it = documents.find(document);
                  if (it == documents.end()) return;
                  const LogDisk::Document& stored = it->second;
                  if (stored.snapshot_through > 0) loaded->updates.push_back(stored.snapshot);
                  loaded->snapshot_bytes = stored.snapshot.size();
                  loaded->position = stored.snapshot_through;
                  for (const LogDisk::Logged& logged : stored.log) {
                    if (logged.position > through) break;
                    loaded->updates.push_back(logged.bytes);
                    loaded->log_bytes += logged.bytes.size();
                    ++loaded->log_updates;
                    loaded->position = logged.position;
                  }
                },
                [executor = executor_, loaded, done = std::move(done)](absl::Status status) {
                  executor([loaded, done, status] {
                    done(status.ok() ? absl::StatusOr<StoredDocument>(*loaded) : status);
                  });
                },
                false});
  }

  LogDisk* disk_;
  Executor executor_;
};

std::unique_ptr<Store> LogDisk::Open(Store::Executor executor) {
  return std::make_unique<LogDiskStore>(this, std::move(executor));
}

void LogDisk::Add(Operation operation) {
  unsynced_.push_back(std::move(operation));
  if (std::exchange(syncing_, true)) return;
  clock_->After(chance_->Between(1, 30), [this, generation = generation_] { Sync(generation); });
}

absl::Status LogDisk::Fate() {
  if (chance_->Percent(fault_percent_)) return absl::UnavailableError("the disk failed");
  if (full_) return absl::ResourceExhaustedError("the disk is full");
  return absl::OkStatus();
}

// Like a transaction: all of it or nothing, and whoever asked is told.
void LogDisk::Sync(uint64_t generation) {
  if (generation != generation_) return;
  syncing_ = false;
  const std::vector<Operation> operations = std::exchange(unsynced_, {});
  const bool writes = std::any_of(operations.begin(), operations.end(),
                                  [](const Operation& operation) { return operation.writes; });
  absl::Status fate = Fate();
  if (absl::IsUnavailable(fate)) ++events_.failures;
  if (absl::IsResourceExhausted(fate) && !writes) fate = absl::OkStatus();
  if (absl::IsResourceExhausted(fate)) ++events_.full;
  for (const Operation& operation : operations) {
    if (fate.ok() || !operation.writes) operation.apply(documents_);
    operation.done(fate);
  }
}

void LogDisk::PowerCut() {
  ++generation_;
  syncing_ = false;
  const std::vector<Operation> operations = std::exchange(unsynced_, {});
  const size_t kept = chance_->Below(operations.size() + 1);
  for (size_t i = 0; i < kept; ++i) operations[i].apply(documents_);
}

std::vector<std::string> LogDisk::Synced(const std::string& document) {
  std::vector<std::string> updates;
  const auto it = documents_.find(document);
  if (it == documents_.end()) return updates;
  if (it->second.snapshot_through > 0) updates.push_back(it->second.snapshot);
  for (const Logged& logged : it->second.log) updates.push_back(logged.bytes);
  return updates;
}

}  // namespace ypp::simulation
