#include "plugin/hooks.h"

#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/json.h"
#include "plugin/document_name.h"
#include "plugin/payload.h"
#include "plugin/payload_filter.h"
#include "plugin/schema_keys.h"
#include "plugin/tool_files.h"

namespace ypp::plugin {
namespace {

absl::Status Invalid(std::string_view hook, std::string_view what) {
  std::string message(hook);
  message += ": ";
  message += what;
  return absl::InvalidArgumentError(message);
}

// A second report of what is there already is no mistake: hosts repeat events after a restart.
absl::Status IgnoreExisting(absl::Status status) {
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

// Some versions give the agent's name, later ones an object that has it.
std::string AgentName(const Any& input) {
  const Any* agent = input.Find("agent");
  if (agent == nullptr) return "";
  return agent->if_string() != nullptr ? *agent->if_string() : StringMember(*agent, "name");
}

}  // namespace

Hooks::Hooks(SessionDocument& document, HookOptions options)
    : document_(document), options_(std::move(options)) {}

absl::StatusOr<Any> Hooks::Parse(std::string_view hook, std::string_view name,
                                 std::string_view json) const {
  if (json.size() > kMaxPayloadBytes) {
    return absl::ResourceExhaustedError(std::string(hook) + ": the payload is larger than 32 MiB");
  }
  absl::StatusOr<Any> parsed = codec::ParseJson(json);
  if (!parsed.ok()) {
    return Invalid(hook, std::string(name) + ": " + std::string(parsed.status().message()));
  }
  if (parsed->if_object() == nullptr)
    return Invalid(hook, std::string(name) + " is no JSON object");
  const std::string session = StringMember(*parsed, "sessionID");
  if (!session.empty() && session != options_.session_id) {
    return absl::NotFoundError(std::string(hook) + ": this is about another session");
  }
  return parsed;
}

absl::Status Hooks::Write(const std::function<absl::Status()>& edit) {
  absl::Status status;
  options_.run([&] {
    Transaction transaction(document_.doc(), kSessionOrigin);
    if (!announced_) {
      announced_ = true;
      status = document_.Initialize(options_.session_id);
      if (status.ok()) status = AnnounceHost("attached");
    }
    if (status.ok()) status = edit();
  });
  return status;
}

absl::Status Hooks::AnnounceHost(std::string_view state) {
  absl::Status status = document_.SetMetadata(key::kHost, options_.author.name);
  if (status.ok()) status = document_.SetMetadata(key::kHostState, state);
  if (status.ok()) status = document_.SetMetadata(key::kHostStateAt, options_.now_ms());
  return status;
}

absl::Status Hooks::RecordMessage(std::string_view input_json, std::string_view output_json) {
  const absl::StatusOr<Any> input = Parse("chat.message", "input", input_json);
  if (!input.ok()) return input.status();
  const absl::StatusOr<Any> output = Parse("chat.message", "output", output_json);
  if (!output.ok()) return output.status();
  const Any* parts = output->Find("parts");
  if (parts == nullptr || parts->if_array() == nullptr) {
    return Invalid("chat.message", "output.parts is no array");
  }
  const Any* info = output->Find("message");
  if (info != nullptr && info->if_object() == nullptr) {
    return Invalid("chat.message", "output.message is no object");
  }

  Message message = info != nullptr ? MessageFromPayload(*info) : Message();
  if (message.id.empty()) message.id = StringMember(*input, "messageID");
  if (message.id.empty()) message.id = RandomId("msg_");
  if (message.role.empty()) message.role = "user";
  if (message.agent.empty()) message.agent = AgentName(*input);
  if (message.created_at_ms == 0) message.created_at_ms = options_.now_ms();
  message.author = options_.author;
  for (const Any& part : *parts->if_array()) {
    if (part.if_object() == nullptr) return Invalid("chat.message", "a part is no object");
    message.parts.push_back(PartFromPayload(part));
    MessagePart& added = message.parts.back();
    if (added.id.empty()) added.id = message.id + "_" + std::to_string(message.parts.size() - 1);
  }
  return Write([&] { return IgnoreExisting(document_.AppendMessage(message)); });
}

absl::Status Hooks::RecordPersona(std::string_view input_json) {
  const absl::StatusOr<Any> input = Parse("chat.params", "input", input_json);
  if (!input.ok()) return input.status();
  const std::string persona = AgentName(*input);
  if (persona.empty()) return Invalid("chat.params", "input.agent is missing");
  return Write([&] { return document_.SetPersona(persona); });
}

absl::Status Hooks::RecordTool(std::string_view input_json, std::string_view output_json) {
  const absl::StatusOr<Any> input = Parse("tool.execute.after", "input", input_json);
  if (!input.ok()) return input.status();
  const absl::StatusOr<Any> output = Parse("tool.execute.after", "output", output_json);
  if (!output.ok()) return output.status();

  Job job;
  job.tool = StringMember(*input, "tool");
  if (job.tool.empty()) return Invalid("tool.execute.after", "input.tool is missing");
  job.id = StringMember(*input, "callID");
  if (job.id.empty()) job.id = RandomId("call_");
  job.title = StringMember(*output, "title");
  job.status = "completed";
  job.output = StringMember(*output, "output");
  job.author = options_.author;
  job.finished_at_ms = options_.now_ms();
  const Any* args_given = input->Find("args");
  const Any args = args_given != nullptr ? *args_given : Any();
  job.content_hash = JobContentHash(job.tool, args);
  FilteredValue filtered = FilterPayload(args);
  job.args = std::move(filtered.value);
  if (filtered.truncated) job.other.emplace_back("argsTruncated", true);
  const Any* exit = FindMember(*output, {"metadata", "exit"});
  if (exit != nullptr && exit->if_number() != nullptr) job.other.emplace_back("exitCode", *exit);

  const Any* metadata = output->Find("metadata");
  const std::vector<TouchedFile> files =
      FilesTouchedBy(job.tool, args, metadata != nullptr ? *metadata : Any(), options_.worktree);
  return Write([&] {
    for (const TouchedFile& file : files) {
      const std::optional<FileMutation> previous = document_.ReadFileMutation(file.path);
      job.files.push_back({file.path, file.kind, previous ? previous->call_id : ""});
    }
    absl::Status status = document_.AppendJob(job);
    for (const TouchedFile& file : files) {
      if (!status.ok()) break;
      FileMutation mutation{file.path,          file.kind, file.from, file.to,
                            job.tool,           job.id,    "",        options_.author,
                            job.finished_at_ms, {}};
      status = document_.RecordFileMutation(mutation);
    }
    return status;
  });
}

absl::Status Hooks::RecordEvent(std::string_view event_json) {
  absl::StatusOr<Any> event = Parse("event", "event", event_json);
  if (!event.ok()) return event.status();
  // OpenCode's hook gets {event: {type, properties}}; the bus itself has what is inside.
  if (const Any* inner = event->Find("event"); inner != nullptr && inner->if_object() != nullptr) {
    const Any copy = *inner;
    *event = copy;
  }
  const std::string type = StringMember(*event, "type");
  if (type.empty()) return Invalid("event", "type is missing");
  const Any* properties = event->Find("properties");
  if (properties == nullptr || properties->if_object() == nullptr) return absl::OkStatus();

  if (type == "message.updated") return HandleMessageUpdated(*properties);
  if (type == "message.part.updated") return HandlePartUpdated(*properties);
  if (type == "message.part.delta") return HandlePartDelta(*properties);
  if (type == "session.updated") {
    const Any* title = FindMember(*properties, {"info", "title"});
    const Any* id = FindMember(*properties, {"info", "id"});
    const bool ours = id == nullptr || *id == Any(options_.session_id);
    if (!ours || title == nullptr || title->if_string() == nullptr) return absl::OkStatus();
    return Write([&] {
      if (document_.ReadMetadata(key::kTitle) == *title) return absl::OkStatus();
      return document_.SetMetadata(key::kTitle, *title);
    });
  }
  return absl::OkStatus();
}

absl::Status Hooks::HandleMessageUpdated(const Any& properties) {
  const Any* info = properties.Find("info");
  if (info == nullptr) return Invalid("event", "message.updated without info");
  Message message = MessageFromPayload(*info);
  if (message.id.empty()) return Invalid("event", "message.updated without info.id");
  const std::string session = StringMember(*info, "sessionID");
  if (!session.empty() && session != options_.session_id) {
    return absl::NotFoundError("event: this is about another session");
  }
  // The user's own turns come through chat.message, with their parts.
  if (message.role == "user") return absl::OkStatus();
  if (message.role.empty()) message.role = "assistant";
  message.author = options_.author;
  if (message.created_at_ms == 0) message.created_at_ms = options_.now_ms();
  return Write([&] { return IgnoreExisting(document_.AppendMessage(message)); });
}

absl::Status Hooks::EnsureMessage(const std::string& message_id) {
  if (document_.HasMessage(message_id)) return absl::OkStatus();
  Message message;
  message.id = message_id;
  message.role = "assistant";
  message.author = options_.author;
  message.created_at_ms = options_.now_ms();
  return document_.AppendMessage(message);
}

absl::Status Hooks::HandlePartUpdated(const Any& properties) {
  const Any* payload = properties.Find("part");
  if (payload == nullptr) return Invalid("event", "message.part.updated without part");
  const std::string session = StringMember(*payload, "sessionID");
  if (!session.empty() && session != options_.session_id) {
    return absl::NotFoundError("event: this is about another session");
  }
  const std::string message_id = StringMember(*payload, "messageID");
  MessagePart part = PartFromPayload(*payload);
  if (message_id.empty() || part.id.empty()) {
    return Invalid("event", "message.part.updated without part.id or part.messageID");
  }
  if (IsBookkeepingPart(part.type)) return absl::OkStatus();
  const std::string text = std::exchange(part.text, "");
  return Write([&] {
    absl::Status status = EnsureMessage(message_id);
    if (status.ok()) status = document_.UpdatePart(message_id, part);
    const bool has_text = part.type == "text" || part.type == "reasoning";
    if (status.ok() && has_text) status = document_.SetPartText(message_id, part, text);
    return status;
  });
}

absl::Status Hooks::HandlePartDelta(const Any& properties) {
  if (const std::string field = StringMember(properties, "field");
      !field.empty() && field != "text") {
    return absl::OkStatus();
  }
  const std::string session = StringMember(properties, "sessionID");
  if (!session.empty() && session != options_.session_id) {
    return absl::NotFoundError("event: this is about another session");
  }
  const std::string message_id = StringMember(properties, "messageID");
  MessagePart part;
  part.id = StringMember(properties, "partID");
  const std::string delta = StringMember(properties, "delta");
  if (message_id.empty() || part.id.empty()) {
    return Invalid("event", "message.part.delta without messageID or partID");
  }
  return Write([&] {
    absl::Status status = EnsureMessage(message_id);
    return status.ok() ? document_.AppendPartText(message_id, part, delta) : status;
  });
}

absl::Status Hooks::Announce() {
  return Write([] { return absl::OkStatus(); });
}

absl::Status Hooks::RecordEnd() {
  absl::Status status;
  options_.run([&] {
    // A host that never came does not leave.
    if (!announced_) return;
    announced_ = false;
    Transaction transaction(document_.doc(), kSessionOrigin);
    status = AnnounceHost("left");
  });
  return status;
}

absl::Status Hooks::Record(std::string_view hook, std::string_view input, std::string_view output) {
  if (hook == "chat.message") return RecordMessage(input, output);
  if (hook == "chat.params") return RecordPersona(input);
  if (hook == "tool.execute.after") return RecordTool(input, output);
  if (hook == "event") return RecordEvent(input);
  if (hook == "dispose") return RecordEnd();
  return absl::NotFoundError("there is no hook of the name " + std::string(hook));
}

absl::Status Hooks::Written(absl::Status recorded) {
  if (!options_.when_written) return recorded;
  // Shared, as it is still being set when the wait is over.
  const auto written = std::make_shared<std::promise<void>>();
  options_.when_written([written] { written->set_value(); });
  written->get_future().wait();
  return recorded;
}

absl::Status Hooks::ChatMessage(std::string_view input, std::string_view output) {
  return Written(RecordMessage(input, output));
}
absl::Status Hooks::ChatParams(std::string_view input, std::string_view) {
  return Written(RecordPersona(input));
}
absl::Status Hooks::ToolExecuteAfter(std::string_view input, std::string_view output) {
  return Written(RecordTool(input, output));
}
absl::Status Hooks::Event(std::string_view event) { return Written(RecordEvent(event)); }
absl::Status Hooks::Dispose() { return Written(RecordEnd()); }

absl::Status Hooks::Call(std::string_view hook, std::string_view input, std::string_view output) {
  return Written(Record(hook, input, output));
}

void Hooks::CallThen(std::string_view hook, std::string_view input, std::string_view output,
                     std::function<void(absl::Status)> done) {
  absl::Status recorded = Record(hook, input, output);
  if (!options_.when_written) return done(std::move(recorded));
  options_.when_written(
      [recorded = std::move(recorded), done = std::move(done)] { done(recorded); });
}

}  // namespace ypp::plugin
