// A store for tests that can be made to fail, over a MemoryStore.
#ifndef YPP_TESTS_TRANSPORT_FAKE_STORE_H_
#define YPP_TESTS_TRANSPORT_FAKE_STORE_H_

#include <string>
#include <utility>
#include <vector>

#include "transport/memory_store.h"

namespace ypp::transport {

class FakeStore : public Store {
 public:
  explicit FakeStore(Executor executor) : executor_(executor), memory_(std::move(executor)) {}

  void Load(std::string document, LoadDone done) override {
    ++loads;
    if (fail_loads) {
      executor_([done = std::move(done)] { done(absl::UnavailableError("disk I/O error")); });
      return;
    }
    memory_.Load(std::move(document), std::move(done));
  }
  StorePosition Append(std::string document, StoreUpdate update, Done done) override {
    origins.push_back(update.origin);
    ++appends;
    if (fail_appends) {
      executor_([done = std::move(done)] { done(absl::ResourceExhaustedError("disk full")); });
      return 0;
    }
    return memory_.Append(std::move(document), std::move(update), std::move(done));
  }
  void Compact(std::string document, std::string state, StorePosition through, Done done) override {
    ++compactions;
    memory_.Compact(std::move(document), std::move(state), through, std::move(done));
  }
  void Delete(std::string document, Done done) override {
    memory_.Delete(std::move(document), std::move(done));
  }
  void List(std::string after, size_t limit, ListDone done) override {
    memory_.List(std::move(after), limit, std::move(done));
  }
  void History(std::string document, HistoryDone done) override {
    memory_.History(std::move(document), std::move(done));
  }
  void LoadThrough(std::string document, StorePosition through, LoadDone done) override {
    memory_.LoadThrough(std::move(document), through, std::move(done));
  }

  bool fail_loads = false;
  bool fail_appends = false;
  int loads = 0;
  int appends = 0;
  int compactions = 0;
  std::vector<std::string> origins;  // of the appends

 private:
  Executor executor_;
  MemoryStore memory_;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_FAKE_STORE_H_
