#include "plugin/local_copy.h"

#include <utility>
#include <vector>

namespace ypp::plugin {

LocalCopy::LocalCopy(Doc& doc, const std::string& directory, const std::string& document,
                     const LocalStoreSettings& settings)
    : doc_(doc), wanted_(!directory.empty()) {
  if (!wanted_) return;
  read_status_ = Read(directory, document, settings);
  if (writer_ != nullptr) {
    subscription_ = doc_.OnUpdate([this](const UpdateEvent& event) { Write(event); });
  }
}

absl::Status LocalCopy::Read(const std::string& directory, const std::string& document,
                             const LocalStoreSettings& settings) {
  absl::StatusOr<std::unique_ptr<LocalStore>> store =
      LocalStore::Open(directory, document, settings);
  if (!store.ok()) return store.status();
  const absl::StatusOr<std::vector<std::string>> updates = (*store)->Load();
  if (!updates.ok()) return updates.status();
  for (const std::string& update : *updates) {
    if (absl::Status status = doc_.ApplyUpdate(update); !status.ok()) {
      return absl::DataLossError(kDamagedStoreMessage);
    }
  }
  // What waits for missing parts is not in the state.
  if (updates->size() >= kLocalStoreTrimUpdates && doc_.GetPending().size_bytes == 0) {
    absl::Status status = (*store)->Replace(doc_.EncodeUpdate(), doc_.GetStateVector().Encode());
    if (!status.ok()) return status;
  }
  empty_ = updates->empty();
  writer_ = std::make_unique<LocalWriter>(*std::move(store));
  return absl::OkStatus();
}

absl::Status LocalCopy::status() const {
  return writer_ != nullptr ? writer_->status() : read_status_;
}

void LocalCopy::Wait() const {
  if (writer_ != nullptr) writer_->Wait();
}

void LocalCopy::WhenWritten(std::function<void()> done) const {
  if (writer_ == nullptr) return done();
  writer_->WhenWritten(std::move(done));
}

void LocalCopy::OnFailure(std::function<void(const absl::Status&)> callback) {
  if (writer_ != nullptr) writer_->OnFailure(std::move(callback));
}

void LocalCopy::Write(const UpdateEvent& event) {
  std::string state_vector;
  if (std::exchange(empty_, false)) state_vector = doc_.GetStateVector().Encode();
  writer_->Write(std::string(event.update), std::move(state_vector), /*durable=*/event.local);
}

}  // namespace ypp::plugin
