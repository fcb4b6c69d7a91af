#include "transport/client_loop.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "transport/client_connection.h"

namespace ypp::transport {

ClientLoop::ClientLoop() : work_(io_.get_executor()), timer_(io_) {
  // Under the lock, so that the thread finds its own id set once it runs a task.
  std::lock_guard<std::mutex> lock(mutex_);
  thread_ = std::thread([this] { RunThread(); });
  thread_id_ = thread_.get_id();
}

ClientLoop::~ClientLoop() { Stop(); }

void ClientLoop::Post(std::function<void()> task) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) boost::asio::post(io_, [this] { RunTasks(); });
}

int64_t ClientLoop::NowMs() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::steady_clock;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

void ClientLoop::WakeAt(int64_t at_ms, std::function<void()> task) {
  timer_.cancel();
  if (at_ms == kNever) return;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(at_ms)));
  timer_.async_wait([task = std::move(task)](const boost::system::error_code& error) noexcept {
    if (!error) task();
  });
}

void ClientLoop::Stop() {
  if (!thread_.joinable()) return;
  Post([this] {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    work_.reset();
    timer_.cancel();
    io_.stop();
  });
  thread_.join();
}

// One batch at a time, so that tasks which post tasks leave room for sockets and the timer. A task
// is user code at times; its exceptions are not ours to swallow, hence noexcept.
void ClientLoop::RunTasks() noexcept {
  std::deque<std::function<void()>> batch;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    batch.swap(tasks_);
  }
  for (std::function<void()>& task : batch) {
    task();
    task = nullptr;
  }
}

void ClientLoop::RunThread() {
  { std::lock_guard<std::mutex> lock(mutex_); }
  while (true) {
    try {
      io_.run();
      break;
    } catch (const std::exception&) {
      // Only the network library throws here, over one socket. That socket falls silent and is
      // replaced.
    }
  }
  io_.restart();
  try {
    io_.run_for(std::chrono::milliseconds(kClosingMs));
  } catch (const std::exception&) {
    // Only sockets that are closing are left.
  }
  // Someone may wait for a task that the time above was too short for.
  RunTasks();
}

}  // namespace ypp::transport
