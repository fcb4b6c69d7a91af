// The load generator's one thread: sockets that have something to read or room to write, and work
// that is due at a time.
#ifndef YPP_BENCH_RELAY_LOAD_LOOP_H_
#define YPP_BENCH_RELAY_LOAD_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>

namespace ypp::bench {

// Of a steady clock.
int64_t NowNs();

class LoadLoop {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void OnReady(bool readable, bool writable) = 0;
  };

  LoadLoop();
  ~LoadLoop();
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  // Edge-triggered, for reading and writing. The watcher must outlive the file descriptor.
  void Watch(int fd, Watcher* watcher);
  void At(int64_t time_ns, std::function<void()> task);

  // Runs until `done` holds, which is asked after every turn. False: the time was over before.
  bool RunUntil(const std::function<bool()>& done, int64_t deadline_ns);
  void RunFor(int64_t duration_ns);

 private:
  void Turn(int64_t deadline_ns);

  int epoll_;
  std::multimap<int64_t, std::function<void()>> tasks_;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_LOOP_H_
