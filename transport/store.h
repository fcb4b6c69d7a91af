// Where documents are kept: for each one a log of V1 updates, and a snapshot that stands for the
// log's beginning.
//
// 1. Operations on one store take effect in the order in which they were asked for. A Load sees
//    every Append before it.
// 2. `done` runs on the executor the store was made with, never inside the call, and in the order
//    of 1. An Append whose `done` got OK survives the death of the process and of the machine.
// 3. Every update of the log has a position, ascending in the order of Append over all documents.
//    Compact replaces the log up to a position and nothing behind it; whoever calls it says that
//    the state holds everything up to there.
// 4. After an Append has failed the store may or may not hold its update; it never holds a part of
//    it.
//
// Calls come from one thread at a time.
#ifndef YPP_TRANSPORT_STORE_H_
#define YPP_TRANSPORT_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ypp::transport {

using StorePosition = uint64_t;

// An update on its way into the log. `origin`: who made it, for the history; may be empty.
struct StoreUpdate {
  StoreUpdate(std::string bytes, std::string origin = {})
      : bytes(std::move(bytes)), origin(std::move(origin)) {}
  StoreUpdate(const char* bytes) : bytes(bytes) {}

  std::string bytes;
  std::string origin;
};

// One update of the history, without its bytes.
struct HistoryEntry {
  StorePosition position = 0;
  int64_t time_ms = 0;  // since 1970
  std::string origin;
  size_t size_bytes = 0;
};

struct StoredDocument {
  // The snapshot, if there is one, then the log, oldest first. Empty for a document never stored.
  std::vector<std::string> updates;
  // Of the newest update in it; 0 when there is none.
  StorePosition position = 0;
  size_t snapshot_bytes = 0;
  size_t log_bytes = 0;
  size_t log_updates = 0;
};

class Store {
 public:
  // Runs tasks one after another in the order given. Called from any thread.
  using Executor = std::function<void(std::function<void()> task)>;
  using Done = std::function<void(absl::Status status)>;
  using LoadDone = std::function<void(absl::StatusOr<StoredDocument> loaded)>;
  using ListDone = std::function<void(absl::StatusOr<std::vector<std::string>> names)>;
  using HistoryDone = std::function<void(absl::StatusOr<std::vector<HistoryEntry>> entries)>;

  // Whatever was asked for is done before it ends; the last completions may then never run.
  virtual ~Store() = default;

  virtual void Load(std::string document, LoadDone done) = 0;
  virtual StorePosition Append(std::string document, StoreUpdate update, Done done) = 0;
  // `state` from now on stands for everything of the document up to `through`.
  virtual void Compact(std::string document, std::string state, StorePosition through,
                       Done done) = 0;
  // Forgets the document, its history too.
  virtual void Delete(std::string document, Done done) = 0;

  // Names of stored documents after `after`, in the order of their bytes, at most `limit`.
  virtual void List(std::string after, size_t limit, ListDone done) = 0;
  // Updates that are still told apart, oldest first: those not compacted, and those that the store
  // keeps as history.
  virtual void History(std::string document, HistoryDone done) = 0;
  // As the document was after the update at that position. NotFound when that is no longer known.
  virtual void LoadThrough(std::string document, StorePosition through, LoadDone done) = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_STORE_H_
