#include "plugin/input_wait.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace ypp::plugin {
namespace {

// Written to by the handler. A read that waits would not notice a flag.
int signal_pipe[2] = {-1, -1};

void HandleSignal(int) {
  const int saved_errno = errno;
  [[maybe_unused]] const ssize_t written = write(signal_pipe[1], "s", 1);
  errno = saved_errno;
}

void SetHandlers(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InputWait::InputWait() {
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) == 0) SetHandlers(HandleSignal);
}

InputWait::~InputWait() {
  SetHandlers(SIG_DFL);
  for (int& fd : signal_pipe) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
}

bool InputWait::For(int fd) const {
  pollfd fds[] = {{fd, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
  while (poll(fds, 2, -1) < 0) {
    if (errno != EINTR) return true;
  }
  return (fds[1].revents & POLLIN) == 0;
}

}  // namespace ypp::plugin
