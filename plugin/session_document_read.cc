// The reading half of SessionDocument: never fails, whatever a peer stored.
#include <algorithm>
#include <initializer_list>
#include <unordered_set>
#include <utility>

#include "plugin/payload.h"
#include "plugin/schema_keys.h"
#include "plugin/session_document.h"

namespace ypp::plugin {
namespace {

// A record is a Y.Map; some peers store plain objects.
class Record {
 public:
  explicit Record(const Value& value) : map_(value.map()) {
    if (!map_.valid() && value.if_any() != nullptr) object_ = *value.if_any();
  }

  Value Get(std::string_view name) const {
    if (map_.valid()) return map_.Get(name);
    const Any* member = object_.Find(name);
    return member != nullptr ? Value(*member) : Value();
  }
  std::string String(std::string_view name) const {
    const Value value = Get(name);
    if (const Text text = value.text(); text.valid()) return text.ToString();
    const Any* any = value.if_any();
    const std::string* string = any != nullptr ? any->if_string() : nullptr;
    return string != nullptr ? *string : std::string();
  }
  int64_t Milliseconds(std::string_view name) const {
    // The range of dates in JavaScript; it also keeps the conversion defined.
    constexpr double kMaxMs = 8.64e15;
    const Value value = Get(name);
    const double* number = value.if_any() != nullptr ? value.if_any()->if_number() : nullptr;
    return number != nullptr && *number >= 0 && *number <= kMaxMs ? static_cast<int64_t>(*number)
                                                                  : 0;
  }
  bool Bool(std::string_view name) const {
    const Value value = Get(name);
    const bool* flag = value.if_any() != nullptr ? value.if_any()->if_bool() : nullptr;
    return flag != nullptr && *flag;
  }
  Author ReadAuthor() const { return {String(key::kAuthor), String(key::kDevice)}; }

  // All keys but these.
  Any::Object Other(std::initializer_list<std::string_view> known) const {
    Any::Object other;
    const auto visit = [&](std::string_view name, Any value) {
      for (std::string_view k : known) {
        if (k == name) return;
      }
      other.emplace_back(std::string(name), std::move(value));
    };
    if (map_.valid()) {
      map_.ForEach([&](std::string_view name, const Value& value) { visit(name, value.ToAny()); });
    } else if (object_.if_object() != nullptr) {
      for (const auto& [name, value] : *object_.if_object()) visit(name, value);
    }
    return other;
  }

 private:
  Map map_;
  Any object_;
};

MessagePart ReadPart(const Value& value) {
  const Record record(value);
  MessagePart part;
  part.id = record.String(key::kId);
  part.type = record.String(key::kType);
  if (part.type.empty()) part.type = "text";
  part.text = record.String(key::kText);
  part.other = record.Other({key::kId, key::kType, key::kText});
  return part;
}

}  // namespace

Message ReadMessage(const Value& value) {
  const Record record(value);
  Message message;
  message.id = record.String(key::kId);
  message.role = record.String(key::kRole);
  if (message.role.empty()) message.role = "user";
  message.author = record.ReadAuthor();
  message.agent = record.String(key::kAgent);
  message.created_at_ms = record.Milliseconds(key::kCreatedAt);
  const Value parts = record.Get(key::kParts);
  if (const Array array = parts.array(); array.valid()) {
    array.ForEach([&](const Value& part) { message.parts.push_back(ReadPart(part)); });
  } else if (parts.if_any() != nullptr && parts.if_any()->if_array() != nullptr) {
    for (const Any& part : *parts.if_any()->if_array()) {
      message.parts.push_back(ReadPart(Value(part)));
    }
  }
  // Peers that know no parts put the text into the message itself.
  if (message.parts.empty()) {
    std::string text = record.String(key::kText);
    if (text.empty()) text = record.String(key::kContent);
    if (!text.empty()) message.parts.push_back({"", "text", std::move(text), {}});
  }
  message.other = record.Other({key::kId, key::kRole, key::kAuthor, key::kDevice, key::kAgent,
                                key::kCreatedAt, key::kParts, key::kText, key::kContent});
  return message;
}

Job ReadJob(const Value& value) {
  const Record record(value);
  Job job;
  job.id = record.String(key::kId);
  job.tool = record.String(key::kTool);
  job.title = record.String(key::kTitle);
  job.status = record.String(key::kStatus);
  job.args = record.Get(key::kArgs).ToAny();
  job.output = record.String(key::kOutput);
  job.output_truncated = record.Bool(key::kOutputTruncated);
  job.author = record.ReadAuthor();
  job.finished_at_ms = record.Milliseconds(key::kFinishedAt);
  job.content_hash = record.String(key::kContentHash);
  const Any files = record.Get(key::kFiles).ToAny();
  if (files.if_array() != nullptr) {
    for (const Any& file : *files.if_array()) {
      if (file.if_object() == nullptr) continue;
      job.files.push_back({StringMember(file, key::kPath), StringMember(file, key::kKind),
                           StringMember(file, key::kPreviousCallId)});
    }
  }
  job.other = record.Other({key::kId, key::kTool, key::kTitle, key::kStatus, key::kArgs,
                            key::kOutput, key::kOutputTruncated, key::kAuthor, key::kDevice,
                            key::kFinishedAt, key::kContentHash, key::kFiles});
  return job;
}

FileMutation ReadFileMutation(std::string_view path, const Value& value) {
  const Record record(value);
  FileMutation mutation;
  mutation.path = std::string(path);
  mutation.kind = record.String(key::kKind);
  mutation.from = record.String(key::kFrom);
  mutation.to = record.String(key::kTo);
  mutation.tool = record.String(key::kTool);
  mutation.call_id = record.String(key::kCallId);
  mutation.previous_call_id = record.String(key::kPreviousCallId);
  mutation.author = record.ReadAuthor();
  mutation.at_ms = record.Milliseconds(key::kAt);
  mutation.other =
      record.Other({key::kPath, key::kKind, key::kFrom, key::kTo, key::kTool, key::kCallId,
                    key::kPreviousCallId, key::kAuthor, key::kDevice, key::kAt});
  return mutation;
}

std::string Message::text() const {
  std::string all;
  for (const MessagePart& part : parts) {
    if (part.type != "text") continue;
    const bool synthetic =
        std::any_of(part.other.begin(), part.other.end(), [](const auto& member) {
          return member.first == key::kSynthetic && member.second == Any(true);
        });
    if (synthetic) continue;
    if (!all.empty()) all += '\n';
    all += part.text;
  }
  return all;
}

std::string ReadId(const Value& value) { return Record(value).String(key::kId); }

std::vector<Value> SessionDocument::ShownMessages() const {
  std::vector<Value> shown;
  std::unordered_set<std::string> ids;
  messages_.ForEach([&](const Value& value) {
    const std::string id = ReadId(value);
    if (id.empty() || ids.insert(id).second) shown.push_back(value);
  });
  return shown;
}

std::vector<Value> SessionDocument::ShownJobs() const {
  const auto is_past = [](const Value& job) {
    return Record(job).String(key::kContentHash).empty();
  };
  std::unordered_set<std::string> ids;
  jobs_.ForEach([&](const Value& job) {
    if (!is_past(job)) ids.insert(ReadId(job));
  });
  std::vector<Value> shown;
  jobs_.ForEach([&](const Value& job) {
    const std::string id = ReadId(job);
    if (id.empty() || !is_past(job) || ids.insert(id).second) shown.push_back(job);
  });
  return shown;
}

size_t SessionDocument::message_count() const { return messages_.length(); }
size_t SessionDocument::job_count() const { return jobs_.length(); }
size_t SessionDocument::file_mutation_count() const { return file_mutations_.size(); }

Message SessionDocument::ReadMessage(uint32_t index) const {
  return plugin::ReadMessage(messages_.Get(index));
}

Job SessionDocument::ReadJob(uint32_t index) const { return plugin::ReadJob(jobs_.Get(index)); }

std::optional<FileMutation> SessionDocument::ReadFileMutation(std::string_view path) const {
  if (!file_mutations_.Has(path)) return std::nullopt;
  return plugin::ReadFileMutation(path, file_mutations_.Get(path));
}

std::vector<FileMutation> SessionDocument::ReadFileMutations() const {
  std::vector<FileMutation> mutations;
  mutations.reserve(file_mutations_.size());
  file_mutations_.ForEach([&](std::string_view path, const Value& value) {
    mutations.push_back(plugin::ReadFileMutation(path, value));
  });
  return mutations;
}

std::string SessionDocument::ReadPersona() const {
  std::string text = active_persona_.ToString();
  const Any stored = ReadMetadata(key::kActivePersonaName);
  const std::string* name = stored.if_string();
  // Two switches at the same moment leave both names in the text, one behind the other; the
  // metadata holds one of them.
  const bool mixed =
      name != nullptr && !name->empty() && text != *name && text.find(*name) != std::string::npos;
  return mixed ? *name : text;
}

Any SessionDocument::ReadMetadata(std::string_view name) const {
  return metadata_.Get(name).ToAny();
}

}  // namespace ypp::plugin
