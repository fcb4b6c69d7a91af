// A person in the place of a coding agent: what the agent would do is typed, and goes through the
// hooks as the agent's own calls would.
#ifndef YPP_PLUGIN_STAND_IN_AGENT_H_
#define YPP_PLUGIN_STAND_IN_AGENT_H_

#include <string_view>

#include "absl/status/status.h"
#include "plugin/session.h"

namespace ypp::plugin {

// What is returned is what the hook says.
class StandInAgent {
 public:
  explicit StandInAgent(Session& session) : session_(session) {}

  // The user's turn.
  absl::Status Say(std::string_view text);
  // The assistant's turn, word by word, which takes its time.
  absl::Status Reply(std::string_view text);
  absl::Status SwitchPersona(std::string_view name);
  absl::Status SetTitle(std::string_view title);

  absl::Status RunTool(std::string_view tool, std::string_view title, std::string_view output);
  // `tool`: edit, write or delete.
  absl::Status RunFileTool(std::string_view tool, std::string_view path);
  absl::Status MoveFile(std::string_view from, std::string_view to);

 private:
  absl::Status RunTool(std::string_view tool, Any args, std::string_view title,
                       std::string_view output);
  absl::Status SendEvent(std::string_view type, Any::Object properties);

  Session& session_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_STAND_IN_AGENT_H_
