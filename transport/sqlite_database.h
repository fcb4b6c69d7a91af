// A SQLite connection and its prepared statements, with absl::Status for errors. Thread-compatible.
#ifndef YPP_TRANSPORT_SQLITE_DATABASE_H_
#define YPP_TRANSPORT_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ypp::transport {

class SqliteDatabase {
 public:
  SqliteDatabase() = default;
  ~SqliteDatabase() { sqlite3_close_v2(db_); }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  absl::Status Open(const std::string& path);
  // One or several statements without results.
  absl::Status Execute(const char* sql);
  // The first column of the first row; 0 when there is none.
  absl::StatusOr<int64_t> QueryInteger(const char* sql);

  // What SQLite said last: ResourceExhausted for a full disk, otherwise Unavailable.
  absl::Status Error(int code) const;
  sqlite3* handle() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// Bind, Step until it gives false, Reset. Bound bytes and texts are not copied: they must stay
// until Reset.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  ~SqliteStatement() { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  absl::Status Prepare(const SqliteDatabase& db, const char* sql);

  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void BindText(int index, std::string_view text) {
    sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  void BindBytes(int index, std::string_view bytes) {
    // No bytes are still bytes, not NULL.
    sqlite3_bind_blob64(statement_, index, bytes.empty() ? "" : bytes.data(), bytes.size(),
                        SQLITE_STATIC);
  }

  // True: there is a row.
  absl::StatusOr<bool> Step();
  int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string Bytes(int column) const;
  void Reset();
  // Binds are done; steps once and resets.
  absl::Status Run();

 private:
  const SqliteDatabase* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SQLITE_DATABASE_H_
