// The tables of the SQLite store and what is done with them, one call per operation. PROTOCOL.md,
// "Documents and storage". Transactions are the caller's.
//
// Thread-compatible: the store's writer owns it.
#ifndef YPP_TRANSPORT_SQLITE_LOG_H_
#define YPP_TRANSPORT_SQLITE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/sqlite_database.h"
#include "transport/store.h"

namespace ypp::transport {

class SqliteLog {
 public:
  explicit SqliteLog(int64_t history_retention_ms) : retention_ms_(history_retention_ms) {}

  // Opens or creates the file, and brings older tables up to date.
  absl::Status Open(const std::string& path);
  // The largest position ever given.
  absl::StatusOr<StorePosition> LastPosition();

  absl::StatusOr<StoredDocument> Load(const std::string& document);
  absl::Status Append(const std::string& document, StorePosition position,
                      const StoreUpdate& update);
  absl::Status Compact(const std::string& document, const std::string& state,
                       StorePosition through);
  absl::Status Delete(const std::string& document);
  absl::StatusOr<std::vector<std::string>> List(const std::string& after, size_t limit);
  absl::StatusOr<std::vector<HistoryEntry>> History(const std::string& document);
  absl::StatusOr<StoredDocument> LoadThrough(const std::string& document, StorePosition through);

  absl::Status Begin() { return db_.Execute("BEGIN IMMEDIATE"); }
  absl::Status Commit() { return db_.Execute("COMMIT"); }
  void RollBack();

 private:
  // A snapshot or a history base.
  struct State {
    bool exists = false;
    std::string bytes;
    StorePosition through = 0;
  };

  absl::Status CheckOwner();
  absl::Status SetUp();
  absl::Status PrepareStatements();
  // 0 when there is none and none is to be made.
  absl::StatusOr<int64_t> DocumentId(const std::string& name, bool create);
  absl::StatusOr<State> ReadState(SqliteStatement& statement, int64_t id);
  // Adds the updates of (after, through] to `loaded`.
  absl::Status ReadUpdates(int64_t id, StorePosition after, StorePosition through,
                           StoredDocument* loaded);
  // Before a snapshot through there is put: lets go of what is too old to be told apart.
  absl::Status TrimHistory(int64_t id, const State& snapshot, StorePosition through);
  absl::Status DropHistory(int64_t id, StorePosition through);

  const int64_t retention_ms_;
  SqliteDatabase db_;
  SqliteStatement find_document_, add_document_, remove_document_, list_documents_;
  SqliteStatement read_snapshot_, put_snapshot_, remove_snapshot_;
  SqliteStatement read_base_, put_base_, remove_base_;
  SqliteStatement read_updates_, read_entries_, add_update_, remove_updates_, last_old_update_;
  // Ids of documents that were written to, so that an append is one statement.
  absl::flat_hash_map<std::string, int64_t> document_ids_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SQLITE_LOG_H_
