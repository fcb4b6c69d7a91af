// Text for a terminal: what others wrote must not move the cursor, change colours or set the
// window's title.
#ifndef YPP_PLUGIN_TERMINAL_TEXT_H_
#define YPP_PLUGIN_TERMINAL_TEXT_H_

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace ypp::plugin {

// `utf8` with every control character but newline and tab shown as U+FFFD, C1 controls and the
// marks that turn the direction of writing included.
std::string Printable(std::string_view utf8);

// The same on one line, cut to `max_bytes` with an ellipsis.
std::string PrintableLine(std::string_view utf8, size_t max_bytes);

enum class Tone { kPlain, kDim, kStrong, kGood, kBad };

// Prints whole lines, from any thread. On a terminal a line pushes aside the prompt at which the
// user is typing.
class Screen {
 public:
  // `interactive`: there is a person at a terminal; colours are used unless `colour` is false.
  Screen(bool interactive, bool colour);

  // `tag` goes before the first line in strong type, further lines are indented.
  void Say(std::string_view tag, std::string_view text, Tone tone = Tone::kPlain);
  void Note(std::string_view text, Tone tone = Tone::kDim) { Say("", text, tone); }
  void Prompt();
  // The user has ended the line at the prompt, or will type no more.
  void ForgetPrompt();
  bool interactive() const { return interactive_; }

 private:
  std::string Painted(std::string_view text, Tone tone) const;

  const bool interactive_;
  const bool colour_;
  std::mutex mutex_;
  bool prompt_shown_ = false;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TERMINAL_TEXT_H_
