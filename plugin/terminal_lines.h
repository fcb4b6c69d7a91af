// What is in a session document, as lines of a terminal.
#ifndef YPP_PLUGIN_TERMINAL_LINES_H_
#define YPP_PLUGIN_TERMINAL_LINES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "plugin/session_document.h"

namespace ypp::plugin {

// Names, titles and paths are cut there.
inline constexpr size_t kMaxLabelBytes = 200;

// One line of `text` that is safe to print.
std::string Label(std::string_view text);
// "ada@laptop (terminal)"
std::string AuthorLine(const Author& author);
// What stands before a message: its author, or the agent's name for an assistant's.
std::string AuthorTag(const Message& message);
// Why the relay lets a session in no more, by the reason it gives.
std::string RefusalLine(const std::string& reason);
std::string JobLine(const Job& job);
std::string FileMutationLine(const FileMutation& mutation);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TERMINAL_LINES_H_
