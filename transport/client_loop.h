// The provider's thread: runs what is posted, one timer, and the sockets opened on it.
#ifndef YPP_TRANSPORT_CLIENT_LOOP_H_
#define YPP_TRANSPORT_CLIENT_LOOP_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ypp::transport {

class ClientLoop {
 public:
  ClientLoop();
  // Stop, if that was not called.
  ~ClientLoop();
  ClientLoop(const ClientLoop&) = delete;
  ClientLoop& operator=(const ClientLoop&) = delete;

  // From any thread. In order; never run inside Post. Dropped (destroyed unrun) after Stop.
  void Post(std::function<void()> task);
  bool OnThread() const { return std::this_thread::get_id() == thread_id_; }
  // Milliseconds of the steady clock.
  static int64_t NowMs();

  // On the thread only. Calls `task` once NowMs() has come to `at_ms`; replaces what was set
  // before. kNever only clears.
  void WakeAt(int64_t at_ms, std::function<void()> task);

  // Runs what is already posted, lets sockets finish closing for at most kClosingMs, and ends the
  // thread. Not on the thread.
  void Stop();

  boost::asio::io_context& io() { return io_; }

 private:
  // Enough for a close frame and its answer over a slow link; a server that does not answer must
  // not hold up the program's end.
  static constexpr int kClosingMs = 1'000;

  void RunThread();
  void RunTasks() noexcept;

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;  // under mutex_
  bool stopped_ = false;                     // under mutex_
  std::thread thread_;
  std::thread::id thread_id_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_LOOP_H_
