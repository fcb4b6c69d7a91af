#include "plugin/terminal_commands.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "plugin/terminal_lines.h"

namespace ypp::plugin {
namespace {

constexpr std::string_view kCloud = "/pugi.cloud.";
constexpr size_t kMessagesOfHistory = 20;

std::string Counted(size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// Cuts the first word off `text`.
std::string_view TakeWord(std::string_view& text) {
  text = Trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text = Trimmed(text.substr(word.size()));
  return word;
}

// nullopt: not a number that /history takes.
std::optional<size_t> ParseCount(std::string_view text) {
  size_t count = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || count > 1'000'000) return std::nullopt;
    count = count * 10 + static_cast<size_t>(c - '0');
  }
  return count;
}

}  // namespace

struct TerminalCommands::Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view help;
  void (TerminalCommands::*run)(std::string_view);
};

const TerminalCommands::Command TerminalCommands::kCommands[] = {
    {"/help", "", "show this list", &TerminalCommands::Help},
    {"/status", "", "connection, what is not stored yet, who is here", &TerminalCommands::Status},
    {"/persona", "NAME", "switch the active persona", &TerminalCommands::Persona},
    {"/title", "TEXT", "name the session", &TerminalCommands::Title},
    {"/reply", "TEXT", "answer as the assistant, word by word", &TerminalCommands::Reply},
    {"/job", "TOOL TITLE [| OUTPUT]", "a tool has run", &TerminalCommands::RunJob},
    {"/edit", "PATH", "the agent edited a file", &TerminalCommands::Edit},
    {"/write", "PATH", "the agent wrote a file", &TerminalCommands::Write},
    {"/delete", "PATH", "the agent deleted a file", &TerminalCommands::Delete},
    {"/move", "FROM TO", "the agent moved a file", &TerminalCommands::Move},
    {"/history", "[N]", "the last messages", &TerminalCommands::History},
    {"/jobs", "", "the jobs so far", &TerminalCommands::Jobs},
    {"/files", "", "the files changed so far", &TerminalCommands::Files},
    {"/disconnect", "", "go offline; what is written meanwhile is kept",
     &TerminalCommands::Disconnect},
    {"/connect", "", "go online again", &TerminalCommands::Connect},
    {"/pugi.cloud.status", "", "the same as JSON; also .handoff, .disconnect, .pause, .resume",
     nullptr},
    {"/quit", "", "leave; so does the end of the input", nullptr},
};

bool TerminalCommands::Execute(std::string_view line) {
  line = Trimmed(line);
  if (line.empty()) return true;
  if (line.front() != '/') {
    Report(agent_.Say(line));
    return true;
  }
  std::string_view rest = line;
  const std::string_view name = TakeWord(rest);
  if (name == "/quit") return false;
  if (name.substr(0, kCloud.size()) == kCloud) {
    RunCloudCommand(name.substr(1), rest);
    return true;
  }
  for (const Command& command : kCommands) {
    if (command.name != name || command.run == nullptr) continue;
    RunCommand(command, rest);
    return true;
  }
  screen_.Note("no such command: " + Label(name) + " (see /help)", Tone::kBad);
  return true;
}

void TerminalCommands::RunCommand(const Command& command, std::string_view arguments) {
  const bool needs_argument = !command.arguments.empty() && command.arguments.front() != '[';
  if (needs_argument && arguments.empty()) {
    screen_.Note("usage: " + std::string(command.name) + " " + std::string(command.arguments),
                 Tone::kBad);
    return;
  }
  (this->*command.run)(arguments);
}

void TerminalCommands::RunCloudCommand(std::string_view name, std::string_view arguments) {
  const absl::StatusOr<std::string> result = cloud_.Call(name, arguments);
  if (result.ok()) {
    screen_.Say(Label(name), Printable(*result));
  } else {
    screen_.Note(Label(name) + ": " + Printable(std::string(result.status().message())),
                 Tone::kBad);
  }
}

void TerminalCommands::Help(std::string_view) {
  std::string text = "A line is a message. Commands:";
  for (const Command& command : kCommands) {
    std::string usage = std::string(command.name) + " " + std::string(command.arguments);
    usage.resize(std::max<size_t>(usage.size() + 1, 28), ' ');
    text += "\n" + usage + std::string(command.help);
  }
  screen_.Note(text, Tone::kPlain);
}

void TerminalCommands::Status(std::string_view) {
  const SessionStatus status = session_.status();
  std::string text =
      "session " + session_.session_id() + ": " + std::string(SyncStateName(status.state));
  if (status.unacknowledged_changes > 0) {
    text += ", " + std::to_string(status.unacknowledged_changes) + " not acknowledged";
  }
  if (status.read_only) text += ", read only";
  if (!status.refusal.empty()) text += " (" + Label(status.refusal) + ")";
  session_.Read([&](const SessionDocument& document) {
    text += '\n';
    text += Counted(document.ShownMessages().size(), "message") + ", " +
            Counted(document.ShownJobs().size(), "job") + ", " +
            Counted(document.file_mutation_count(), "changed file");
    const std::string persona = document.ReadPersona();
    if (!persona.empty()) text += ", persona " + Label(persona);
  });
  for (const Participant& participant : status.participants) {
    text += "\nhere: " + AuthorLine(participant.author) + (participant.own ? ", you" : "");
  }
  screen_.Note(text, Tone::kPlain);
}

void TerminalCommands::History(std::string_view count_text) {
  const std::optional<size_t> count =
      count_text.empty() ? kMessagesOfHistory : ParseCount(count_text);
  if (!count) {
    screen_.Note("usage: /history [N]", Tone::kBad);
    return;
  }
  std::vector<Message> messages;
  session_.Read([&](const SessionDocument& document) {
    const std::vector<Value> shown = document.ShownMessages();
    for (size_t i = shown.size() - std::min(*count, shown.size()); i < shown.size(); ++i) {
      messages.push_back(ReadMessage(shown[i]));
    }
  });
  if (messages.empty()) screen_.Note("no messages yet");
  for (const Message& message : messages) {
    screen_.Say(AuthorTag(message), Printable(message.text()));
  }
}

void TerminalCommands::Jobs(std::string_view) {
  std::vector<Job> jobs;
  session_.Read([&](const SessionDocument& document) {
    for (const Value& job : document.ShownJobs()) jobs.push_back(ReadJob(job));
  });
  if (jobs.empty()) screen_.Note("no jobs yet");
  for (const Job& job : jobs) screen_.Note(JobLine(job), Tone::kPlain);
}

void TerminalCommands::Files(std::string_view) {
  std::vector<FileMutation> mutations;
  session_.Read([&](const SessionDocument& document) { mutations = document.ReadFileMutations(); });
  if (mutations.empty()) screen_.Note("no files changed yet");
  for (const FileMutation& mutation : mutations) {
    screen_.Note(FileMutationLine(mutation), Tone::kPlain);
  }
}

void TerminalCommands::Connect(std::string_view) {
  if (const absl::Status status = session_.Connect(); !status.ok()) {
    screen_.Note(std::string(status.message()), Tone::kBad);
  }
}
void TerminalCommands::Disconnect(std::string_view) { session_.Disconnect(); }

void TerminalCommands::Persona(std::string_view name) { Report(agent_.SwitchPersona(name)); }
void TerminalCommands::Title(std::string_view title) { Report(agent_.SetTitle(title)); }
void TerminalCommands::Reply(std::string_view text) { Report(agent_.Reply(text)); }
void TerminalCommands::Edit(std::string_view path) { Report(agent_.RunFileTool("edit", path)); }
void TerminalCommands::Write(std::string_view path) { Report(agent_.RunFileTool("write", path)); }
void TerminalCommands::Delete(std::string_view path) { Report(agent_.RunFileTool("delete", path)); }

void TerminalCommands::RunJob(std::string_view rest) {
  const std::string_view tool = TakeWord(rest);
  const size_t bar = rest.find('|');
  const bool has_output = bar != std::string_view::npos;
  Report(agent_.RunTool(tool, Trimmed(rest.substr(0, bar)),
                        has_output ? Trimmed(rest.substr(bar + 1)) : std::string_view()));
}

void TerminalCommands::Move(std::string_view paths) {
  const std::string_view from = TakeWord(paths);
  if (paths.empty()) {
    screen_.Note("usage: /move FROM TO", Tone::kBad);
    return;
  }
  Report(agent_.MoveFile(from, paths));
}

void TerminalCommands::Report(const absl::Status& recorded) {
  if (!recorded.ok()) {
    screen_.Note("not recorded: " + Printable(std::string(recorded.message())), Tone::kBad);
  }
}

}  // namespace ypp::plugin
