// The hooks through which a coding agent tells a session what happens: their names, payloads and
// moments are those of OpenCode's plugin interface, but any host can call them.
//
//   session->hooks().CallThen(
//       "chat.message", R"({"sessionID": "s1", "messageID": "m1"})",
//       R"({"message": {"id": "m1", "role": "user"}, "parts": [{"type": "text", "text":
//       "Hello"}]})",
//       [](const absl::Status& status) { Log(status); });
//
// A payload is JSON text, `input` and `output` as the hook has them. Fields that are not known are
// no error. What a hook gives is for the host to log: an error means that this event was not
// recorded (InvalidArgument: the payload is not JSON or lacks what the hook needs; NotFound: it is
// about another session; ResourceExhausted: it is too large) and the session goes on. Nothing
// throws, and nothing waits for the network.
//
// There are two promises, and a call for each:
//
//   CallThen  costs the host no more than reading the payload, well under a millisecond: it waits
//             for no other thread and for no disk. What was written is where it must be when `done`
//             is called.
//   Call      returns when that is so: the document has it, and with a local store the disk too,
//             which takes what a sync of the disk takes.
//
// Hooks that come while the document or the disk is busy are carried out together, in their order.
//
// Never recorded: what chat.params says of the provider (keys, options, headers), system prompts,
// and members of tool arguments that are secrets by their name. PersonalPaths says how paths are
// recorded.
//
// Thread rule: any thread; calls are carried out one after another where the document lives.
#ifndef YPP_PLUGIN_HOOKS_H_
#define YPP_PLUGIN_HOOKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugin/history.h"
#include "plugin/hook_reader.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// A payload larger than this is refused: nothing that a person or a model wrote is.
inline constexpr size_t kMaxPayloadBytes = 32 << 20;
// While payloads of more than this wait for the document, CallThen waits too.
inline constexpr size_t kMaxWaitingHookBytes = 8 << 20;

struct HookOptions {
  std::string session_id;
  Author author;
  // See PersonalPaths.
  std::string worktree;
  std::string home;
  // Milliseconds since 1970.
  std::function<int64_t()> now_ms;
  // Calls its argument where the document may be touched, and waits for it.
  std::function<void(const std::function<void()>&)> run;
  // The same without waiting. None: CallThen waits for the document.
  std::function<void(std::function<void()>)> post = nullptr;
  // Calls its argument, on any thread, when all that was written so far is where it must be when a
  // hook returns. None: it is at once.
  std::function<void(std::function<void()>)> when_written = nullptr;
};

class Hooks {
 public:
  // `document` must outlive the hooks, and they all that `post` was given.
  Hooks(SessionDocument& document, HookOptions options);

  // By the name of the hook, one of those below. NotFound for another.
  absl::Status Call(std::string_view hook, std::string_view input, std::string_view output);
  // The same without waiting: `done` gets what Call would return, on any thread, inside this call
  // or later. It must not block.
  void CallThen(std::string_view hook, std::string_view input, std::string_view output,
                std::function<void(const absl::Status&)> done);

  // chat.message, the user's turn: output.message and output.parts become a message.
  absl::Status ChatMessage(std::string_view input, std::string_view output);
  // chat.params, before a request to the model: input.agent becomes the active persona if it is not
  // already.
  absl::Status ChatParams(std::string_view input, std::string_view output);
  // tool.execute.after, a tool has run: it becomes a job, and the files it touched become file
  // mutations.
  absl::Status ToolExecuteAfter(std::string_view input, std::string_view output);
  // event, what the host's event bus says: message.updated, message.part.updated and
  // message.part.delta carry the assistant's turn, and the calls that have no hook as they failed;
  // a tool's part without messageID, of a session inside this one, is its call alone;
  // session.created and session.updated the title. Events of other types are ignored.
  absl::Status Event(std::string_view event);
  // dispose, the host goes away: the final metadata are written. Session::Dispose calls this and
  // then ends the transport.
  absl::Status Dispose();

  // What was said before this host's hooks came, as HookReader::ReadHistory reads it, where the
  // document lacks it. REQUIRES: the document has what others wrote, as only ids tell what is
  // there. Does not wait; `done` gets its answer as that of CallThen does.
  void AddHistory(std::string_view messages,
                  std::function<void(const absl::StatusOr<HistoryAdded>&)> done);

  // The host is there: what the first hook of a session does by itself. Does not wait for the disk.
  absl::Status Announce();

 private:
  struct Waiting {
    std::function<absl::Status()> edit;
    std::function<void(const absl::Status&)> done;
    absl::Status status;
  };

  // Puts the hook behind those that wait. Gives how many bytes wait now; 0: it is done already.
  size_t Add(std::string_view hook, std::string_view input, std::string_view output,
             std::function<void(const absl::Status&)> done);
  // Where the document lives: all that waits, as one transaction.
  void CarryOut();

  void PutHistory(const History& history,
                  std::function<void(const absl::StatusOr<HistoryAdded>&)> done);
  // Calls `tell` when all that was written so far is where it must be.
  void WhenWritten(std::function<void()> tell);

  // What is done inside a transaction.
  absl::Status Record(const HookEdit& edit);
  absl::Status RecordEnd();
  absl::Status RecordHost(std::string_view state);

  SessionDocument& document_;
  const HookOptions options_;
  const HookReader reader_;
  bool announced_ = false;  // touched where the document lives

  std::mutex mutex_;
  std::vector<Waiting> waiting_;  // guarded by mutex_
  size_t waiting_bytes_ = 0;      // guarded by mutex_
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_HOOKS_H_
