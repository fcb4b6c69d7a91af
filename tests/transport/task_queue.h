// An executor for tests: tasks wait until the test lets them run.
#ifndef YPP_TESTS_TRANSPORT_TASK_QUEUE_H_
#define YPP_TESTS_TRANSPORT_TASK_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace ypp::transport {

class TaskQueue {
 public:
  std::function<void(std::function<void()>)> executor() {
    return [this](std::function<void()> task) {
      const std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back(std::move(task));
      changed_.notify_all();
    };
  }

  // Runs what is there, and what that adds.
  void RunAll() {
    while (RunOne(std::chrono::milliseconds(0))) {
    }
  }
  // Runs tasks, waiting for them, until `done`. False when it took longer than a test should.
  bool RunUntil(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      RunOne(std::chrono::milliseconds(100));
    }
    return true;
  }

 private:
  bool RunOne(std::chrono::milliseconds patience) {
    std::function<void()> task;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!changed_.wait_for(lock, patience, [this] { return !tasks_.empty(); })) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_TASK_QUEUE_H_
