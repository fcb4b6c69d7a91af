#include "plugin/input_wait.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace ypp::plugin {
namespace {

constexpr char kSignal = 's';
constexpr char kWake = 'w';

// Written to by the handler and by Wake. A read that waits would not notice a flag.
int reason_pipe[2] = {-1, -1};

void Give(char reason) {
  const int saved_errno = errno;
  [[maybe_unused]] const ssize_t written = write(reason_pipe[1], &reason, 1);
  errno = saved_errno;
}

void HandleSignal(int) { Give(kSignal); }

void SetHandlers(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InputWait::InputWait() {
  if (pipe2(reason_pipe, O_CLOEXEC | O_NONBLOCK) == 0) SetHandlers(HandleSignal);
}

InputWait::~InputWait() {
  SetHandlers(SIG_DFL);
  for (int& fd : reason_pipe) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
}

InputWait::Result InputWait::For(int fd, int timeout_ms) const {
  pollfd fds[] = {{fd, POLLIN, 0}, {reason_pipe[0], POLLIN, 0}};
  int ready;
  do {
    ready = poll(fds, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return Result::kTimeout;
  char reason;
  if (fds[1].revents != 0 && read(reason_pipe[0], &reason, 1) == 1)
    return reason == kSignal ? Result::kSignal : Result::kWoken;
  return Result::kInput;
}

void InputWait::Wake() const { Give(kWake); }

}  // namespace ypp::plugin
