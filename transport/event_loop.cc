#include "transport/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

namespace ypp::transport {
namespace {

namespace asio = boost::asio;

// Of a turn: enough to share its end among many, few enough that what its first event has to say
// need not wait long. A socket to which more comes than can be handled is ready again and again.
constexpr int kMaxHandlers = 128;
constexpr std::chrono::milliseconds kMaxTurn(1);

}  // namespace

EventLoop::EventLoop() : work_(io_.get_executor()) {}

int64_t EventLoop::NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void EventLoop::Run() {
  thread_ = std::this_thread::get_id();
  // What was asked for before there was a turn.
  EndTurn();
  while (!stopped_) Turn();
}

void EventLoop::Stop() {
  stopped_ = true;
  io_.stop();
}

void EventLoop::Post(Task task) { asio::post(io_, std::move(task)); }

void EventLoop::PostAfter(int64_t delay_ms, Task task) {
  auto timer = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds(delay_ms));
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

void EventLoop::AtTurnEnd(Task task) { turn_end_.push_back(std::move(task)); }

void EventLoop::FlushAtTurnEnd(FlusherPtr flusher) { flushes_.push_back(std::move(flusher)); }

void EventLoop::Turn() {
  io_.run_one();
  const auto end = std::chrono::steady_clock::now() + kMaxTurn;
  for (int i = 1; i < kMaxHandlers && std::chrono::steady_clock::now() < end; ++i) {
    if (io_.poll_one() == 0) break;
  }
  EndTurn();
}

void EventLoop::EndTurn() {
  // A flush may end a connection, which others are told of; so it goes on until all is said.
  while (!turn_end_.empty() || !flushes_.empty()) {
    while (!turn_end_.empty()) {
      for (const Task& task : std::exchange(turn_end_, {})) task();
    }
    for (const FlusherPtr& flusher : std::exchange(flushes_, {})) flusher->OnFlush();
  }
}

}  // namespace ypp::transport
