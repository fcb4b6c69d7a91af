// The part of HookReader that reads the past.
#include <optional>
#include <utility>

#include "codec/json.h"
#include "plugin/hook_reader.h"
#include "plugin/hooks.h"
#include "plugin/payload.h"

namespace ypp::plugin {
std::optional<HistoryMessage> HookReader::ReadPast(const Any& entry) const {
  const Any* info = entry.Find("info");
  const Any* parts = entry.Find("parts");
  if (info == nullptr || parts == nullptr || parts->if_array() == nullptr) return std::nullopt;
  if (!CheckSession("history", *info).ok()) return std::nullopt;
  HistoryMessage past{MessageFromPayload(*info, paths_), TimeMember(*info, "completed") != 0};
  Message& message = past.message;
  if (message.id.empty()) return std::nullopt;
  if (message.role.empty()) message.role = "assistant";
  if (message.created_at_ms == 0) message.created_at_ms = now_ms_();
  message.author = author_;
  for (const Any& payload : *parts->if_array()) {
    MessagePart part = PartFromPayload(payload, paths_);
    if (IsBookkeepingPart(part.type)) continue;
    if (part.id.empty()) part.id = message.id + "_" + std::to_string(message.parts.size());
    message.parts.push_back(std::move(part));
  }
  return past;
}

Job HookReader::PastJob(const Any& part, const Message& message) const {
  if (StringMember(part, "type") != "tool") return Job();
  Job job = JobFromPart(part);
  job.content_hash.clear();
  const Any* state = part.Find("state");
  job.finished_at_ms = state != nullptr ? TimeMember(*state, "end") : 0;
  if (job.finished_at_ms == 0) job.finished_at_ms = message.created_at_ms;
  return job;
}

absl::StatusOr<History> HookReader::ReadHistory(std::string_view messages) const {
  if (messages.size() > kMaxPayloadBytes) {
    return absl::ResourceExhaustedError("history: the payload is larger than 32 MiB");
  }
  const absl::StatusOr<Any> parsed = codec::ParseJson(messages);
  if (!parsed.ok() || parsed->if_array() == nullptr) {
    return absl::InvalidArgumentError("history: the messages are no array");
  }
  History history;
  for (const Any& entry : *parsed->if_array()) {
    std::optional<HistoryMessage> past = ReadPast(entry);
    if (!past) {
      ++history.unreadable;
      continue;
    }
    for (const Any& part : *entry.Find("parts")->if_array()) {
      Job job = PastJob(part, past->message);
      if (!job.id.empty()) history.jobs.push_back(std::move(job));
    }
    history.messages.push_back(*std::move(past));
  }
  return history;
}

}  // namespace ypp::plugin
