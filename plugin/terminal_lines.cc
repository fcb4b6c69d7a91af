#include "plugin/terminal_lines.h"

#include "plugin/terminal_text.h"

namespace ypp::plugin {

std::string Label(std::string_view text) { return PrintableLine(text, kMaxLabelBytes); }

std::string AuthorLine(const Author& author) {
  return author.device.empty() ? Label(author.name)
                               : Label(author.name) + " (" + Label(author.device) + ")";
}

std::string AuthorTag(const Message& message) {
  if (message.role == "assistant") {
    return Label(message.agent.empty() ? "assistant" : message.agent) + ">";
  }
  const Author& author = message.author;
  return AuthorLine({author.name.empty() ? message.role : author.name, author.device}) + ">";
}

std::string RefusalLine(const std::string& reason) {
  if (reason == "permission-denied") return "the relay does not take this token for this session";
  if (reason == "token-expired") return "the token has expired: the relay needs another one";
  return "the relay refused the session: " + Label(reason);
}

std::string JobLine(const Job& job) {
  std::string line = "job " + Label(job.tool);
  if (!job.title.empty()) line += ": " + Label(job.title);
  if (!job.status.empty()) line += " [" + Label(job.status) + "]";
  return line;
}

std::string FileMutationLine(const FileMutation& mutation) {
  std::string line = "file " + Label(mutation.kind) + ": ";
  if (!mutation.from.empty()) line += Label(mutation.from) + " -> ";
  return line + Label(mutation.path);
}

}  // namespace ypp::plugin
