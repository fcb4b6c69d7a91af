// Time in a simulation: a number, and a queue of what happens when. Things of the same moment
// happen in the order in which they were asked for.
#ifndef YPP_TESTS_SIMULATION_CLOCK_H_
#define YPP_TESTS_SIMULATION_CLOCK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace ypp::simulation {

class Clock {
 public:
  using Task = std::function<void()>;

  int64_t now_ms() const { return now_ms_; }
  void At(int64_t at_ms, Task task) {
    tasks_.emplace(at_ms < now_ms_ ? now_ms_ : at_ms, std::move(task));
  }
  void After(int64_t delay_ms, Task task) { At(now_ms_ + delay_ms, std::move(task)); }

  void RunUntil(int64_t end_ms) {
    while (!tasks_.empty() && tasks_.begin()->first <= end_ms) {
      now_ms_ = tasks_.begin()->first;
      const Task task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      task();
    }
    now_ms_ = end_ms;
  }

 private:
  // Not 0, which some take for "never".
  int64_t now_ms_ = 1'000'000;
  std::multimap<int64_t, Task> tasks_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_CLOCK_H_
