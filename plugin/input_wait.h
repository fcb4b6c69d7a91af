// Waits for input, for the signals that ask a program to end, or for another thread to say so.
#ifndef YPP_PLUGIN_INPUT_WAIT_H_
#define YPP_PLUGIN_INPUT_WAIT_H_

namespace ypp::plugin {

// While it lives, the first SIGINT or SIGTERM is the end of the input, and a second one ends the
// program at once. One at a time in a process, made before there are other threads.
class InputWait {
 public:
  static constexpr int kForever = -1;
  enum class Result {
    kInput,  // can be read, or has ended
    kSignal,
    kWoken,  // somebody called Wake
    kTimeout,
  };

  InputWait();
  ~InputWait();
  InputWait(const InputWait&) = delete;
  InputWait& operator=(const InputWait&) = delete;

  // Signals come before what can be read.
  Result For(int fd, int timeout_ms = kForever) const;
  // Ends a wait that is under way, or the next one. From any thread.
  void Wake() const;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_INPUT_WAIT_H_
