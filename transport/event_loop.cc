#include "transport/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace ypp::transport {
namespace {

// Of a turn: enough to share its end among many, few enough that its first event need not wait long.
constexpr size_t kMaxEvents = 128;

}  // namespace

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = static_cast<uint32_t>(wake_);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

EventLoop::~EventLoop() {
  // What these hold may still unwatch itself.
  timers_.clear();
  turn_end_.clear();
  flushes_.clear();
  reads_.clear();
  posted_.clear();
  close(wake_);
  close(epoll_);
}

int64_t EventLoop::NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void EventLoop::Run() {
  thread_ = std::this_thread::get_id();
  while (!stopped_) Turn();
}

void EventLoop::Stop() {
  stopped_ = true;
  eventfd_write(wake_, 1);
}

void EventLoop::Post(Task task) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) eventfd_write(wake_, 1);
}

void EventLoop::PostAfter(int64_t delay_ms, Task task) {
  timers_.emplace(NowMs() + delay_ms, std::move(task));
}

void EventLoop::Watch(int fd, Watcher* watcher) {
  const auto index = static_cast<size_t>(fd);
  if (slots_.size() <= index) slots_.resize(std::max(index + 1, 2 * slots_.size()));
  Slot& slot = slots_[index];
  slot.watcher = watcher;
  ++slot.generation;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = uint64_t{slot.generation} << 32 | static_cast<uint32_t>(fd);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::Unwatch(int fd) {
  slots_[static_cast<size_t>(fd)].watcher = nullptr;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::AtTurnEnd(Task task) { turn_end_.push_back(std::move(task)); }

void EventLoop::FlushAtTurnEnd(WatcherPtr watcher) { flushes_.push_back(std::move(watcher)); }

void EventLoop::ReadNextTurn(WatcherPtr watcher) { reads_.push_back(std::move(watcher)); }

void EventLoop::Turn() {
  WaitForEvents();
  for (const WatcherPtr& watcher : std::exchange(reads_, {})) watcher->OnReadAgain();
  RunPosted();
  RunTimers();
  EndTurn();
}

int EventLoop::WaitMs() {
  if (!reads_.empty() || !turn_end_.empty() || !flushes_.empty()) return 0;
  if (timers_.empty()) return -1;
  return static_cast<int>(std::clamp<int64_t>(timers_.begin()->first - NowMs(), 0, INT32_MAX));
}

void EventLoop::WaitForEvents() {
  std::array<epoll_event, kMaxEvents> events;
  const int count = epoll_wait(epoll_, events.data(), events.size(), WaitMs());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    const size_t fd = static_cast<uint32_t>(event.data.u64);
    if (fd == static_cast<size_t>(wake_)) {
      eventfd_t ignored;
      eventfd_read(wake_, &ignored);
      continue;
    }
    const Slot slot = slots_[fd];
    if (slot.watcher == nullptr || slot.generation != event.data.u64 >> 32) continue;
    slot.watcher->OnReady((event.events & ~uint32_t{EPOLLOUT}) != 0,
                          (event.events & EPOLLOUT) != 0);
  }
}

void EventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) {
    // What a task holds is let go of before the next one.
    std::exchange(task, nullptr)();
  }
}

void EventLoop::RunTimers() {
  const int64_t now_ms = NowMs();
  while (!timers_.empty() && timers_.begin()->first <= now_ms) {
    const Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

void EventLoop::EndTurn() {
  while (!turn_end_.empty()) {
    for (const Task& task : std::exchange(turn_end_, {})) task();
  }
  for (const WatcherPtr& watcher : std::exchange(flushes_, {})) watcher->OnFlush();
}

}  // namespace ypp::transport
