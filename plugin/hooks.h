// The hooks through which a coding agent tells a session what happens: their names, payloads and
// moments are those of OpenCode's plugin interface, but any host can call them.
//
//   absl::Status status = session->hooks().ChatMessage(
//       R"({"sessionID": "s1", "messageID": "m1"})",
//       R"({"message": {"id": "m1", "role": "user"}, "parts": [{"type": "text", "text":
//       "Hello"}]})");
//
// A payload is JSON text, `input` and `output` as the hook has them. Fields that are not known are
// no error. A hook writes the local document, waits for the local store if there is one, and
// returns; it never waits for the network, and CallThen waits for neither. What it
// returns is for the host to log: an error means that this event was not recorded (InvalidArgument:
// the payload is not JSON or lacks what the hook needs; NotFound: it is about another session;
// ResourceExhausted: it is too large) and the session goes on. Nothing throws.
//
// Never recorded: what chat.params says of the provider (keys, options, headers), system prompts,
// and members of tool arguments that are secrets by their name.
//
// Thread rule: any thread; calls are carried out one after another where the document lives.
#ifndef YPP_PLUGIN_HOOKS_H_
#define YPP_PLUGIN_HOOKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// A payload larger than this is refused: nothing that a person or a model wrote is.
inline constexpr size_t kMaxPayloadBytes = 32 << 20;

struct HookOptions {
  std::string session_id;
  Author author;
  std::string worktree;  // paths inside it are recorded relative to it
  // Milliseconds since 1970.
  std::function<int64_t()> now_ms;
  // Calls its argument where the document may be touched, and waits for it.
  std::function<void(const std::function<void()>&)> run;
  // Calls its argument, on any thread, when all that was written so far is where it must be when a
  // hook returns. None: it is at once.
  std::function<void(std::function<void()>)> when_written = nullptr;
};

class Hooks {
 public:
  // `document` must outlive the hooks.
  Hooks(SessionDocument& document, HookOptions options);

  // The user's turn: output.message and output.parts become a message.
  absl::Status ChatMessage(std::string_view input, std::string_view output);
  // Before a request to the model: input.agent becomes the active persona if it is not already.
  absl::Status ChatParams(std::string_view input, std::string_view output);
  // A tool has run: it becomes a job, and the files it touched become file mutations.
  absl::Status ToolExecuteAfter(std::string_view input, std::string_view output);
  // What the host's event bus says: message.updated, message.part.updated and message.part.delta
  // carry the assistant's turn, session.updated the title. Events of other types are ignored.
  absl::Status Event(std::string_view event);
  // The host is there: what the first hook of a session does by itself.
  absl::Status Announce();
  // The host goes away: the final metadata are written. Session::Dispose calls this and then ends
  // the transport.
  absl::Status Dispose();

  // By the name of the hook ("chat.message", ...). NotFound for a name that is not in this
  // list.
  absl::Status Call(std::string_view hook, std::string_view input, std::string_view output);
  // The same without waiting for the local store: `done` gets what Call would return, on any
  // thread, inside this call or later. It must not block.
  void CallThen(std::string_view hook, std::string_view input, std::string_view output,
                std::function<void(absl::Status)> done);

 private:
  // What the hooks do to the document.
  absl::Status Record(std::string_view hook, std::string_view input, std::string_view output);
  absl::Status RecordMessage(std::string_view input, std::string_view output);
  absl::Status RecordPersona(std::string_view input);
  absl::Status RecordTool(std::string_view input, std::string_view output);
  absl::Status RecordEvent(std::string_view event);
  absl::Status RecordEnd();
  // Gives `recorded` when it is written.
  absl::Status Written(absl::Status recorded);

  // Parses and checks that the payload is an object about this session.
  absl::StatusOr<Any> Parse(std::string_view hook, std::string_view name,
                            std::string_view json) const;
  // Runs `edit` as one transaction where the document lives.
  absl::Status Write(const std::function<absl::Status()>& edit);
  absl::Status AnnounceHost(std::string_view state);

  absl::Status HandleMessageUpdated(const Any& properties);
  absl::Status HandlePartUpdated(const Any& properties);
  absl::Status HandlePartDelta(const Any& properties);
  absl::Status EnsureMessage(const std::string& message_id);

  SessionDocument& document_;
  const HookOptions options_;
  bool announced_ = false;  // touched inside `run` only
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_HOOKS_H_
