// The relay's thread: what sockets, timers and other threads have for it, in turns; and what is to
// be done at the end of a turn, once everything that came in together is known. That is where
// documents put together what they have to say, and then sockets write, each once.
//
// Thread rule: Run is the thread; Post, Stop and Here may be called from any, all else only there.
#ifndef YPP_TRANSPORT_EVENT_LOOP_H_
#define YPP_TRANSPORT_EVENT_LOOP_H_

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace ypp::transport {

class EventLoop {
 public:
  using Task = std::function<void()>;
  // A socket of a loop. Asio's own runs on any kind of executor, at a cost for each wait.
  using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                     boost::asio::io_context::executor_type>;

  class Flusher {
   public:
    virtual ~Flusher() = default;
    // Asked for by FlushAtTurnEnd.
    virtual void OnFlush() = 0;
  };
  using FlusherPtr = std::shared_ptr<Flusher>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Returns after Stop.
  void Run();
  void Stop();
  bool Here() const { return thread_.load() == std::this_thread::get_id(); }

  // In the order given.
  void Post(Task task);
  void PostAfter(int64_t delay_ms, Task task);

  // Tasks come before flushes.
  void AtTurnEnd(Task task);
  void FlushAtTurnEnd(FlusherPtr flusher);

  // For the sockets of this loop, which must be gone before it.
  boost::asio::io_context& io() { return io_; }

  static int64_t NowMs();

 private:
  void Turn();
  void EndTurn();

  boost::asio::io_context io_{1};
  // Without it a loop that waits for nothing but Post would end.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::atomic<std::thread::id> thread_{};
  std::atomic<bool> stopped_{false};
  std::vector<Task> turn_end_;
  std::vector<FlusherPtr> flushes_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_EVENT_LOOP_H_
