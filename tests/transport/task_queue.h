// An executor for tests: tasks wait until the test lets them run.
#ifndef YPP_TESTS_TRANSPORT_TASK_QUEUE_H_
#define YPP_TESTS_TRANSPORT_TASK_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "transport/executor.h"
#include "transport/hook_chain.h"

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

  // The relay's thread for those who have a clock: it stands still but for Advance.
  Executor relay_executor() {
    Executor relay;
    relay.post = executor();
    relay.here = [] { return true; };
    relay.now_ms = [this] { return now_ms_; };
    relay.after = [this](int64_t delay_ms, Executor::Task task) {
      timers_.emplace(now_ms_ + delay_ms, std::move(task));
    };
    return relay;
  }
  // Lets time pass, and with it what was due.
  void Advance(int64_t ms) {
    const int64_t end_ms = now_ms_ + ms;
    RunAll();
    while (!timers_.empty() && timers_.begin()->first <= end_ms) {
      now_ms_ = timers_.begin()->first;
      const Executor::Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      RunAll();
    }
    now_ms_ = end_ms;
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
  int64_t now_ms_ = 0;
  std::multimap<int64_t, Executor::Task> timers_;
};

// No hooks yet, on this queue.
inline HookChains HooksOn(TaskQueue& tasks) {
  HookChains hooks;
  hooks.executor = tasks.relay_executor();
  return hooks;
}

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_TASK_QUEUE_H_
