// What can be typed in the terminal host. A line is a chat.message; a line that starts with a slash
// is one of these commands, which stand for what an agent would do: each goes through the hooks, as
// an agent's own calls would.
#ifndef YPP_PLUGIN_TERMINAL_COMMANDS_H_
#define YPP_PLUGIN_TERMINAL_COMMANDS_H_

#include <string>
#include <string_view>
#include <utility>

#include "plugin/commands.h"
#include "plugin/session.h"
#include "plugin/stand_in_agent.h"
#include "plugin/terminal_text.h"

namespace ypp::plugin {

class TerminalCommands {
 public:
  TerminalCommands(Session& session, Screen& screen, std::string console_url)
      : session_(session),
        screen_(screen),
        agent_(session),
        cloud_(session, std::move(console_url)) {}

  // Carries out one line. False: the user wants to leave.
  bool Execute(std::string_view line);

 private:
  struct Command;
  static const Command kCommands[];

  void RunCommand(const Command& command, std::string_view arguments);
  // "/pugi.cloud.<name> [JSON arguments]"
  void RunCloudCommand(std::string_view name, std::string_view arguments);

  void Help(std::string_view);
  void Status(std::string_view);
  void History(std::string_view count);
  void Jobs(std::string_view);
  void Files(std::string_view);
  void Connect(std::string_view);
  void Disconnect(std::string_view);

  // What the agent does.
  void Persona(std::string_view name);
  void Title(std::string_view title);
  void Reply(std::string_view text);
  void RunJob(std::string_view rest);
  void Edit(std::string_view path);
  void Write(std::string_view path);
  void Delete(std::string_view path);
  void Move(std::string_view paths);
  void Report(const absl::Status& recorded);

  Session& session_;
  Screen& screen_;
  StandInAgent agent_;
  Commands cloud_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TERMINAL_COMMANDS_H_
