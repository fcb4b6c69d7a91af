#include "transport/sqlite_operations.h"

#include <memory>
#include <utility>
#include <vector>

namespace ypp::transport {

absl::Status RunTransaction(SqliteLog& log, std::deque<SqliteOperation>& operations) {
  absl::Status status = log.Begin();
  if (status.ok()) {
    for (SqliteOperation& operation : operations) {
      operation.status = operation.perform(log);
      // What cannot be read is nobody else's trouble.
      if (!operation.reads_only) status = operation.status;
      if (!status.ok()) break;
    }
    if (status.ok()) status = log.Commit();
    if (!status.ok()) log.RollBack();
  }
  if (!status.ok()) {
    for (SqliteOperation& operation : operations) operation.status = status;
  }
  return status;
}

void SqliteOperations::PushWrite(std::function<absl::Status(SqliteLog&)> perform, Done done) {
  SqliteOperation operation;
  operation.perform = std::move(perform);
  operation.complete = std::move(done);
  Push(std::move(operation));
}

// `read` gives a StatusOr<Result>.
template <typename Result, typename Read>
void SqliteOperations::PushRead(Read read, std::function<void(absl::StatusOr<Result>)> done) {
  auto result = std::make_shared<absl::StatusOr<Result>>(absl::UnknownError("not read"));
  SqliteOperation operation;
  operation.reads_only = true;
  operation.perform = [result, read = std::move(read)](SqliteLog& log) {
    *result = read(log);
    return result->status();
  };
  operation.complete = [result, done = std::move(done)](const absl::Status& status) {
    if (status.ok()) {
      done(std::move(*result));
    } else {
      done(status);
    }
  };
  Push(std::move(operation));
}

void SqliteOperations::Load(std::string document, LoadDone done) {
  PushRead<StoredDocument>(
      [document = std::move(document)](SqliteLog& log) { return log.Load(document); },
      std::move(done));
}

StorePosition SqliteOperations::Append(std::string document, StoreUpdate update, Done done) {
  const StorePosition position = ++last_position_;
  PushWrite([document = std::move(document), update = std::move(update),
             position](SqliteLog& log) { return log.Append(document, position, update); },
            std::move(done));
  return position;
}

void SqliteOperations::Compact(std::string document, std::string state, StorePosition through,
                               Done done) {
  PushWrite([document = std::move(document), state = std::move(state),
             through](SqliteLog& log) { return log.Compact(document, state, through); },
            std::move(done));
}

void SqliteOperations::Delete(std::string document, Done done) {
  PushWrite([document = std::move(document)](SqliteLog& log) { return log.Delete(document); },
            std::move(done));
}

void SqliteOperations::List(std::string after, size_t limit, ListDone done) {
  PushRead<std::vector<std::string>>(
      [after = std::move(after), limit](SqliteLog& log) { return log.List(after, limit); },
      std::move(done));
}

void SqliteOperations::History(std::string document, HistoryDone done) {
  PushRead<std::vector<HistoryEntry>>(
      [document = std::move(document)](SqliteLog& log) { return log.History(document); },
      std::move(done));
}

void SqliteOperations::LoadThrough(std::string document, StorePosition through, LoadDone done) {
  PushRead<StoredDocument>([document = std::move(document),
                            through](SqliteLog& log) { return log.LoadThrough(document, through); },
                           std::move(done));
}

}  // namespace ypp::transport
