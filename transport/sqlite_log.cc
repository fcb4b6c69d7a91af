#include "transport/sqlite_log.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/update_algebra.h"

namespace ypp::transport {
namespace {

// "yppR": tells the file apart from other programs' databases.
constexpr int64_t kApplicationId = 0x79707052;
// 2 has origins and the history's bases.
constexpr int64_t kSchemaVersion = 2;

constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS updates (
    position INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (id),
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    origin TEXT NOT NULL DEFAULT ''
  );
  CREATE INDEX IF NOT EXISTS updates_by_document ON updates (document, position);
  CREATE TABLE IF NOT EXISTS snapshots (
    document INTEGER PRIMARY KEY REFERENCES documents (id),
    through INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS history_bases (
    document INTEGER PRIMARY KEY REFERENCES documents (id),
    through INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
)sql";

int64_t WallClockMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

int64_t Sql(StorePosition position) {
  return position > INT64_MAX ? INT64_MAX : static_cast<int64_t>(position);
}

}  // namespace

absl::Status SqliteLog::Open(const std::string& path) {
  if (absl::Status status = db_.Open(path); !status.ok()) return status;
  if (absl::Status status = CheckOwner(); !status.ok()) return status;
  // Another program may be reading it, for a backup say; it holds a lock for moments only.
  for (const char* sql : {"PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL",
                          "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 67108864"}) {
    if (absl::Status status = db_.Execute(sql); !status.ok()) return status;
  }
  if (absl::Status status = SetUp(); !status.ok()) return status;
  return PrepareStatements();
}

absl::Status SqliteLog::CheckOwner() {
  const absl::StatusOr<int64_t> tables = db_.QueryInteger("SELECT count(*) FROM sqlite_master");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return absl::OkStatus();
  const absl::StatusOr<int64_t> owner = db_.QueryInteger("PRAGMA application_id");
  if (!owner.ok()) return owner.status();
  if (*owner != kApplicationId) {
    return absl::FailedPreconditionError("it is a database of another program");
  }
  const absl::StatusOr<int64_t> version = db_.QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > kSchemaVersion) {
    return absl::FailedPreconditionError("it was written by a newer version of this program");
  }
  return absl::OkStatus();
}

absl::Status SqliteLog::SetUp() {
  const absl::StatusOr<int64_t> version = db_.QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const char* const upgrade =
      *version == 1 ? "ALTER TABLE updates ADD COLUMN origin TEXT NOT NULL DEFAULT '';" : "";
  // Writes even when the tables are there, so that a file that cannot be written is noticed now.
  const std::string set_up =
      absl::StrCat("BEGIN IMMEDIATE;", upgrade, kSchema, "PRAGMA application_id = ", kApplicationId,
                   ";PRAGMA user_version = ", kSchemaVersion, ";COMMIT;");
  return db_.Execute(set_up.c_str());
}

absl::StatusOr<StorePosition> SqliteLog::LastPosition() {
  const absl::StatusOr<int64_t> last = db_.QueryInteger(
      "SELECT max(coalesce((SELECT max(position) FROM updates), 0),"
      " coalesce((SELECT max(through) FROM snapshots), 0))");
  if (!last.ok()) return last.status();
  return static_cast<StorePosition>(*last);
}

absl::Status SqliteLog::PrepareStatements() {
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&find_document_, "SELECT id FROM documents WHERE name = ?1"},
      {&add_document_, "INSERT INTO documents (name) VALUES (?1)"},
      {&remove_document_, "DELETE FROM documents WHERE id = ?1"},
      {&list_documents_, "SELECT name FROM documents WHERE name > ?1 ORDER BY name LIMIT ?2"},
      {&read_snapshot_, "SELECT bytes, through FROM snapshots WHERE document = ?1"},
      {&put_snapshot_,
       "INSERT INTO snapshots (document, through, time_ms, bytes) VALUES (?1, ?2, ?3, ?4)"
       " ON CONFLICT (document) DO UPDATE SET through = ?2, time_ms = ?3, bytes = ?4"},
      {&remove_snapshot_, "DELETE FROM snapshots WHERE document = ?1"},
      {&read_base_, "SELECT bytes, through FROM history_bases WHERE document = ?1"},
      {&put_base_,
       "INSERT INTO history_bases (document, through, time_ms, bytes) VALUES (?1, ?2, ?3, ?4)"
       " ON CONFLICT (document) DO UPDATE SET through = ?2, time_ms = ?3, bytes = ?4"},
      {&remove_base_, "DELETE FROM history_bases WHERE document = ?1"},
      {&read_updates_,
       "SELECT bytes, position FROM updates WHERE document = ?1 AND position > ?2"
       " AND position <= ?3 ORDER BY position"},
      {&read_entries_,
       "SELECT position, time_ms, origin, length(bytes) FROM updates WHERE document = ?1"
       " ORDER BY position"},
      {&add_update_,
       "INSERT INTO updates (position, document, time_ms, bytes, origin)"
       " VALUES (?1, ?2, ?3, ?4, ?5)"},
      {&remove_updates_, "DELETE FROM updates WHERE document = ?1 AND position <= ?2"},
      {&last_old_update_,
       "SELECT max(position) FROM updates WHERE document = ?1 AND position <= ?2"
       " AND time_ms < ?3"},
  };
  for (const auto& [statement, sql] : statements) {
    if (absl::Status status = statement->Prepare(db_, sql); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void SqliteLog::RollBack() {
  document_ids_.clear();  // some may be of rows that are now undone
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(db_.handle()) == 0) db_.Execute("ROLLBACK").IgnoreError();
}

absl::StatusOr<int64_t> SqliteLog::DocumentId(const std::string& name, bool create) {
  constexpr size_t kMaxCachedIds = 100'000;  // some 20 MB of names
  const auto cached = document_ids_.find(name);
  if (cached != document_ids_.end()) return cached->second;
  find_document_.BindText(1, name);
  const absl::StatusOr<bool> row = find_document_.Step();
  int64_t id = row.ok() && *row ? find_document_.Integer(0) : 0;
  find_document_.Reset();
  if (!row.ok()) return row.status();
  if (id == 0) {
    if (!create) return 0;
    add_document_.BindText(1, name);
    if (absl::Status status = add_document_.Run(); !status.ok()) return status;
    id = sqlite3_last_insert_rowid(db_.handle());
  }
  if (document_ids_.size() >= kMaxCachedIds) document_ids_.clear();
  document_ids_[name] = id;
  return id;
}

absl::StatusOr<SqliteLog::State> SqliteLog::ReadState(SqliteStatement& statement, int64_t id) {
  State state;
  statement.Bind(1, id);
  const absl::StatusOr<bool> row = statement.Step();
  if (row.ok() && *row) {
    state.exists = true;
    state.bytes = statement.Bytes(0);
    state.through = static_cast<StorePosition>(statement.Integer(1));
  }
  statement.Reset();
  if (!row.ok()) return row.status();
  return state;
}

absl::Status SqliteLog::ReadUpdates(int64_t id, StorePosition after, StorePosition through,
                                    StoredDocument* loaded) {
  read_updates_.Bind(1, id);
  read_updates_.Bind(2, Sql(after));
  read_updates_.Bind(3, Sql(through));
  absl::StatusOr<bool> row = read_updates_.Step();
  for (; row.ok() && *row; row = read_updates_.Step()) {
    loaded->updates.push_back(read_updates_.Bytes(0));
    loaded->log_bytes += loaded->updates.back().size();
    ++loaded->log_updates;
    loaded->position = static_cast<StorePosition>(read_updates_.Integer(1));
  }
  read_updates_.Reset();
  return row.status();
}

absl::StatusOr<StoredDocument> SqliteLog::Load(const std::string& document) {
  StoredDocument loaded;
  const absl::StatusOr<int64_t> id = DocumentId(document, false);
  if (!id.ok()) return id.status();
  if (*id == 0) return loaded;
  absl::StatusOr<State> snapshot = ReadState(read_snapshot_, *id);
  if (!snapshot.ok()) return snapshot.status();
  if (snapshot->exists) {
    loaded.snapshot_bytes = snapshot->bytes.size();
    loaded.position = snapshot->through;
    loaded.updates.push_back(std::move(snapshot->bytes));
  }
  absl::Status status = ReadUpdates(*id, snapshot->through, UINT64_MAX, &loaded);
  if (!status.ok()) return status;
  return loaded;
}

absl::Status SqliteLog::Append(const std::string& document, StorePosition position,
                               const StoreUpdate& update) {
  const absl::StatusOr<int64_t> id = DocumentId(document, true);
  if (!id.ok()) return id.status();
  add_update_.Bind(1, Sql(position));
  add_update_.Bind(2, *id);
  add_update_.Bind(3, WallClockMs());
  add_update_.BindBytes(4, update.bytes);
  add_update_.BindText(5, update.origin);
  return add_update_.Run();
}

absl::Status SqliteLog::Compact(const std::string& document, const std::string& state,
                                StorePosition through) {
  const absl::StatusOr<int64_t> id = DocumentId(document, true);
  if (!id.ok()) return id.status();
  if (retention_ms_ > 0) {
    const absl::StatusOr<State> snapshot = ReadState(read_snapshot_, *id);
    if (!snapshot.ok()) return snapshot.status();
    if (absl::Status status = TrimHistory(*id, *snapshot, through); !status.ok()) return status;
  } else if (absl::Status status = DropHistory(*id, through); !status.ok()) {
    return status;
  }
  put_snapshot_.Bind(1, *id);
  put_snapshot_.Bind(2, Sql(through));
  put_snapshot_.Bind(3, WallClockMs());
  put_snapshot_.BindBytes(4, state);
  return put_snapshot_.Run();
}

absl::Status SqliteLog::DropHistory(int64_t id, StorePosition through) {
  remove_updates_.Bind(1, id);
  remove_updates_.Bind(2, Sql(through));
  if (absl::Status status = remove_updates_.Run(); !status.ok()) return status;
  remove_base_.Bind(1, id);
  return remove_base_.Run();
}

absl::Status SqliteLog::TrimHistory(int64_t id, const State& snapshot, StorePosition through) {
  absl::StatusOr<State> base = ReadState(read_base_, id);
  if (!base.ok()) return base.status();
  // The first history of this document begins where the last snapshot ended.
  const bool begins = !base->exists;
  if (begins) *base = snapshot;

  const int64_t now_ms = WallClockMs();
  last_old_update_.Bind(1, id);
  last_old_update_.Bind(2, Sql(through));
  last_old_update_.Bind(3, now_ms - retention_ms_);
  const absl::StatusOr<bool> row = last_old_update_.Step();
  const StorePosition old =
      row.ok() && *row ? static_cast<StorePosition>(last_old_update_.Integer(0)) : 0;
  last_old_update_.Reset();
  if (!row.ok()) return row.status();
  if (old <= base->through) {
    if (!begins) return absl::OkStatus();
  } else {
    StoredDocument gone;
    if (absl::Status status = ReadUpdates(id, base->through, old, &gone); !status.ok()) {
      return status;
    }
    std::vector<codec::Bytes> parts;
    if (base->exists) parts.push_back(codec::AsBytes(base->bytes));
    for (const std::string& update : gone.updates) parts.push_back(codec::AsBytes(update));
    absl::StatusOr<std::string> merged = MergeUpdates(parts, UpdateFormat::kV1);
    if (!merged.ok()) return absl::OkStatus();  // better to keep too much than to store nothing
    base->bytes = *std::move(merged);
    base->through = old;
    remove_updates_.Bind(1, id);
    remove_updates_.Bind(2, Sql(old));
    if (absl::Status status = remove_updates_.Run(); !status.ok()) return status;
  }
  if (base->through == 0) return absl::OkStatus();  // all of it is in the log
  put_base_.Bind(1, id);
  put_base_.Bind(2, Sql(base->through));
  put_base_.Bind(3, now_ms);
  put_base_.BindBytes(4, base->bytes);
  return put_base_.Run();
}

absl::Status SqliteLog::Delete(const std::string& document) {
  const absl::StatusOr<int64_t> id = DocumentId(document, false);
  if (!id.ok()) return id.status();
  if (*id == 0) return absl::OkStatus();
  if (absl::Status status = DropHistory(*id, UINT64_MAX); !status.ok()) return status;
  remove_snapshot_.Bind(1, *id);
  remove_document_.Bind(1, *id);
  for (SqliteStatement* statement : {&remove_snapshot_, &remove_document_}) {
    if (absl::Status status = statement->Run(); !status.ok()) return status;
  }
  document_ids_.erase(document);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> SqliteLog::List(const std::string& after, size_t limit) {
  std::vector<std::string> names;
  list_documents_.BindText(1, after);
  list_documents_.Bind(2, static_cast<int64_t>(limit));
  absl::StatusOr<bool> row = list_documents_.Step();
  for (; row.ok() && *row; row = list_documents_.Step()) names.push_back(list_documents_.Bytes(0));
  list_documents_.Reset();
  if (!row.ok()) return row.status();
  return names;
}

absl::StatusOr<std::vector<HistoryEntry>> SqliteLog::History(const std::string& document) {
  std::vector<HistoryEntry> entries;
  const absl::StatusOr<int64_t> id = DocumentId(document, false);
  if (!id.ok()) return id.status();
  read_entries_.Bind(1, *id);
  absl::StatusOr<bool> row = read_entries_.Step();
  for (; row.ok() && *row; row = read_entries_.Step()) {
    HistoryEntry entry;
    entry.position = static_cast<StorePosition>(read_entries_.Integer(0));
    entry.time_ms = read_entries_.Integer(1);
    entry.origin = read_entries_.Bytes(2);
    entry.size_bytes = static_cast<size_t>(read_entries_.Integer(3));
    entries.push_back(std::move(entry));
  }
  read_entries_.Reset();
  if (!row.ok()) return row.status();
  return entries;
}

absl::StatusOr<StoredDocument> SqliteLog::LoadThrough(const std::string& document,
                                                      StorePosition through) {
  const absl::StatusOr<int64_t> id = DocumentId(document, false);
  if (!id.ok()) return id.status();
  const absl::Status too_old = absl::NotFoundError("the history does not go back so far");
  if (*id == 0) return too_old;
  absl::StatusOr<State> begin = ReadState(read_base_, *id);
  if (!begin.ok()) return begin.status();
  if (!begin->exists) {
    // Either nothing was compacted since the history is kept, or nothing was ever let go of.
    absl::StatusOr<State> snapshot = ReadState(read_snapshot_, *id);
    if (!snapshot.ok()) return snapshot.status();
    StoredDocument all;
    if (absl::Status status = ReadUpdates(*id, 0, snapshot->through, &all); !status.ok()) {
      return status;
    }
    if (snapshot->exists && all.updates.empty()) *begin = *std::move(snapshot);
  }
  if (through < begin->through) return too_old;
  StoredDocument loaded;
  if (begin->exists) {
    loaded.snapshot_bytes = begin->bytes.size();
    loaded.position = begin->through;
    loaded.updates.push_back(std::move(begin->bytes));
  }
  absl::Status status = ReadUpdates(*id, begin->through, through, &loaded);
  if (!status.ok()) return status;
  return loaded;
}

}  // namespace ypp::transport
