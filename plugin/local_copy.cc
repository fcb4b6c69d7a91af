#include "plugin/local_copy.h"

#include <utility>
#include <vector>

namespace ypp::plugin {

LocalCopy::LocalCopy(Doc& doc, const std::string& directory, const std::string& document)
    : doc_(doc), wanted_(!directory.empty()) {
  if (!wanted_) return;
  if (absl::Status status = Read(directory, document); !status.ok()) {
    Fail(std::move(status));
  } else {
    subscription_ = doc_.OnUpdate([this](const UpdateEvent& event) { Write(event); });
  }
}

absl::Status LocalCopy::Read(const std::string& directory, const std::string& document) {
  absl::StatusOr<std::unique_ptr<LocalStore>> store = LocalStore::Open(directory, document);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  const absl::StatusOr<std::vector<std::string>> updates = store_->Load();
  if (!updates.ok()) return updates.status();
  for (const std::string& update : *updates) {
    if (absl::Status status = doc_.ApplyUpdate(update); !status.ok()) {
      return absl::DataLossError("the local store holds an update that cannot be read");
    }
  }
  // What waits for missing parts is not in the state.
  if (updates->size() < kLocalStoreTrimUpdates || doc_.GetPending().size_bytes > 0) {
    return absl::OkStatus();
  }
  return store_->Replace(doc_.EncodeUpdate(), doc_.GetStateVector().Encode());
}

absl::Status LocalCopy::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void LocalCopy::Write(const UpdateEvent& event) {
  if (store_ == nullptr) return;
  absl::Status status =
      store_->Append(event.update, doc_.GetStateVector().Encode(), /*durable=*/event.local);
  if (!status.ok()) Fail(std::move(status));
}

void LocalCopy::Fail(absl::Status status) {
  store_.reset();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_ = std::move(status);
  }
  if (on_failure_) on_failure_();
}

}  // namespace ypp::plugin
