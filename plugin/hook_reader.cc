#include "plugin/hook_reader.h"

#include <optional>
#include <utility>
#include <vector>

#include "codec/json.h"
#include "plugin/document_name.h"
#include "plugin/hooks.h"
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

const Any& MemberOrNothing(const Any& object, std::string_view name) {
  static const Any nothing;
  const Any* member = object.Find(name);
  return member != nullptr ? *member : nothing;
}

// `files`: what the call did to files.
absl::Status RecordJob(SessionDocument& document, Job job, const std::vector<TouchedFile>& files) {
  for (const TouchedFile& file : files) {
    const std::optional<FileMutation> previous = document.ReadFileMutation(file.path);
    job.files.push_back({file.path, file.kind, previous ? previous->call_id : ""});
  }
  absl::Status status = document.AppendJob(job);
  for (const TouchedFile& file : files) {
    if (!status.ok()) break;
    FileMutation mutation{file.path, file.kind,  file.from,          file.to, job.tool, job.id,
                          "",        job.author, job.finished_at_ms, {}};
    status = document.RecordFileMutation(mutation);
  }
  return IgnoreExisting(status);
}

absl::Status EnsureMessage(SessionDocument& document, const Message& message) {
  return IgnoreExisting(document.AppendMessage(message));
}

}  // namespace

absl::StatusOr<HookEdit> HookReader::Read(std::string_view hook, std::string_view input,
                                          std::string_view output) const {
  if (hook == "chat.message") return ReadMessage(input, output);
  if (hook == "chat.params") return ReadPersona(input);
  if (hook == "tool.execute.after") return ReadTool(input, output);
  if (hook == "event") return ReadEvent(input);
  return absl::NotFoundError("there is no hook of the name " + std::string(hook));
}

absl::StatusOr<Any> HookReader::Parse(std::string_view hook, std::string_view name,
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
  if (absl::Status status = CheckSession(hook, *parsed); !status.ok()) return status;
  return parsed;
}

absl::StatusOr<HookReader::Payload> HookReader::ParseBoth(std::string_view hook,
                                                          std::string_view input,
                                                          std::string_view output) const {
  absl::StatusOr<Any> parsed_input = Parse(hook, "input", input);
  if (!parsed_input.ok()) return parsed_input.status();
  absl::StatusOr<Any> parsed_output = Parse(hook, "output", output);
  if (!parsed_output.ok()) return parsed_output.status();
  return Payload{*std::move(parsed_input), *std::move(parsed_output)};
}

absl::Status HookReader::CheckSession(std::string_view hook, const Any& payload) const {
  const std::string session = StringMember(payload, "sessionID");
  if (session.empty() || session == session_id_) return absl::OkStatus();
  return absl::NotFoundError(std::string(hook) + ": this is about another session");
}

absl::StatusOr<HookEdit> HookReader::ReadMessage(std::string_view input_json,
                                                 std::string_view output_json) const {
  const absl::StatusOr<Payload> payload = ParseBoth("chat.message", input_json, output_json);
  if (!payload.ok()) return payload.status();
  const auto& [input, output] = *payload;
  const Any* parts = output.Find("parts");
  if (parts == nullptr || parts->if_array() == nullptr) {
    return Invalid("chat.message", "output.parts is no array");
  }
  const Any* info = output.Find("message");
  if (info != nullptr && info->if_object() == nullptr) {
    return Invalid("chat.message", "output.message is no object");
  }

  Message message = info != nullptr ? MessageFromPayload(*info, paths_) : Message();
  if (message.id.empty()) message.id = StringMember(input, "messageID");
  if (message.id.empty()) message.id = RandomId("msg_");
  if (message.role.empty()) message.role = "user";
  if (message.agent.empty()) message.agent = AgentName(input);
  if (message.created_at_ms == 0) message.created_at_ms = now_ms_();
  message.author = author_;
  for (const Any& part : *parts->if_array()) {
    if (part.if_object() == nullptr) return Invalid("chat.message", "a part is no object");
    message.parts.push_back(PartFromPayload(part, paths_));
    MessagePart& added = message.parts.back();
    if (added.id.empty()) added.id = message.id + "_" + std::to_string(message.parts.size() - 1);
  }
  return HookEdit([message = std::move(message)](SessionDocument& document) {
    return EnsureMessage(document, message);
  });
}

absl::StatusOr<HookEdit> HookReader::ReadPersona(std::string_view input_json) const {
  const absl::StatusOr<Any> input = Parse("chat.params", "input", input_json);
  if (!input.ok()) return input.status();
  std::string persona = AgentName(*input);
  if (persona.empty()) return Invalid("chat.params", "input.agent is missing");
  return HookEdit([persona = std::move(persona)](SessionDocument& document) {
    return document.SetPersona(persona);
  });
}

Job HookReader::JobOf(const std::string& tool, const Any& args, const Any& metadata) const {
  Job job;
  job.tool = tool;
  job.status = "completed";
  job.author = author_;
  job.finished_at_ms = now_ms_();
  const Any shown = paths_.Value(args);
  // Of what is the same on every machine, and before anything is cut.
  job.content_hash = JobContentHash(tool, shown);
  FilteredValue filtered = FilterPayload(shown);
  job.args = std::move(filtered.value);
  if (filtered.truncated) job.other.emplace_back("argsTruncated", true);
  const Any* exit = metadata.Find("exit");
  if (exit != nullptr && exit->if_number() != nullptr) job.other.emplace_back("exitCode", *exit);
  return job;
}

absl::StatusOr<HookEdit> HookReader::ReadTool(std::string_view input_json,
                                              std::string_view output_json) const {
  const absl::StatusOr<Payload> payload = ParseBoth("tool.execute.after", input_json, output_json);
  if (!payload.ok()) return payload.status();
  const auto& [input, output] = *payload;
  const std::string tool = StringMember(input, "tool");
  if (tool.empty()) return Invalid("tool.execute.after", "input.tool is missing");

  const Any& args = MemberOrNothing(input, "args");
  const Any& metadata = MemberOrNothing(output, "metadata");
  Job job = JobOf(tool, args, metadata);
  job.id = StringMember(input, "callID");
  if (job.id.empty()) job.id = RandomId("call_");
  job.title = paths_.Text(StringMember(output, "title"));
  job.output = paths_.Text(StringMember(output, "output"));
  std::vector<TouchedFile> files = FilesTouchedBy(tool, args, metadata, paths_);
  return HookEdit([job = std::move(job), files = std::move(files)](SessionDocument& document) {
    return RecordJob(document, job, files);
  });
}

absl::StatusOr<HookEdit> HookReader::ReadEvent(std::string_view event_json) const {
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
  if (properties == nullptr || properties->if_object() == nullptr) return HookEdit();

  if (type == "message.updated") return ReadMessageUpdated(*properties);
  if (type == "message.part.updated") return ReadPartUpdated(*properties);
  if (type == "message.part.delta") return ReadPartDelta(*properties);
  if (type == "session.created" || type == "session.updated") return ReadTitle(*properties);
  return HookEdit();
}

absl::StatusOr<HookEdit> HookReader::ReadTitle(const Any& properties) const {
  const Any* title = FindMember(properties, {"info", "title"});
  const Any* id = FindMember(properties, {"info", "id"});
  const bool ours = id == nullptr || *id == Any(session_id_);
  if (!ours || title == nullptr || title->if_string() == nullptr) return HookEdit();
  return HookEdit([title = *title](SessionDocument& document) {
    if (document.ReadMetadata(key::kTitle) == title) return absl::OkStatus();
    return document.SetMetadata(key::kTitle, title);
  });
}

absl::StatusOr<HookEdit> HookReader::ReadMessageUpdated(const Any& properties) const {
  const Any* info = properties.Find("info");
  if (info == nullptr) return Invalid("event", "message.updated without info");
  Message message = MessageFromPayload(*info, paths_);
  if (message.id.empty()) return Invalid("event", "message.updated without info.id");
  if (absl::Status status = CheckSession("event", *info); !status.ok()) return status;
  // The user's own turns come through chat.message, with their parts.
  if (message.role == "user") return HookEdit();
  if (message.role.empty()) message.role = "assistant";
  message.author = author_;
  if (message.created_at_ms == 0) message.created_at_ms = now_ms_();
  return HookEdit([message = std::move(message)](SessionDocument& document) {
    return EnsureMessage(document, message);
  });
}

Message HookReader::AssistantMessage(std::string id) const {
  Message message;
  message.id = std::move(id);
  message.role = "assistant";
  message.author = author_;
  message.created_at_ms = now_ms_();
  return message;
}

Job HookReader::JobFromPart(const Any& part) const {
  const Any& state = MemberOrNothing(part, "state");
  const std::string status = StringMember(state, "status");
  const std::string tool = StringMember(part, "tool");
  if (tool.empty() || (status != "completed" && status != "error")) return Job();
  Job job = JobOf(tool, MemberOrNothing(state, "input"), MemberOrNothing(state, "metadata"));
  job.id = StringMember(part, "callID");
  job.status = status;
  job.title = paths_.Text(StringMember(state, "title"));
  job.output = paths_.Text(StringMember(state, status == "error" ? "error" : "output"));
  return job;
}

absl::StatusOr<HookEdit> HookReader::ReadPartUpdated(const Any& properties) const {
  const Any* payload = properties.Find("part");
  if (payload == nullptr) return Invalid("event", "message.part.updated without part");
  if (absl::Status status = CheckSession("event", *payload); !status.ok()) return status;
  Message message = AssistantMessage(StringMember(*payload, "messageID"));
  MessagePart part = PartFromPayload(*payload, paths_);
  // Of a call made in a session inside this one, whose messages are not here.
  const bool is_inner_call = part.type == "tool" && message.id.empty();
  if (!is_inner_call && (message.id.empty() || part.id.empty())) {
    return Invalid("event", "message.part.updated without part.id or part.messageID");
  }
  if (IsBookkeepingPart(part.type)) return HookEdit();
  // A failed call has no hook of its own, and some versions have none for any call.
  Job job = part.type == "tool" ? JobFromPart(*payload) : Job();
  std::vector<TouchedFile> files;
  if (!job.id.empty() && job.status == "completed") {
    const Any& state = *payload->Find("state");
    files = FilesTouchedBy(job.tool, MemberOrNothing(state, "input"),
                           MemberOrNothing(state, "metadata"), paths_);
  }
  std::string text = std::exchange(part.text, "");
  if (is_inner_call) {
    if (job.id.empty()) return HookEdit();
    return HookEdit([job = std::move(job), files = std::move(files)](SessionDocument& document) {
      return RecordJob(document, job, files);
    });
  }
  return HookEdit([message = std::move(message), part = std::move(part), text = std::move(text),
                   job = std::move(job), files = std::move(files)](SessionDocument& document) {
    absl::Status status = EnsureMessage(document, message);
    if (status.ok()) status = document.UpdatePart(message.id, part);
    const bool has_text = part.type == "text" || part.type == "reasoning";
    if (status.ok() && has_text) status = document.SetPartText(message.id, part, text);
    if (status.ok() && !job.id.empty()) status = RecordJob(document, job, files);
    return status;
  });
}

absl::StatusOr<HookEdit> HookReader::ReadPartDelta(const Any& properties) const {
  if (const std::string field = StringMember(properties, "field");
      !field.empty() && field != "text") {
    return HookEdit();
  }
  if (absl::Status status = CheckSession("event", properties); !status.ok()) return status;
  Message message = AssistantMessage(StringMember(properties, "messageID"));
  MessagePart part;
  part.id = StringMember(properties, "partID");
  std::string delta = StringMember(properties, "delta");
  if (message.id.empty() || part.id.empty()) {
    return Invalid("event", "message.part.delta without messageID or partID");
  }
  return HookEdit([message = std::move(message), part = std::move(part),
                   delta = std::move(delta)](SessionDocument& document) {
    absl::Status status = EnsureMessage(document, message);
    return status.ok() ? document.AppendPartText(message.id, part, delta) : status;
  });
}

}  // namespace ypp::plugin
