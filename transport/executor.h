// The relay's thread, as code knows it that has no sockets: tasks for it, now and later.
#ifndef YPP_TRANSPORT_EXECUTOR_H_
#define YPP_TRANSPORT_EXECUTOR_H_

#include <cstdint>
#include <functional>

namespace ypp::transport {

struct Executor {
  using Task = std::function<void()>;

  // From any thread; tasks run in the order given.
  std::function<void(Task task)> post;
  // Whether the caller is on the thread.
  std::function<bool()> here;
  // Runs the task after so long. On the thread only.
  std::function<void(int64_t delay_ms, Task task)> after;
  // Runs the task once everything that came in together was handled, so that what belongs together
  // can go out together. On the thread only. Empty: there is no such moment.
  std::function<void(Task task)> at_turn_end;
  // A steady clock.
  std::function<int64_t()> now_ms;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_EXECUTOR_H_
