// OnStoreDocument of one open document: some time after a change, not too long after the first one,
// one run at a time, and again after one that failed.
//
// A part of its document, on the relay's thread.
#ifndef YPP_TRANSPORT_DEBOUNCED_STORE_H_
#define YPP_TRANSPORT_DEBOUNCED_STORE_H_

#include <cstdint>
#include <functional>
#include <list>

#include "absl/status/status.h"
#include "transport/document_host.h"
#include "transport/hooks.h"

namespace ypp::transport {

class DebouncedStore {
 public:
  // Both must outlive it.
  DebouncedStore(DocumentHost* host, LoggedDocument* document) : host_(host), document_(document) {}

  // The document changed.
  void Want(ChangeOrigin origin);
  // Runs it now if it is due later.
  void Run();
  // The same; `done` once what came before was given to the hook, or once that failed. What comes
  // meanwhile is not waited for.
  void Flush(std::function<void()> done);
  // The document is gone: nothing runs any more, and who waits is told.
  void Abandon();

  bool due() const { return due_; }
  bool running() const { return running_; }

 private:
  struct Waiter {
    uint64_t after = 0;  // of done_
    std::function<void()> done;
  };
  void Schedule();
  void OnRun(const absl::Status& status);
  void CallWaiters();

  DocumentHost* host_;
  LoggedDocument* document_;
  bool due_ = false;
  bool running_ = false;
  bool abandoned_ = false;
  int64_t first_unstored_ms_ = 0;
  int64_t run_at_ms_ = 0;
  uint64_t begun_ = 0;
  uint64_t done_ = 0;
  std::list<Waiter> waiters_;
  uint64_t timer_ = 0;  // the newest; older ones do nothing
  ChangeOrigin last_origin_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DEBOUNCED_STORE_H_
