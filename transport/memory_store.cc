#include "transport/memory_store.h"

#include <chrono>
#include <cstdint>
#include <memory>

namespace ypp::transport {
namespace {

int64_t WallClockMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

StoredDocument MemoryStore::Gather(const Document& stored, StorePosition through) const {
  StoredDocument loaded;
  if (stored.snapshot_through > 0) loaded.updates.push_back(stored.snapshot);
  loaded.snapshot_bytes = stored.snapshot.size();
  loaded.position = stored.snapshot_through;
  for (const LoggedUpdate& update : stored.log) {
    if (update.entry.position > through) break;
    loaded.updates.push_back(update.bytes);
    loaded.log_bytes += update.bytes.size();
    ++loaded.log_updates;
    loaded.position = update.entry.position;
  }
  return loaded;
}

void MemoryStore::Load(std::string document, LoadDone done) {
  LoadThrough(std::move(document), UINT64_MAX, std::move(done));
}

void MemoryStore::LoadThrough(std::string document, StorePosition through, LoadDone done) {
  const auto it = documents_.find(document);
  auto result = std::make_shared<absl::StatusOr<StoredDocument>>(StoredDocument{});
  if (it != documents_.end() && it->second.snapshot_through > through) {
    *result = absl::NotFoundError("the history does not go back so far");
  } else if (it != documents_.end()) {
    *result = Gather(it->second, through);
  }
  // A task must be copyable; the document need not be copied with it.
  executor_([result, done = std::move(done)] { done(std::move(*result)); });
}

StorePosition MemoryStore::Append(std::string document, StoreUpdate update, Done done) {
  LoggedUpdate logged;
  logged.entry.position = ++last_position_;
  logged.entry.time_ms = WallClockMs();
  logged.entry.origin = std::move(update.origin);
  logged.entry.size_bytes = update.bytes.size();
  logged.bytes = std::move(update.bytes);
  documents_[document].log.push_back(std::move(logged));
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
  return last_position_;
}

void MemoryStore::Compact(std::string document, std::string state, StorePosition through,
                          Done done) {
  Document& stored = documents_[document];
  stored.snapshot = std::move(state);
  stored.snapshot_through = through;
  while (!stored.log.empty() && stored.log.front().entry.position <= through) {
    stored.log.pop_front();
  }
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
}

void MemoryStore::Delete(std::string document, Done done) {
  documents_.erase(document);
  executor_([done = std::move(done)] { done(absl::OkStatus()); });
}

void MemoryStore::List(std::string after, size_t limit, ListDone done) {
  std::vector<std::string> names;
  for (auto it = documents_.upper_bound(after); it != documents_.end() && names.size() < limit;
       ++it) {
    names.push_back(it->first);
  }
  executor_([names = std::move(names), done = std::move(done)] { done(names); });
}

void MemoryStore::History(std::string document, HistoryDone done) {
  std::vector<HistoryEntry> entries;
  const auto it = documents_.find(document);
  if (it != documents_.end()) {
    for (const LoggedUpdate& update : it->second.log) entries.push_back(update.entry);
  }
  executor_([entries = std::move(entries), done = std::move(done)] { done(entries); });
}

}  // namespace ypp::transport
