#include "transport/memory_store.h"

#include <memory>

namespace ypp::transport {

void MemoryStore::Load(std::string document, LoadDone done) {
  StoredDocument loaded;
  const auto it = documents_.find(document);
  if (it != documents_.end()) {
    const Document& stored = it->second;
    if (stored.snapshot_through > 0) loaded.updates.push_back(stored.snapshot);
    loaded.snapshot_bytes = stored.snapshot.size();
    loaded.position = stored.snapshot_through;
    for (const auto& [position, update] : stored.log) {
      loaded.updates.push_back(update);
      loaded.log_bytes += update.size();
      ++loaded.log_updates;
      loaded.position = position;
    }
  }
  // A task must be copyable; the document need not be copied with it.
  auto shared = std::make_shared<StoredDocument>(std::move(loaded));
  executor_([shared, done = std::move(done)] { done(std::move(*shared)); });
}

StorePosition MemoryStore::Append(std::string document, std::string update, Done done) {
  documents_[document].log.emplace_back(++last_position_, std::move(update));
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
  return last_position_;
}

void MemoryStore::Compact(std::string document, std::string state, StorePosition through,
                          Done done) {
  Document& stored = documents_[document];
  stored.snapshot = std::move(state);
  stored.snapshot_through = through;
  while (!stored.log.empty() && stored.log.front().first <= through) stored.log.pop_front();
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
}

void MemoryStore::Delete(std::string document, Done done) {
  documents_.erase(document);
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
}

}  // namespace ypp::transport
