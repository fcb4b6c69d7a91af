#include "bench/relay/load_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace ypp::bench {

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

LoadLoop::LoadLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

LoadLoop::~LoadLoop() { close(epoll_); }

void LoadLoop::Watch(int fd, Watcher* watcher) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = watcher;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void LoadLoop::At(int64_t time_ns, std::function<void()> task) {
  tasks_.emplace(time_ns, std::move(task));
}

bool LoadLoop::RunUntil(const std::function<bool()>& done, int64_t deadline_ns) {
  while (!done()) {
    if (NowNs() >= deadline_ns) return false;
    Turn(deadline_ns);
  }
  return true;
}

void LoadLoop::RunFor(int64_t duration_ns) {
  RunUntil([] { return false; }, NowNs() + duration_ns);
}

void LoadLoop::Turn(int64_t deadline_ns) {
  int64_t wake_ns = deadline_ns;
  if (!tasks_.empty()) wake_ns = std::min(wake_ns, tasks_.begin()->first);
  const int64_t wait_ns = std::max<int64_t>(wake_ns - NowNs(), 0);
  const timespec timeout{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
  std::array<epoll_event, 256> events;
  const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    static_cast<Watcher*>(event.data.ptr)
        ->OnReady((event.events & ~uint32_t{EPOLLOUT}) != 0, (event.events & EPOLLOUT) != 0);
  }
  const int64_t now_ns = NowNs();
  while (!tasks_.empty() && tasks_.begin()->first <= now_ns) {
    const std::function<void()> task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    task();
  }
}

}  // namespace ypp::bench
