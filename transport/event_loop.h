// The relay's thread: sockets that are ready, tasks from other threads, timers; and what is to be
// done at the end of a turn, once everything that came in together is known. That is where
// documents put together what they have to say, and then sockets write, each once.
//
// Thread rule: Run is the thread; Post, Stop and Here may be called from any, all else only there.
#ifndef YPP_TRANSPORT_EVENT_LOOP_H_
#define YPP_TRANSPORT_EVENT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ypp::transport {

class EventLoop {
 public:
  using Task = std::function<void()>;

  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void OnReady(bool readable, bool writable) = 0;
    // Asked for by FlushAtTurnEnd or ReadNextTurn.
    virtual void OnFlush() {}
    virtual void OnReadAgain() {}
  };
  using WatcherPtr = std::shared_ptr<Watcher>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Returns after Stop.
  void Run();
  void Stop();
  bool stopped() const { return stopped_; }
  bool Here() const { return thread_.load() == std::this_thread::get_id(); }

  // In the order given.
  void Post(Task task);
  void PostAfter(int64_t delay_ms, Task task);

  // Edge-triggered: a watcher reads and writes until it would have to wait. It must be there until
  // Unwatch; events under way do not reach it after that.
  void Watch(int fd, Watcher* watcher);
  void Unwatch(int fd);

  // Before the sockets write; at once when no turn is running.
  void AtTurnEnd(Task task);
  void FlushAtTurnEnd(WatcherPtr watcher);
  // For one that stopped to read before there was nothing more, so that others have their turn.
  void ReadNextTurn(WatcherPtr watcher);

  static int64_t NowMs();

 private:
  // Tells whether an event is still for the one that watches the descriptor now.
  struct Slot {
    Watcher* watcher = nullptr;
    uint32_t generation = 0;
  };

  void Turn();
  void WaitForEvents();
  int WaitMs();
  void RunPosted();
  void RunTimers();
  void EndTurn();

  int epoll_;
  int wake_;
  std::atomic<std::thread::id> thread_{};
  std::atomic<bool> stopped_{false};
  std::vector<Slot> slots_;  // by file descriptor
  std::multimap<int64_t, Task> timers_;
  std::vector<Task> turn_end_;
  std::vector<WatcherPtr> flushes_;
  std::vector<WatcherPtr> reads_;

  std::mutex mutex_;
  std::vector<Task> posted_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_EVENT_LOOP_H_
