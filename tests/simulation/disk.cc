#include "tests/simulation/disk.h"

#include <utility>

namespace ypp::simulation {

using transport::HistoryEntry;
using transport::Store;
using transport::StoredDocument;
using transport::StorePosition;
using transport::StoreUpdate;

class DiskStore : public Store {
 public:
  DiskStore(Disk* disk, Executor executor) : disk_(disk), executor_(std::move(executor)) {}

  void Load(std::string document, LoadDone done) override {
    Read(std::move(document), UINT64_MAX, std::move(done));
  }
  void LoadThrough(std::string document, StorePosition through, LoadDone done) override {
    Read(std::move(document), through, std::move(done));
  }

  StorePosition Append(std::string document, StoreUpdate update, Done done) override {
    const StorePosition position = ++disk_->last_position_;
    disk_->Add({[document, position, update](Disk::Documents& documents) {
                  documents[document].log.push_back({position, update.bytes, update.origin});
                },
                Told(std::move(done))});
    return position;
  }

  void Compact(std::string document, std::string state, StorePosition through, Done done) override {
    disk_->Add({[document, state, through](Disk::Documents& documents) {
                  Disk::Document& stored = documents[document];
                  stored.snapshot = state;
                  stored.snapshot_through = through;
                  while (!stored.log.empty() && stored.log.front().position <= through)
                    stored.log.pop_front();
                },
                Told(std::move(done))});
  }

  void Delete(std::string document, Done done) override {
    disk_->Add({[document](Disk::Documents& documents) { documents.erase(document); },
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
    disk_->Add({[document, through, loaded](Disk::Documents& documents) {
                  const auto it = documents.find(document);
                  if (it == documents.end()) return;
                  const Disk::Document& stored = it->second;
                  if (stored.snapshot_through > 0) loaded->updates.push_back(stored.snapshot);
                  loaded->snapshot_bytes = stored.snapshot.size();
                  loaded->position = stored.snapshot_through;
                  for (const Disk::Logged& logged : stored.log) {
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

  Disk* disk_;
  Executor executor_;
};

std::unique_ptr<Store> Disk::Open(Store::Executor executor) {
  return std::make_unique<DiskStore>(this, std::move(executor));
}

void Disk::Add(Operation operation) {
  unsynced_.push_back(std::move(operation));
  if (std::exchange(syncing_, true)) return;
  clock_->After(chance_->Between(1, 30), [this, generation = generation_] { Sync(generation); });
}

// Like a transaction: all of it or nothing, and whoever asked is told.
void Disk::Sync(uint64_t generation) {
  if (generation != generation_) return;
  syncing_ = false;
  const std::vector<Operation> operations = std::exchange(unsynced_, {});
  const bool fails = chance_->Percent(fault_percent_);
  if (fails) ++failed_syncs_;
  for (const Operation& operation : operations) {
    if (!fails || !operation.writes) operation.apply(documents_);
    operation.done(fails ? absl::UnavailableError("the disk failed") : absl::OkStatus());
  }
}

void Disk::PowerCut() {
  ++generation_;
  syncing_ = false;
  const std::vector<Operation> operations = std::exchange(unsynced_, {});
  const size_t kept = chance_->Below(operations.size() + 1);
  for (size_t i = 0; i < kept; ++i) operations[i].apply(documents_);
}

std::vector<std::string> Disk::Synced(const std::string& document) const {
  std::vector<std::string> updates;
  const auto it = documents_.find(document);
  if (it == documents_.end()) return updates;
  if (it->second.snapshot_through > 0) updates.push_back(it->second.snapshot);
  for (const Logged& logged : it->second.log) updates.push_back(logged.bytes);
  return updates;
}

}  // namespace ypp::simulation
