#include "plugin/local_writer.h"

namespace ypp::plugin {

LocalWriter::LocalWriter(std::unique_ptr<LocalStore> store)
    : store_(std::move(store)), thread_([this] { Run(); }) {}

LocalWriter::~LocalWriter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LocalWriter::Write(std::string update, std::string state_vector, bool durable) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return waiting_bytes_ < kMaxUnwrittenBytes || !status_.ok(); });
  if (!status_.ok()) return;
  waiting_bytes_ += update.size();
  waiting_.push_back({std::move(update), std::move(state_vector), durable});
  ++last_;
  lock.unlock();
  changed_.notify_all();
}

void LocalWriter::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  const uint64_t last = last_;
  changed_.wait(lock, [&] { return written_ >= last; });
}

void LocalWriter::WhenWritten(std::function<void()> done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Behind those whose turn it is just now.
    if (written_ < last_ || calling_ || !when_written_.empty()) {
      when_written_.emplace_back(last_, std::move(done));
      return;
    }
  }
  done();
}

absl::Status LocalWriter::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void LocalWriter::OnFailure(std::function<void(const absl::Status&)> callback) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_failure_ = std::move(callback);
}

void LocalWriter::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty() || IsNextDone(); });
    if (IsNextDone()) {
      CallDone(lock);
    } else if (!waiting_.empty()) {
      WriteWaiting(lock);
    } else {
      return;
    }
  }
}

bool LocalWriter::IsNextDone() const {
  return !when_written_.empty() && when_written_.front().first <= written_;
}

void LocalWriter::CallDone(std::unique_lock<std::mutex>& lock) {
  std::vector<std::function<void()>> done;
  for (; IsNextDone(); when_written_.pop_front()) {
    done.push_back(std::move(when_written_.front().second));
  }
  calling_ = true;
  lock.unlock();
  for (const std::function<void()>& call : done) call();
  lock.lock();
  calling_ = false;
}

void LocalWriter::WriteWaiting(std::unique_lock<std::mutex>& lock) {
  std::vector<Update> batch = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  const uint64_t end = written_ + batch.size();
  lock.unlock();
  changed_.notify_all();  // there is room again
  absl::Status status = WriteBatch(std::move(batch));
  if (!status.ok()) store_.reset();
  lock.lock();
  written_ = end;
  if (!status.ok()) Fail(std::move(status));
  changed_.notify_all();
}

absl::Status LocalWriter::WriteBatch(std::vector<Update> batch) {
  std::vector<std::string> updates;
  bool durable = false;
  for (Update& update : batch) {
    updates.push_back(std::move(update.bytes));
    durable = durable || update.durable;
  }
  return store_->Append(updates, batch.front().state_vector, durable);
}

void LocalWriter::Fail(absl::Status status) {
  status_ = std::move(status);
  waiting_.clear();
  waiting_bytes_ = 0;
  written_ = last_;
  // With the lock, so that who takes the callback away knows that it is over.
  if (const auto callback = std::exchange(on_failure_, nullptr)) callback(status_);
}

}  // namespace ypp::plugin
