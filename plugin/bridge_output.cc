#include "plugin/bridge_output.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ypp::plugin {
namespace {

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

BridgeOutput::BridgeOutput(int fd, size_t max_bytes)
    : fd_(fd), max_bytes_(max_bytes), thread_([this] { Write(); }) {}

BridgeOutput::~BridgeOutput() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BridgeOutput::Send(std::string line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Push(std::move(line));
}

void BridgeOutput::SendLast(std::string line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Push(std::move(line));
  last_is_sent_ = true;
}

void BridgeOutput::Push(std::string line) {
  if (broken_ || last_is_sent_) return;
  line += '\n';
  waiting_bytes_ += line.size();
  lines_.push_back(std::move(line));
  changed_.notify_all();
}

void BridgeOutput::SendEvent(std::string line, const std::string& resync) {
  bool full = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    full = waiting_bytes_ + line.size() > max_bytes_;
    if (full && std::exchange(dropped_, true)) return;
  }
  Send(full ? resync : std::move(line));
}

bool BridgeOutput::WaitForRoom() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return broken_ || waiting_bytes_ <= max_bytes_; });
  return !broken_;
}

void BridgeOutput::Write() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !lines_.empty(); });
    if (lines_.empty()) return;
    const std::string line = std::move(lines_.front());
    lines_.pop_front();
    lock.unlock();
    const bool written = WriteAll(fd_, line);
    lock.lock();
    waiting_bytes_ -= line.size();
    if (waiting_bytes_ == 0) dropped_ = false;
    if (!written) {
      broken_ = true;
      lines_.clear();
      waiting_bytes_ = 0;
    }
    changed_.notify_all();
    if (broken_) return;
  }
}

}  // namespace ypp::plugin
