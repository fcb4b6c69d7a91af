// Calls that may wait for long, so that who makes them does not.
#ifndef YPP_PLUGIN_BACKGROUND_CALLS_H_
#define YPP_PLUGIN_BACKGROUND_CALLS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ypp::plugin {

// Made one after another, in the order in which they were added, on a thread of their own.
class BackgroundCalls {
 public:
  BackgroundCalls() = default;
  // Waits for the one that is being made; those behind it are not made.
  ~BackgroundCalls();
  BackgroundCalls(const BackgroundCalls&) = delete;
  BackgroundCalls& operator=(const BackgroundCalls&) = delete;

  void Add(std::function<void()> call);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> calls_;
  bool ending_ = false;
  std::thread thread_;  // from the first call on
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_BACKGROUND_CALLS_H_
