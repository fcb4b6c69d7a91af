// The embedded store: one SQLite file in WAL mode, written by one thread.
//
// Group commit: whatever was asked for since the last transaction began goes into the next one, so
// the cost of an fsync is shared by all that wait for it. Between two transactions that write there
// is a pause, since under a steady load one each millisecond would cost more than all else that a
// relay does; the first after it is written at once, and loads wait for nobody. synchronous=FULL: a
// commit returns after the fsync of the log.
//
// History: updates that a snapshot stands for stay in the log as long as the retention says, with
// their time and origin. What is older is merged into the history's base, a V1 update; the document
// at any time since then is that base and the updates up to it. Old updates go when a snapshot is
// made, so a document at rest keeps its history for longer.
//
// One process at a time: `<file>-lock` is locked while the store is open, since two relays on one
// file would each believe to know the whole of a document.
#ifndef YPP_TRANSPORT_SQLITE_STORE_H_
#define YPP_TRANSPORT_SQLITE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "transport/commit_pace.h"
#include "transport/log.h"
#include "transport/sqlite_operations.h"

namespace ypp::transport {

struct SqliteStoreOptions {
  // How long updates are told apart after a snapshot stands for them. 0: not at all.
  int64_t history_retention_ms = 0;
  // From the end of a transaction that wrote to the beginning of the next one.
  CommitPace pace{};
};

class SqliteStore : public SqliteOperations {
 public:
  // Opens or creates the file. FailedPrecondition when it is not a database of this program or
  // another process has it open; otherwise what the operating system or SQLite say.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path,
                                                           Executor executor,
                                                           LogSink log = SilentLog(),
                                                           SqliteStoreOptions options = {});
  ~SqliteStore() override;

  // Transactions committed so far, from any thread.
  uint64_t transactions() const;

 private:
  class Writer;
  explicit SqliteStore(std::unique_ptr<Writer> writer);
  void Push(SqliteOperation operation) override;

  std::unique_ptr<Writer> writer_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SQLITE_STORE_H_
