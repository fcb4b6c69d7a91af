#include "transport/debounced_store.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::transport {

void DebouncedStore::Want(ChangeOrigin origin) {
  const int64_t now_ms = host_->executor().now_ms();
  last_origin_ = std::move(origin);
  if (!due_) first_unstored_ms_ = now_ms;
  due_ = true;
  run_at_ms_ = std::min(now_ms + host_->options().debounce_ms,
                        first_unstored_ms_ + host_->options().max_debounce_ms);
  if (!running_) Schedule();
}

void DebouncedStore::Schedule() {
  const uint64_t timer = ++timer_;
  const int64_t delay_ms = std::max<int64_t>(run_at_ms_ - host_->executor().now_ms(), 0);
  host_->executor().after(delay_ms,
                          [this, timer, weak = std::weak_ptr<RelayDocument>(document_->Self()),
                           alive = std::weak_ptr<const bool>(host_->alive())] {
                            const RelayDocumentPtr keep = weak.lock();
                            if (keep == nullptr || alive.expired() || timer_ != timer) return;
                            Run();
                          });
}

void DebouncedStore::Flush(std::function<void()> done) {
  waiters_.push_back({begun_ + (due_ ? 1 : 0), std::move(done)});
  if (!running_) Run();
  CallWaiters();
}

void DebouncedStore::Abandon() {
  abandoned_ = true;
  if (!running_) CallWaiters();
}

void DebouncedStore::CallWaiters() {
  while (!waiters_.empty() && (waiters_.front().after <= done_ || abandoned_)) {
    const Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.done();
  }
}

void DebouncedStore::Run() {
  if (!due_ || running_ || abandoned_) return;
  ++timer_;
  due_ = false;
  running_ = true;
  ++begun_;
  auto payload = std::make_shared<StoreDocumentPayload>();
  payload->document = document_->Self();
  payload->state = document_->EncodeState();
  payload->origin = last_origin_;
  const auto after_stored = [this](const absl::Status& status) {
    if (!status.ok() && !IsSkipFurtherHooks(status)) {
      document_->Log(LogLevel::kError, absl::StrCat("AfterStoreDocument: ", status.message()));
    }
    OnRun(absl::OkStatus());
  };
  const auto stored = [this, payload, after_stored](const absl::Status& status) {
    if (!status.ok() && !IsSkipFurtherHooks(status)) return OnRun(status);
    host_->hooks().after_store_document.Run(
        host_->executor(), payload,
        Completion<absl::Status>(*host_, document_->Self(), after_stored));
  };
  host_->hooks().on_store_document.Run(host_->executor(), payload,
                                       Completion<absl::Status>(*host_, document_->Self(), stored));
}

void DebouncedStore::OnRun(const absl::Status& status) {
  running_ = false;
  ++done_;
  if (!status.ok()) {
    host_->metrics().hook_errors.Increment();
    document_->Log(LogLevel::kError,
                   absl::StrCat("OnStoreDocument, to be tried again: ", status.message()));
    const int64_t now_ms = host_->executor().now_ms();
    if (!due_) first_unstored_ms_ = now_ms;
    due_ = true;
    run_at_ms_ = now_ms + host_->options().max_debounce_ms;
  }
  CallWaiters();
  if (due_ && !waiters_.empty()) {
    Run();
  } else if (due_) {
    Schedule();
  }
  if (status.ok()) document_->OnPartDone();  // a failed store would be tried again at once
}

}  // namespace ypp::transport
