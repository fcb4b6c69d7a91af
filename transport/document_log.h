// The log of one open document: what was handed to the store and is not on disk yet, and how much
// the log has grown, until a snapshot replaces it.
//
// A part of its document, on the relay's thread.
#ifndef YPP_TRANSPORT_DOCUMENT_LOG_H_
#define YPP_TRANSPORT_DOCUMENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "absl/status/status.h"
#include "transport/document_host.h"
#include "transport/store.h"

namespace ypp::transport {

class DocumentLog {
 public:
  // Both must outlive it.
  DocumentLog(DocumentHost* host, LoggedDocument* document) : host_(host), document_(document) {}

  // How it was found in the store.
  void Resume(const StoredDocument& stored);
  void Append(std::string update, std::string origin);
  // Replaces the log by the document's state once it has outgrown the last one.
  void MaybeCompact();
  // Once what was appended so far is on disk, with how the last append went; at once if it is.
  void WhenDurable(std::function<void(absl::Status)> done);

  bool durable() const { return begun_ == done_; }
  bool busy() const { return !durable() || compacting_; }

 private:
  struct Waiter {
    uint64_t after = 0;  // of done_
    std::function<void(absl::Status)> done;
  };
  void OnAppended(const absl::Status& status, int64_t since_ms);

  DocumentHost* host_;
  LoggedDocument* document_;
  StorePosition position_ = 0;  // of the newest update handed to the store
  size_t snapshot_bytes_ = 0;
  size_t log_bytes_ = 0;
  uint64_t begun_ = 0;
  uint64_t done_ = 0;
  bool compacting_ = false;
  std::list<Waiter> waiters_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_LOG_H_
