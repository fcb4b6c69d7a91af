// Turns what a hook was given into the edit of the session document that it stands for. Knows the
// payloads of the host; touches no document, so any thread may read.
#ifndef YPP_PLUGIN_HOOK_READER_H_
#define YPP_PLUGIN_HOOK_READER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "plugin/history.h"
#include "plugin/personal_paths.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// Called once, inside a transaction. Empty: there is nothing to write.
using HookEdit = std::function<absl::Status(SessionDocument&)>;

class HookReader {
 public:
  // `now_ms`: milliseconds since 1970.
  HookReader(std::string session_id, Author author, PersonalPaths paths,
             std::function<int64_t()> now_ms)
      : session_id_(std::move(session_id)),
        author_(std::move(author)),
        paths_(std::move(paths)),
        now_ms_(std::move(now_ms)) {}

  // By the name of the hook; errors as of Hooks. NotFound for a name it does not know.
  absl::StatusOr<HookEdit> Read(std::string_view hook, std::string_view input,
                                std::string_view output) const;
  // A JSON array of {info, parts}, as session.messages of OpenCode's client gives them. What is no
  // message of this session is left out and counted.
  absl::StatusOr<History> ReadHistory(std::string_view messages) const;

 private:
  // Parses and checks that the payload is an object about this session.
  absl::StatusOr<Any> Parse(std::string_view hook, std::string_view name,
                            std::string_view json) const;
  struct Payload {
    Any input;
    Any output;
  };
  // The same for a hook that has both.
  absl::StatusOr<Payload> ParseBoth(std::string_view hook, std::string_view input,
                                    std::string_view output) const;
  // NotFound for what is about another session.
  absl::Status CheckSession(std::string_view hook, const Any& payload) const;

  absl::StatusOr<HookEdit> ReadMessage(std::string_view input, std::string_view output) const;
  absl::StatusOr<HookEdit> ReadPersona(std::string_view input) const;
  absl::StatusOr<HookEdit> ReadTool(std::string_view input, std::string_view output) const;
  absl::StatusOr<HookEdit> ReadEvent(std::string_view event) const;

  absl::StatusOr<HookEdit> ReadMessageUpdated(const Any& properties) const;
  absl::StatusOr<HookEdit> ReadPartUpdated(const Any& properties) const;
  absl::StatusOr<HookEdit> ReadPartDelta(const Any& properties) const;
  absl::StatusOr<HookEdit> ReadTitle(const Any& properties) const;

  // Without id, title and output. `metadata`: what the tool reported.
  Job JobOf(const std::string& tool, const Any& args, const Any& metadata) const;
  // Of a tool part: the job of a call that has ended. Its id is empty for other parts.
  Job JobFromPart(const Any& part) const;
  // Empty when it cannot be read.
  std::optional<HistoryMessage> ReadPast(const Any& entry) const;
  // Of a part of `message`, as JobFromPart.
  Job PastJob(const Any& part, const Message& message) const;
  // The assistant's message of this id, for a part that came before it.
  Message AssistantMessage(std::string id) const;

  const std::string session_id_;
  const Author author_;
  const PersonalPaths paths_;
  const std::function<int64_t()> now_ms_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_HOOK_READER_H_
