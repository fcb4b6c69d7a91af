#include "plugin/payload.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "plugin/payload_filter.h"
#include "plugin/schema_keys.h"

namespace ypp::plugin {
namespace {

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Members of `object` that are not in `skipped`, cut to size and without secrets.
Any::Object OtherMembers(const Any& object, const PersonalPaths& paths,
                         std::initializer_list<std::string_view> skipped) {
  Any::Object other;
  if (object.if_object() == nullptr) return other;
  Any::Object kept;
  for (const auto& [name, value] : *object.if_object()) {
    if (!IsOneOf(name, skipped)) kept.emplace_back(name, value);
  }
  const Any filtered = FilterPayload(paths.Value(Any(std::move(kept)))).value;
  if (filtered.if_object() != nullptr) other = *filtered.if_object();
  return other;
}

bool IsDataUrl(const Any* url) {
  return url != nullptr && url->if_string() != nullptr && url->if_string()->rfind("data:", 0) == 0;
}

}  // namespace

const Any* FindMember(const Any& object, std::initializer_list<std::string_view> path) {
  const Any* value = &object;
  for (std::string_view name : path) {
    value = value->Find(name);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::string StringMember(const Any& object, std::string_view name) {
  const Any* member = object.Find(name);
  return member != nullptr && member->if_string() != nullptr ? *member->if_string() : std::string();
}

double NumberMember(const Any& object, std::string_view name, double otherwise) {
  const Any* member = object.Find(name);
  return member != nullptr && member->if_number() != nullptr ? *member->if_number() : otherwise;
}

int64_t TimeMember(const Any& object, std::string_view name) {
  // The range of dates in JavaScript; it also keeps the conversion defined.
  constexpr double kMaxMs = 8.64e15;
  const Any* time = object.Find("time");
  const double ms = time != nullptr ? NumberMember(*time, name, 0) : 0;
  return ms > 0 && ms <= kMaxMs ? static_cast<int64_t>(ms) : 0;
}

Message MessageFromPayload(const Any& info, const PersonalPaths& paths) {
  Message message;
  message.id = StringMember(info, "id");
  message.role = StringMember(info, "role");
  message.agent = StringMember(info, "agent");
  // An assistant's message calls it so in some versions.
  if (message.agent.empty()) message.agent = StringMember(info, "mode");
  message.created_at_ms = TimeMember(info, "created");
  // `system` and `tools` are the host's configuration, `path` names the user's folders, `summary`
  // holds whole files.
  message.other = OtherMembers(
      info, paths,
      {"id", "sessionID", "role", "agent", "mode", "time", "system", "tools", "path", "summary",
       key::kAuthor, key::kDevice, key::kCreatedAt, key::kParts, key::kText, key::kContent});
  return message;
}

MessagePart PartFromPayload(const Any& part, const PersonalPaths& paths) {
  MessagePart result;
  result.id = StringMember(part, "id");
  result.type = StringMember(part, "type");
  if (result.type.empty()) result.type = "text";
  result.text = StringMember(part, "text");
  // What the host made up names files of the machine; what a person wrote stays as it is.
  if (const Any* synthetic = part.Find("synthetic");
      synthetic != nullptr && *synthetic == Any(true))
    result.text = paths.Text(result.text);
  // `source` and a data: URL hold the file itself, `state` all that a tool said; the job has the
  // part of it that is shared.
  const std::string_view data_url = IsDataUrl(part.Find("url")) ? "url" : "source";
  result.other = OtherMembers(
      part, paths, {"id", "sessionID", "messageID", "type", "text", "source", "state", data_url});
  if (const Any* status = FindMember(part, {"state", "status"}))
    result.other.emplace_back("status", *status);
  return result;
}

bool IsBookkeepingPart(std::string_view type) {
  return IsOneOf(type, {"step-start", "step-finish", "snapshot", "compaction", "retry"});
}

}  // namespace ypp::plugin
