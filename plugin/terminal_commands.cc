#include "plugin/terminal_commands.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "codec/json.h"
#include "plugin/document_name.h"

namespace ypp::plugin {
namespace {

constexpr size_t kMaxLabelBytes = 200;
constexpr std::string_view kCloud = "/pugi.cloud.";
// Between two words of /reply, so that on the other side one sees the text being written.
constexpr std::chrono::milliseconds kWordPause{30};

std::string Json(Any::Object object) { return codec::ToJson(Any(std::move(object))); }

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
    SendMessage(line);
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
    const bool needs_argument = !command.arguments.empty() && command.arguments.front() != '[';
    if (needs_argument && rest.empty()) {
      screen_.Note("usage: " + std::string(name) + " " + std::string(command.arguments),
                   Tone::kBad);
    } else {
      (this->*command.run)(rest);
    }
    return true;
  }
  screen_.Note("no such command: " + PrintableLine(name, kMaxLabelBytes) + " (see /help)",
               Tone::kBad);
  return true;
}

void TerminalCommands::RunCloudCommand(std::string_view name, std::string_view arguments) {
  const absl::StatusOr<std::string> result = cloud_.Call(name, arguments);
  if (result.ok()) {
    screen_.Say(PrintableLine(name, kMaxLabelBytes), Printable(*result));
  } else {
    screen_.Note(PrintableLine(name, kMaxLabelBytes) + ": " +
                     Printable(std::string(result.status().message())),
                 Tone::kBad);
  }
}

void TerminalCommands::Report(const absl::Status& status) {
  if (!status.ok()) {
    screen_.Note("not recorded: " + Printable(std::string(status.message())), Tone::kBad);
  }
}

void TerminalCommands::SendMessage(std::string_view text) {
  const std::string id = RandomId("msg_");
  Any::Object part{{"id", id + "_0"}, {"type", "text"}, {"text", text}};
  Report(
      session_.hooks().ChatMessage(Json({{"sessionID", session_.session_id()}, {"messageID", id}}),
                                   Json({{"message", Any::Object{{"id", id}, {"role", "user"}}},
                                         {"parts", Any::Array{std::move(part)}}})));
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
  if (!status.refusal.empty()) text += " (" + PrintableLine(status.refusal, kMaxLabelBytes) + ")";
  session_.Read([&](const SessionDocument& document) {
    text += "\n" + Counted(document.message_count(), "message") + ", " +
            Counted(document.job_count(), "job") + ", " +
            Counted(document.file_mutation_count(), "changed file");
    const std::string persona = document.ReadPersona();
    if (!persona.empty()) text += ", persona " + PrintableLine(persona, kMaxLabelBytes);
  });
  for (const Participant& participant : status.participants) {
    text += "\nhere: " + PrintableLine(participant.author.name, kMaxLabelBytes) + " (" +
            PrintableLine(participant.author.device, kMaxLabelBytes) + ")" +
            (participant.own ? ", you" : "");
  }
  screen_.Note(text, Tone::kPlain);
}

void TerminalCommands::Persona(std::string_view name) {
  Report(session_.hooks().ChatParams(Json({{"sessionID", session_.session_id()}, {"agent", name}}),
                                     "{}"));
}

void TerminalCommands::Title(std::string_view title) {
  Any::Object info{{"id", session_.session_id()}, {"title", title}};
  Report(session_.hooks().Event(
      Json({{"type", "session.updated"}, {"properties", Any::Object{{"info", std::move(info)}}}})));
}

void TerminalCommands::Reply(std::string_view text) {
  std::string agent;
  session_.Read([&](const SessionDocument& document) { agent = document.ReadPersona(); });
  const std::string id = RandomId("msg_");
  Any::Object info{{"id", id}, {"sessionID", session_.session_id()}, {"role", "assistant"}};
  if (!agent.empty()) info.emplace_back("agent", agent);
  Report(session_.hooks().Event(
      Json({{"type", "message.updated"}, {"properties", Any::Object{{"info", std::move(info)}}}})));
  while (!text.empty()) {
    const size_t end = std::min(text.find(' ', 1), text.size());
    Any::Object properties{{"sessionID", session_.session_id()},
                           {"messageID", id},
                           {"partID", id + "_0"},
                           {"field", "text"},
                           {"delta", text.substr(0, end)}};
    Report(session_.hooks().Event(
        Json({{"type", "message.part.delta"}, {"properties", std::move(properties)}})));
    text.remove_prefix(end);
    std::this_thread::sleep_for(kWordPause);
  }
}

void TerminalCommands::RunJob(std::string_view rest) {
  const std::string_view tool = TakeWord(rest);
  const size_t bar = rest.find('|');
  const std::string_view title = Trimmed(rest.substr(0, bar));
  const std::string_view output =
      bar == std::string_view::npos ? std::string_view() : Trimmed(rest.substr(bar + 1));
  Report(session_.hooks().ToolExecuteAfter(
      Json({{"tool", tool},
            {"sessionID", session_.session_id()},
            {"callID", RandomId("call_")},
            {"args", Any::Object{{"command", title}}}}),
      Json({{"title", title}, {"output", output}, {"metadata", Any::Object{}}})));
}

void TerminalCommands::FileTool(std::string_view tool, std::string_view path) {
  Report(session_.hooks().ToolExecuteAfter(
      Json({{"tool", tool},
            {"sessionID", session_.session_id()},
            {"callID", RandomId("call_")},
            {"args", Any::Object{{"filePath", path}}}}),
      Json({{"title", path}, {"output", ""}, {"metadata", Any::Object{}}})));
}

void TerminalCommands::Edit(std::string_view path) { FileTool("edit", path); }
void TerminalCommands::Write(std::string_view path) { FileTool("write", path); }
void TerminalCommands::Delete(std::string_view path) { FileTool("delete", path); }

void TerminalCommands::Move(std::string_view paths) {
  const std::string_view from = TakeWord(paths);
  if (paths.empty()) {
    screen_.Note("usage: /move FROM TO", Tone::kBad);
    return;
  }
  const std::string title = std::string(from) + " -> " + std::string(paths);
  Report(session_.hooks().ToolExecuteAfter(
      Json({{"tool", "move"},
            {"sessionID", session_.session_id()},
            {"callID", RandomId("call_")},
            {"args", Any::Object{{"from", from}, {"to", paths}}}}),
      Json({{"title", title}, {"output", ""}, {"metadata", Any::Object{}}})));
}

void TerminalCommands::History(std::string_view count_text) {
  size_t count = 0;
  for (char c : count_text) {
    if (c < '0' || c > '9' || count > 1'000'000) {
      screen_.Note("usage: /history [N]", Tone::kBad);
      return;
    }
    count = count * 10 + static_cast<size_t>(c - '0');
  }
  if (count_text.empty()) count = 20;
  std::vector<Message> messages;
  session_.Read([&](const SessionDocument& document) {
    const size_t total = document.message_count();
    for (size_t i = total - std::min(count, total); i < total; ++i) {
      messages.push_back(document.ReadMessage(static_cast<uint32_t>(i)));
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
    for (uint32_t i = 0; i < document.job_count(); ++i) jobs.push_back(document.ReadJob(i));
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

std::string AuthorTag(const Message& message) {
  if (message.role == "assistant") {
    return PrintableLine(message.agent.empty() ? "assistant" : message.agent, kMaxLabelBytes) + ">";
  }
  std::string tag = message.author.name.empty() ? message.role : message.author.name;
  tag = PrintableLine(tag, kMaxLabelBytes);
  if (!message.author.device.empty()) {
    tag += " (" + PrintableLine(message.author.device, kMaxLabelBytes) + ")";
  }
  return tag + ">";
}

std::string JobLine(const Job& job) {
  std::string line = "job " + PrintableLine(job.tool, kMaxLabelBytes);
  if (!job.title.empty()) line += ": " + PrintableLine(job.title, kMaxLabelBytes);
  if (!job.status.empty()) line += " [" + PrintableLine(job.status, kMaxLabelBytes) + "]";
  return line;
}

std::string FileMutationLine(const FileMutation& mutation) {
  std::string line = "file " + PrintableLine(mutation.kind, kMaxLabelBytes) + ": ";
  if (!mutation.from.empty()) line += PrintableLine(mutation.from, kMaxLabelBytes) + " -> ";
  return line + PrintableLine(mutation.path, kMaxLabelBytes);
}

}  // namespace ypp::plugin
