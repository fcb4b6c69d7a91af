// Waits for input, or for the signals that ask a program to end.
#ifndef YPP_PLUGIN_INPUT_WAIT_H_
#define YPP_PLUGIN_INPUT_WAIT_H_

namespace ypp::plugin {

// While it lives, the first SIGINT or SIGTERM is the end of the input, and a second one ends the
// program at once. One at a time in a process, made before there are other threads.
class InputWait {
 public:
  InputWait();
  ~InputWait();
  InputWait(const InputWait&) = delete;
  InputWait& operator=(const InputWait&) = delete;

  // True: `fd` can be read, or has ended. False: a signal came.
  bool For(int fd) const;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_INPUT_WAIT_H_
