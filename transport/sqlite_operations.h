// A Store's calls as operations on the tables of a SqliteLog. Whoever takes them says when they are
// done and how many go into one transaction: SqliteStore does so on a thread of its own.
#ifndef YPP_TRANSPORT_SQLITE_OPERATIONS_H_
#define YPP_TRANSPORT_SQLITE_OPERATIONS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "transport/sqlite_log.h"
#include "transport/store.h"

namespace ypp::transport {

// One thing to do with the log. `perform` runs inside a transaction; its error undoes the whole
// transaction unless the operation only reads. `complete` gets what became of it.
struct SqliteOperation {
  bool reads_only = false;
  std::function<absl::Status(SqliteLog&)> perform;
  std::function<void(const absl::Status&)> complete;
  absl::Status status;
};

// Does all of them in one transaction and sets their statuses; of a transaction that failed each
// has its error, since a read may have seen what is now undone. Completes nothing.
absl::Status RunTransaction(SqliteLog& log, std::deque<SqliteOperation>& operations);

class SqliteOperations : public Store {
 public:
  void Load(std::string document, LoadDone done) override;
  StorePosition Append(std::string document, StoreUpdate update, Done done) override;
  void Compact(std::string document, std::string state, StorePosition through, Done done) override;
  void Delete(std::string document, Done done) override;
  void List(std::string after, size_t limit, ListDone done) override;
  void History(std::string document, HistoryDone done) override;
  void LoadThrough(std::string document, StorePosition through, LoadDone done) override;

 protected:
  // `last_position`: the largest that the log ever gave.
  explicit SqliteOperations(StorePosition last_position) : last_position_(last_position) {}

  // To be performed and completed in the order in which they come.
  virtual void Push(SqliteOperation operation) = 0;

 private:
  template <typename Result, typename Read>
  void PushRead(Read read, std::function<void(absl::StatusOr<Result>)> done);
  void PushWrite(std::function<absl::Status(SqliteLog&)> perform, Done done);

  StorePosition last_position_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SQLITE_OPERATIONS_H_
