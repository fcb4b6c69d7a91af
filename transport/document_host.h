// What open documents have of the relay, and what their parts have of them.
#ifndef YPP_TRANSPORT_DOCUMENT_HOST_H_
#define YPP_TRANSPORT_DOCUMENT_HOST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "transport/hook_chain.h"
#include "transport/log.h"
#include "transport/member_id.h"
#include "transport/quarantine.h"
#include "transport/relay_document.h"
#include "transport/relay_metrics.h"
#include "transport/room.h"
#include "transport/store.h"

namespace ypp::transport {

class HostedDocument;

struct HubOptions {
  RoomOptions room;
  // The log is replaced by a snapshot when it costs more than half of what the document's snapshot
  // takes, and at least this. Then the total written stays within a constant factor of what came
  // in, and a load replays little.
  size_t compact_log_bytes = 64 * 1024;
  // Of OnStoreDocument, as Hocuspocus has them.
  int64_t debounce_ms = 2'000;
  int64_t max_debounce_ms = 10'000;
  // Store and unload as soon as the last member has left, or wait for the debounce.
  bool unload_immediately = true;
  // The store is no more than a buffer, and OnStoreDocument the storage: an unloaded document is
  // deleted from the store.
  bool forget_stored = false;
  // Where updates go that write as somebody else; null: they are only refused.
  std::shared_ptr<Quarantine> quarantine;
};

// What all documents of a relay share.
class DocumentHost {
 public:
  virtual ~DocumentHost() = default;
  virtual Store& store() = 0;
  virtual const HubOptions& options() const = 0;
  virtual const HookChains& hooks() const = 0;
  virtual RelayMetrics& metrics() = 0;
  virtual MemberId NewMember(const std::shared_ptr<HostedDocument>& document) = 0;
  virtual void DropMember(MemberId id) = 0;
  // It is gone; a Join for its name starts anew.
  virtual void Forget(HostedDocument& document) = 0;
  // False once the host is no more, for completions that come after it.
  virtual std::shared_ptr<const bool> alive() const = 0;

  const Executor& executor() const { return hooks().executor; }
};

// A document as its log (document_log.h) and its storing (debounced_store.h) see it.
class LoggedDocument {
 public:
  virtual ~LoggedDocument() = default;
  virtual const std::string& name() const = 0;
  virtual std::string EncodeState() const = 0;
  // Whoever holds it keeps the document's parts.
  virtual RelayDocumentPtr Self() = 0;
  // One more append has ended, in order.
  virtual void OnAppended(const absl::Status& status) = 0;
  // Something else that an unload waits for has ended.
  virtual void OnPartDone() = 0;
  virtual void Log(LogLevel level, std::string_view what) const = 0;
};

// A completion that keeps `owner` while it is waited for, and does nothing once the host is no
// more.
template <typename Result, typename Owner, typename Function>
std::function<void(Result)> Completion(const DocumentHost& host, Owner owner, Function function) {
  return [owner = std::move(owner), alive = std::weak_ptr<const bool>(host.alive()),
          function = std::move(function)](Result result) mutable {
    if (!alive.expired()) function(std::move(result));
  };
}

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_HOST_H_
