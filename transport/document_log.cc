#include "transport/document_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// What a row of the log costs beside its bytes: the store's own fields, and the work of applying
// one more update.
constexpr size_t kLogRowOverheadBytes = 64;

}  // namespace

void DocumentLog::Resume(const StoredDocument& stored) {
  position_ = stored.position;
  snapshot_bytes_ = stored.snapshot_bytes;
  log_bytes_ = stored.log_bytes + stored.log_updates * kLogRowOverheadBytes;
}

void DocumentLog::Append(std::string update, std::string origin) {
  log_bytes_ += update.size() + kLogRowOverheadBytes;
  ++begun_;
  host_->metrics().store_queue.Increment();
  position_ = host_->store().Append(
      document_->name(), StoreUpdate(std::move(update), std::move(origin)),
      Completion<absl::Status>(*host_, document_->Self(),
                               [this, since_ms = host_->executor().now_ms()](
                                   const absl::Status& status) { OnAppended(status, since_ms); }));
}

// The document first: whoever waited may be the last to hold it open.
void DocumentLog::OnAppended(const absl::Status& status, int64_t since_ms) {
  ++done_;
  host_->metrics().store_queue.Decrement();
  const int64_t took_ms = host_->executor().now_ms() - since_ms;
  host_->metrics().append_seconds.Observe(static_cast<double>(took_ms) / 1000);
  document_->OnAppended(status);
  while (!waiters_.empty() && waiters_.front().after <= done_) {
    const Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.done(status);
  }
}

void DocumentLog::WhenDurable(std::function<void(absl::Status)> done) {
  if (durable()) return done(absl::OkStatus());
  waiters_.push_back({begun_, std::move(done)});
}

void DocumentLog::MaybeCompact() {
  const size_t allowed = std::max(host_->options().compact_log_bytes, snapshot_bytes_ / 2);
  if (compacting_ || log_bytes_ <= allowed) return;
  compacting_ = true;
  const size_t replaced_bytes = std::exchange(log_bytes_, 0);
  std::string state = document_->EncodeState();
  snapshot_bytes_ = state.size();
  const auto compacted = [this, replaced_bytes](const absl::Status& status) {
    compacting_ = false;
    if (!status.ok()) {
      log_bytes_ += replaced_bytes;
      document_->Log(LogLevel::kError, absl::StrCat("cannot be compacted: ", status.message()));
    }
    document_->OnPartDone();
  };
  host_->store().Compact(document_->name(), std::move(state), position_,
                         Completion<absl::Status>(*host_, document_->Self(), compacted));
}

}  // namespace ypp::transport
