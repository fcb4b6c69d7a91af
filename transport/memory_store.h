// A store that forgets everything when it goes: for tests, and for a relay without a database.
#ifndef YPP_TRANSPORT_MEMORY_STORE_H_
#define YPP_TRANSPORT_MEMORY_STORE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "transport/store.h"

namespace ypp::transport {

class MemoryStore : public Store {
 public:
  explicit MemoryStore(Executor executor) : executor_(std::move(executor)) {}

  void Load(std::string document, LoadDone done) override;
  StorePosition Append(std::string document, StoreUpdate update, Done done) override;
  void Compact(std::string document, std::string state, StorePosition through, Done done) override;
  void Delete(std::string document, Done done) override;
  void List(std::string after, size_t limit, ListDone done) override;
  void History(std::string document, HistoryDone done) override;
  void LoadThrough(std::string document, StorePosition through, LoadDone done) override;

 private:
  struct LoggedUpdate {
    HistoryEntry entry;
    std::string bytes;
  };
  struct Document {
    std::string snapshot;
    StorePosition snapshot_through = 0;
    std::deque<LoggedUpdate> log;
  };
  StoredDocument Gather(const Document& stored, StorePosition through) const;

  Executor executor_;
  std::map<std::string, Document> documents_;
  StorePosition last_position_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_MEMORY_STORE_H_
