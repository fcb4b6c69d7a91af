#include "plugin/bridge.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "codec/any.h"
#include "codec/json.h"
#include "plugin/background_calls.h"
#include "plugin/bridge_output.h"
#include "plugin/commands.h"
#include "plugin/input_wait.h"
#include "plugin/payload.h"

namespace ypp::plugin {
namespace {

// A hook's two payloads and what stands around them.
constexpr size_t kMaxBridgeLineBytes = kMaxPayloadBytes + (1 << 20);

std::string Json(Any::Object object) { return codec::ToJson(Any(std::move(object))); }

std::string_view CodeName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "invalid";
    case absl::StatusCode::kNotFound:
      return "not-found";
    case absl::StatusCode::kResourceExhausted:
      return "too-large";
    case absl::StatusCode::kFailedPrecondition:
      return "not-possible";
    case absl::StatusCode::kPermissionDenied:
      return "permission-denied";
    case absl::StatusCode::kDeadlineExceeded:
      return "timeout";
    case absl::StatusCode::kUnavailable:
      return "unavailable";
    default:
      return "internal";
  }
}

Any::Object ErrorOf(const absl::Status& status) {
  return {{"code", CodeName(status.code())}, {"message", std::string(status.message())}};
}

Any AuthorToJson(const Author& author) {
  return Any::Object{{"name", author.name}, {"device", author.device}};
}

Any JobToJson(const Job& job) {
  return Any::Object{{"id", job.id},
                     {"tool", job.tool},
                     {"title", job.title},
                     {"status", job.status},
                     {"author", AuthorToJson(job.author)},
                     {"finishedAt", job.finished_at_ms}};
}

Any::Object ChangesToJson(const RemoteChanges& changes) {
  Any::Array messages, growths, jobs, mutations;
  for (const Message& message : changes.messages) {
    messages.push_back(Any::Object{{"id", message.id},
                                   {"role", message.role},
                                   {"author", AuthorToJson(message.author)},
                                   {"text", message.text()},
                                   {"createdAt", message.created_at_ms}});
  }
  for (const MessageGrowth& growth : changes.growths) {
    growths.push_back(Any::Object{{"id", growth.message.id}, {"appended", growth.appended}});
  }
  for (const Job& job : changes.jobs) jobs.push_back(JobToJson(job));
  for (const FileMutation& mutation : changes.file_mutations) {
    mutations.push_back(Any::Object{{"path", mutation.path},
                                    {"kind", mutation.kind},
                                    {"callId", mutation.call_id},
                                    {"author", AuthorToJson(mutation.author)},
                                    {"at", mutation.at_ms}});
  }
  Any::Object json{{"type", "event"},
                   {"event", "remote"},
                   {"messages", std::move(messages)},
                   {"growths", std::move(growths)},
                   {"jobs", std::move(jobs)},
                   {"fileMutations", std::move(mutations)}};
  if (changes.persona) json.emplace_back("persona", *changes.persona);
  if (changes.title) json.emplace_back("title", *changes.title);
  return json;
}

class Bridge {
 public:
  Bridge(BridgeOptions options, int input_fd, int output_fd)
      : options_(std::move(options)),
        input_fd_(input_fd),
        output_(output_fd, kMaxBridgeOutputBytes) {}

  int Run();

 private:
  bool Open();
  void ReadLines();
  // False: the end.
  bool HandleLine(std::string_view line);
  bool HandleHello(const Any& line);
  void HandleHook(const Any& line, const Any& id);
  void HandleCommand(const Any& line, const Any& id);
  void HandleHistory(const Any& line, const Any& id);
  void SendEvent(Any::Object event) {
    output_.SendEvent(Json(std::move(event)), Json({{"type", "event"}, {"event", "resync"}}));
  }
  void SendResult(const Any& id, const absl::Status& status, Any value = {});
  void SendLineError(std::string_view message);

  const BridgeOptions options_;
  const InputWait wait_;
  const int input_fd_;
  BridgeOutput output_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Commands> commands_;
  // Ends before what it uses.
  std::unique_ptr<BackgroundCalls> waiting_calls_ = std::make_unique<BackgroundCalls>();
  Subscription conflicts_;
  uint64_t line_number_ = 0;
  bool greeted_ = false;
  int exit_code_ = 2;
};

// What the settings lack; empty: nothing.
std::string_view Missing(const SessionOptions& options) {
  if (options.relay_url.empty()) return "no relay: set relayUrl or YPP_RELAY_URL";
  if (options.token.empty()) return "no token: set token or YPP_TOKEN";
  return "";
}

bool Bridge::Open() {
  if (const std::string_view missing = Missing(options_.session); !missing.empty()) {
    output_.Send(Json(
        {{"type", "error"}, {"error", ErrorOf(absl::InvalidArgumentError(std::string(missing)))}}));
    return false;
  }
  SessionEvents events;
  events.on_remote = [this](const RemoteChanges& changes) { SendEvent(ChangesToJson(changes)); };
  events.on_status = [this](const SessionStatus& status) {
    SendEvent({{"type", "event"},
               {"event", "status"},
               {"status", StatusToJson(options_.session.session_id, status)}});
  };
  events.on_history_wanted = [this] {
    // Without it the past would be missing for good, so it is not left out.
    output_.Send(Json({{"type", "event"}, {"event", "history-wanted"}}));
  };
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(options_.session, std::move(events));
  if (!session.ok()) {
    output_.Send(Json({{"type", "error"}, {"error", ErrorOf(session.status())}}));
    return false;
  }
  session_ = *std::move(session);
  commands_ = std::make_unique<Commands>(*session_, options_.console_url, options_.handoff_ttl_ms);
  conflicts_ = session_->OnConflict([this](const Conflict& conflict) {
    Any::Object event{{"type", "event"},
                      {"event", ConflictName(conflict.kind)},
                      {"first", JobToJson(conflict.first)},
                      {"second", JobToJson(conflict.second)}};
    if (!conflict.path.empty()) event.emplace_back("path", conflict.path);
    SendEvent(std::move(event));
  });
  return true;
}

int Bridge::Run() {
  ReadLines();
  if (session_ == nullptr) return exit_code_;
  const absl::Status disposed = session_->Dispose();
  output_.SendLast(disposed.ok() ? Json({{"type", "disposed"}})
                                 : Json({{"type", "disposed"}, {"error", ErrorOf(disposed)}}));
  conflicts_.Cancel();
  waiting_calls_.reset();
  session_.reset();
  return disposed.ok() || exit_code_ == 2 ? exit_code_ : 1;
}

void Bridge::ReadLines() {
  std::string buffer;
  bool too_long = false;
  while (output_.WaitForRoom() && wait_.For(input_fd_) == InputWait::Result::kInput) {
    char chunk[64 << 10];
    const ssize_t size = read(input_fd_, chunk, sizeof(chunk));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    const size_t searched = buffer.size();
    buffer.append(chunk, static_cast<size_t>(size));
    size_t start = 0;
    for (size_t end = buffer.find('\n', searched); end != std::string::npos;
         end = buffer.find('\n', start)) {
      ++line_number_;
      if (!std::exchange(too_long, false) &&
          !HandleLine(std::string_view(buffer).substr(start, end - start))) {
        return;
      }
      start = end + 1;
    }
    buffer.erase(0, start);
    if (buffer.size() > kMaxBridgeLineBytes) {
      if (!too_long) SendLineError("the line is longer than 33 MiB");
      too_long = true;
      buffer.clear();
    }
  }
}

bool Bridge::HandleLine(std::string_view text) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  const absl::StatusOr<Any> line = codec::ParseJson(text);
  if (!line.ok() || line->if_object() == nullptr) {
    SendLineError("the line is no JSON object");
    return greeted_;
  }
  const std::string type = StringMember(*line, "type");
  if (!greeted_) return HandleHello(*line);
  const Any* const given_id = line->Find("id");
  const Any id = given_id != nullptr ? *given_id : Any();
  if (type == "hook") {
    HandleHook(*line, id);
  } else if (type == "command") {
    HandleCommand(*line, id);
  } else if (type == "history") {
    HandleHistory(*line, id);
  } else if (type == "dispose") {
    return false;
  } else {
    SendLineError("the line has no type that is known: hook, command, history or dispose");
  }
  return true;
}

bool Bridge::HandleHello(const Any& line) {
  if (StringMember(line, "type") != "hello" || NumberMember(line, "version", 0) != kBridgeVersion) {
    SendLineError("the first line must be a hello of version 1");
    return false;
  }
  if (!Open()) return false;
  greeted_ = true;
  exit_code_ = 0;
  output_.Send(Json({{"type", "hello"},
                     {"version", kBridgeVersion},
                     {"sessionId", session_->session_id()},
                     {"displayName", session_->display_name()},
                     {"tools", Commands::ToolDefinitions()},
                     {"status", StatusToJson(session_->session_id(), session_->status())}}));
  return true;
}

void Bridge::HandleHook(const Any& line, const Any& id) {
  const auto payload = [&line](std::string_view name) {
    const Any* const value = line.Find(name);
    return value != nullptr ? codec::ToJson(*value) : std::string("{}");
  };
  // The next line need not wait for the disk: what comes meanwhile goes there together.
  session_->hooks().CallThen(StringMember(line, "hook"), payload("input"), payload("output"),
                             [this, id](const absl::Status& status) { SendResult(id, status); });
}

void Bridge::HandleCommand(const Any& line, const Any& id) {
  const Any* const given = line.Find("arguments");
  const std::string arguments = given != nullptr ? codec::ToJson(*given) : "";
  const std::string name = StringMember(line, "name");
  const auto call = [this, id, name, arguments] {
    const absl::StatusOr<std::string> result = commands_->Call(name, arguments);
    if (!result.ok()) return SendResult(id, result.status());
    SendResult(id, absl::OkStatus(), *codec::ParseJson(*result));
  };
  // The hooks behind it are not to wait for the relay.
  Commands::WaitsForRelay(name) ? waiting_calls_->Add(call) : call();
}

void Bridge::HandleHistory(const Any& line, const Any& id) {
  const Any* const messages = line.Find("messages");
  session_->AddHistory(messages != nullptr ? codec::ToJson(*messages) : "",
                       [this, id](const absl::StatusOr<HistoryAdded>& added) {
                         if (!added.ok()) return SendResult(id, added.status());
                         SendResult(id, absl::OkStatus(),
                                    Any::Object{{"messages", added->messages},
                                                {"jobs", added->jobs},
                                                {"unreadable", added->unreadable}});
                       });
}

void Bridge::SendResult(const Any& id, const absl::Status& status, Any value) {
  // Who gives no id wants no answer.
  if (id.is_undefined()) return;
  Any::Object result{{"type", "result"}, {"id", id}, {"ok", status.ok()}};
  if (!status.ok()) result.emplace_back("error", ErrorOf(status));
  if (!value.is_undefined()) result.emplace_back("value", std::move(value));
  output_.Send(Json(std::move(result)));
}

void Bridge::SendLineError(std::string_view message) {
  output_.Send(Json({{"type", "error"},
                     {"line", line_number_},
                     {"error", Any::Object{{"code", "invalid"}, {"message", message}}}}));
}

}  // namespace

void RefuseBridge(const absl::Status& status, int output_fd) {
  signal(SIGPIPE, SIG_IGN);
  BridgeOutput(output_fd, kMaxBridgeOutputBytes)
      .Send(Json({{"type", "error"}, {"error", ErrorOf(status)}}));
}

int RunBridge(BridgeOptions options, int input_fd, int output_fd) {
  signal(SIGPIPE, SIG_IGN);
  return Bridge(std::move(options), input_fd, output_fd).Run();
}

}  // namespace ypp::plugin
