#include "plugin/stand_in_agent.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "codec/any.h"
#include "codec/json.h"
#include "plugin/document_name.h"

namespace ypp::plugin {
namespace {

// Between two words of a reply, so that on the other side one sees the text being written.
constexpr std::chrono::milliseconds kWordPause{30};

std::string Json(Any::Object object) { return codec::ToJson(Any(std::move(object))); }

}  // namespace

absl::Status StandInAgent::Say(std::string_view text) {
  const std::string id = RandomId("msg_");
  Any::Object message{{"id", id}, {"role", "user"}};
  Any::Object part{{"id", id + "_0"}, {"type", "text"}, {"text", text}};
  return session_.hooks().ChatMessage(
      Json({{"sessionID", session_.session_id()}, {"messageID", id}}),
      Json({{"message", std::move(message)}, {"parts", Any::Array{std::move(part)}}}));
}

absl::Status StandInAgent::Reply(std::string_view text) {
  std::string agent;
  session_.Read([&](const SessionDocument& document) { agent = document.ReadPersona(); });
  const std::string id = RandomId("msg_");
  Any::Object info{{"id", id}, {"sessionID", session_.session_id()}, {"role", "assistant"}};
  if (!agent.empty()) info.emplace_back("agent", agent);
  absl::Status status = SendEvent("message.updated", {{"info", std::move(info)}});
  while (status.ok() && !text.empty()) {
    const size_t end = std::min(text.find(' ', 1), text.size());
    status = SendEvent("message.part.delta", {{"sessionID", session_.session_id()},
                                              {"messageID", id},
                                              {"partID", id + "_0"},
                                              {"field", "text"},
                                              {"delta", text.substr(0, end)}});
    text.remove_prefix(end);
    std::this_thread::sleep_for(kWordPause);
  }
  return status;
}

absl::Status StandInAgent::SwitchPersona(std::string_view name) {
  return session_.hooks().ChatParams(Json({{"sessionID", session_.session_id()}, {"agent", name}}),
                                     "{}");
}

absl::Status StandInAgent::SetTitle(std::string_view title) {
  Any::Object info{{"id", session_.session_id()}, {"title", title}};
  return SendEvent("session.updated", {{"info", std::move(info)}});
}

absl::Status StandInAgent::RunTool(std::string_view tool, std::string_view title,
                                   std::string_view output) {
  return RunTool(tool, Any::Object{{"command", title}}, title, output);
}

absl::Status StandInAgent::RunFileTool(std::string_view tool, std::string_view path) {
  return RunTool(tool, Any::Object{{"filePath", path}}, path, "");
}

absl::Status StandInAgent::MoveFile(std::string_view from, std::string_view to) {
  const std::string title = std::string(from) + " -> " + std::string(to);
  return RunTool("move", Any::Object{{"from", from}, {"to", to}}, title, "");
}

absl::Status StandInAgent::RunTool(std::string_view tool, Any args, std::string_view title,
                                   std::string_view output) {
  return session_.hooks().ToolExecuteAfter(
      Json({{"tool", tool},
            {"sessionID", session_.session_id()},
            {"callID", RandomId("call_")},
            {"args", std::move(args)}}),
      Json({{"title", title}, {"output", output}, {"metadata", Any::Object{}}}));
}

absl::Status StandInAgent::SendEvent(std::string_view type, Any::Object properties) {
  return session_.hooks().Event(Json({{"type", type}, {"properties", std::move(properties)}}));
}

}  // namespace ypp::plugin
