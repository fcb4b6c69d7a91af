#include "plugin/session_document.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "codec/utf.h"
#include "plugin/schema_keys.h"
#include "plugin/text_limit.h"

namespace ypp::plugin {
namespace {

// Sets several keys and remembers the first failure, so that the writers below read as lists of
// keys.
class MapWriter {
 public:
  explicit MapWriter(Map map) : map_(map) {}

  void Set(std::string_view name, const Any& value) {
    if (status_.ok()) status_ = map_.Set(name, value);
  }
  // Absent is not written: readers take a missing key for "unknown".
  void SetUnlessEmpty(std::string_view name, const std::string& value) {
    if (!value.empty()) Set(name, value);
  }
  void SetOther(const Any::Object& other) {
    for (const auto& [name, value] : other) {
      if (!map_.Has(name)) Set(name, value);
    }
  }
  void SetText(std::string_view name, std::string_view content) {
    if (!status_.ok()) return;
    absl::StatusOr<Text> text = map_.SetText(name);
    status_ = text.ok() ? text->Append(content) : text.status();
  }
  const absl::Status& status() const { return status_; }

 private:
  Map map_;
  absl::Status status_;
};

absl::Status WritePart(Map map, const MessagePart& part) {
  MapWriter writer(map);
  writer.SetUnlessEmpty(key::kId, part.id);
  writer.Set(key::kType, part.type);
  const std::string_view text = Utf8Prefix(part.text, kMaxPartTextBytes);
  // Every part that can carry text has a Y.Text from the start, so that later text is appended and
  // not rewritten.
  if (part.type == "text" || part.type == "reasoning" || !text.empty()) {
    writer.SetText(key::kText, text);
  }
  if (text.size() < part.text.size()) writer.Set(key::kTruncated, true);
  writer.SetOther(part.other);
  return writer.status();
}

absl::Status WriteMessage(Map map, const Message& message) {
  MapWriter writer(map);
  writer.Set(key::kId, message.id);
  writer.Set(key::kRole, message.role);
  writer.SetUnlessEmpty(key::kAuthor, message.author.name);
  writer.SetUnlessEmpty(key::kDevice, message.author.device);
  writer.SetUnlessEmpty(key::kAgent, message.agent);
  writer.Set(key::kCreatedAt, message.created_at_ms);
  writer.SetOther(message.other);
  if (!writer.status().ok()) return writer.status();
  absl::StatusOr<Array> parts = map.SetArray(key::kParts);
  if (!parts.ok()) return parts.status();
  for (const MessagePart& part : message.parts) {
    absl::StatusOr<Map> part_map = parts->PushMap();
    if (!part_map.ok()) return part_map.status();
    if (absl::Status status = WritePart(*part_map, part); !status.ok()) return status;
  }
  return absl::OkStatus();
}

Any FilesToAny(const std::vector<JobFile>& files) {
  Any::Array array;
  for (const JobFile& file : files) {
    Any::Object object{{std::string(key::kPath), file.path}, {std::string(key::kKind), file.kind}};
    if (!file.previous_call_id.empty()) {
      object.emplace_back(std::string(key::kPreviousCallId), file.previous_call_id);
    }
    array.push_back(std::move(object));
  }
  return array;
}

absl::Status WriteJob(Map map, const Job& job) {
  MapWriter writer(map);
  writer.Set(key::kId, job.id);
  writer.Set(key::kTool, job.tool);
  writer.SetUnlessEmpty(key::kTitle, job.title);
  writer.Set(key::kStatus, job.status);
  if (!job.args.is_undefined()) writer.Set(key::kArgs, job.args);
  const std::string_view output = Utf8Prefix(job.output, kMaxJobOutputBytes);
  if (!output.empty()) writer.Set(key::kOutput, output);
  if (job.output_truncated || output.size() < job.output.size()) {
    writer.Set(key::kOutputTruncated, true);
  }
  writer.SetUnlessEmpty(key::kAuthor, job.author.name);
  writer.SetUnlessEmpty(key::kDevice, job.author.device);
  writer.Set(key::kFinishedAt, job.finished_at_ms);
  writer.SetUnlessEmpty(key::kContentHash, job.content_hash);
  if (!job.files.empty()) writer.Set(key::kFiles, FilesToAny(job.files));
  writer.SetOther(job.other);
  return writer.status();
}

absl::StatusOr<Map> InsertMap(Array& array, uint32_t index) {
  if (index >= array.length()) return array.PushMap();
  absl::StatusOr<SharedType> map = array.InsertType(index, TypeKind::kMap);
  if (!map.ok()) return map.status();
  return Map(*map);
}

// Tells a call of one device from all others.
std::string JobKey(const Job& job) {
  return job.id + '\n' + job.author.name + '\n' + job.author.device;
}

// Where two valid UTF-8 texts stop being equal, at a character boundary.
size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t limit = std::min(a.size(), b.size());
  size_t size = std::mismatch(a.begin(), a.begin() + limit, b.begin()).first - a.begin();
  while (size > 0 && size < b.size() && (static_cast<unsigned char>(b[size]) & 0xC0) == 0x80)
    --size;
  while (size > 0 && size < a.size() && (static_cast<unsigned char>(a[size]) & 0xC0) == 0x80)
    --size;
  return size;
}

}  // namespace

SessionDocument::SessionDocument(Doc& doc)
    : doc_(doc),
      messages_(doc.GetArray(key::kMessages)),
      file_mutations_(doc.GetMap(key::kFileMutations)),
      active_persona_(doc.GetText(key::kActivePersona)),
      metadata_(doc.GetMap(key::kMetadata)),
      jobs_(doc.GetArray(key::kJobs)) {
  subscription_ = doc.OnTransaction([this](const TransactionEvent& event) {
    if (event.origin.label == kSessionOrigin) return;
    for (const SharedType& type : event.changed) {
      if (type == messages_) unindexed_messages_.only_appended = false;
      if (type == jobs_) unindexed_jobs_.only_appended = false;
    }
  });
}

absl::Status SessionDocument::Initialize(std::string_view session_id) {
  Transaction transaction(doc_, kSessionOrigin);
  MapWriter writer(metadata_);
  if (!metadata_.Has(key::kSchemaVersion)) writer.Set(key::kSchemaVersion, kSchemaVersion);
  if (!metadata_.Has(key::kSessionId)) writer.Set(key::kSessionId, session_id);
  return writer.status();
}

absl::Status SessionDocument::RecordCreation(const Author& author, int64_t now_ms) {
  if (metadata_.Has(key::kCreatedAt)) return absl::OkStatus();
  Transaction transaction(doc_, kSessionOrigin);
  MapWriter writer(metadata_);
  writer.Set(key::kCreatedAt, now_ms);
  writer.Set(key::kCreatedBy, author.name);
  return writer.status();
}

absl::Status SessionDocument::AppendMessage(const Message& message) {
  if (message.id.empty()) return absl::InvalidArgumentError("a message needs an id");
  if (HasMessage(message.id)) return absl::AlreadyExistsError("there is a message with this id");
  Transaction transaction(doc_, kSessionOrigin);
  absl::StatusOr<Map> map = messages_.PushMap();
  if (!map.ok()) return map.status();
  return WriteMessage(*map, message);
}

absl::Status SessionDocument::InsertMessage(uint32_t index, const Message& message) {
  Transaction transaction(doc_, kHistoryOrigin);
  unindexed_messages_.only_appended = false;
  const absl::StatusOr<Map> map = InsertMap(messages_, index);
  return map.ok() ? WriteMessage(*map, message) : map.status();
}

absl::Status SessionDocument::TakeOutMessage(uint32_t index) {
  Transaction transaction(doc_, kHistoryOrigin);
  unindexed_messages_.only_appended = false;
  return messages_.Delete(index);
}

std::vector<Value> SessionDocument::Unindexed::Take(const Array& array) {
  return std::exchange(only_appended, true) ? indexed.TakeAppended(array) : indexed.TakeNew(array);
}

Map SessionDocument::FindMessage(std::string_view id) {
  bool again = false;  // an id has more than one message, or had
  for (const Value& value : unindexed_messages_.Take(messages_)) {
    const Map map = value.map();
    if (!map.valid()) continue;
    if (std::string stored = ReadId(value); !stored.empty()) {
      again |= !messages_by_id_.try_emplace(std::move(stored), map).second;
    }
  }
  if (again) IndexFirstMessages();
  auto found = messages_by_id_.find(std::string(id));
  if (found == messages_by_id_.end()) return Map();
  if (found->second.live()) return found->second;
  // A peer deleted it, and there may have been another.
  IndexFirstMessages();
  found = messages_by_id_.find(std::string(id));
  return found != messages_by_id_.end() ? found->second : Map();
}

void SessionDocument::IndexFirstMessages() {
  messages_by_id_.clear();
  messages_.ForEach([this](const Value& value) {
    const Map map = value.map();
    if (std::string id = ReadId(value); map.valid() && !id.empty()) {
      messages_by_id_.try_emplace(std::move(id), map);
    }
  });
}

bool SessionDocument::HasMessage(std::string_view id) { return FindMessage(id).valid(); }

absl::StatusOr<Map> SessionDocument::FindOrAddPart(std::string_view message_id,
                                                   const MessagePart& part) {
  Map message = FindMessage(message_id);
  if (!message.valid()) return absl::NotFoundError("there is no such message");
  Array parts = message.Get(key::kParts).array();
  if (!parts.valid()) {
    absl::StatusOr<Array> made = message.SetArray(key::kParts);
    if (!made.ok()) return made.status();
    parts = *made;
  }
  // The part that is being written is mostly the last one.
  for (uint32_t i = parts.length(); i > 0; --i) {
    const Map candidate = parts.Get(i - 1).map();
    if (!candidate.valid()) continue;
    const Any id = candidate.Get(key::kId).ToAny();
    if (id.if_string() != nullptr && *id.if_string() == part.id) return candidate;
  }
  absl::StatusOr<Map> made = parts.PushMap();
  if (!made.ok()) return made.status();
  if (absl::Status status = WritePart(*made, part); !status.ok()) return status;
  return made;
}

absl::StatusOr<Text> SessionDocument::PartText(std::string_view message_id,
                                               const MessagePart& part) {
  absl::StatusOr<Map> found = FindOrAddPart(message_id, part);
  if (!found.ok()) return found.status();
  Map map = *found;
  if (Text text = map.Get(key::kText).text(); text.valid()) return text;
  // A peer stored the text as a plain string, or the part had none.
  const Any plain = map.Get(key::kText).ToAny();
  absl::StatusOr<Text> text = map.SetText(key::kText);
  if (text.ok() && plain.if_string() != nullptr) {
    if (absl::Status status = text->Append(*plain.if_string()); !status.ok()) return status;
  }
  return text;
}

absl::Status SessionDocument::AppendPartText(std::string_view message_id, const MessagePart& part,
                                             std::string_view delta) {
  Transaction transaction(doc_, kSessionOrigin);
  absl::StatusOr<Text> text = PartText(message_id, part);
  if (!text.ok()) return text.status();
  // A UTF-16 unit is at least one byte of UTF-8, so this bounds the bytes to three times the limit
  // without reading the text.
  const size_t length = text->length();
  if (length >= kMaxPartTextBytes) return absl::OkStatus();
  return text->Append(Utf8Prefix(delta, kMaxPartTextBytes - length));
}

absl::Status SessionDocument::UpdatePart(std::string_view message_id, const MessagePart& part) {
  Transaction transaction(doc_, kSessionOrigin);
  absl::StatusOr<Map> map = FindOrAddPart(message_id, part);
  if (!map.ok()) return map.status();
  MapWriter writer(*map);
  for (const auto& [name, value] : part.other) {
    if (map->Get(name).ToAny() != value) writer.Set(name, value);
  }
  return writer.status();
}

absl::Status SessionDocument::SetPartText(std::string_view message_id, const MessagePart& part,
                                          std::string_view wanted) {
  Transaction transaction(doc_, kSessionOrigin);
  absl::StatusOr<Text> text = PartText(message_id, part);
  if (!text.ok()) return text.status();
  wanted = Utf8Prefix(wanted, kMaxPartTextBytes);
  const std::string current = text->ToString();
  const size_t kept = CommonPrefix(current, wanted);
  const uint32_t kept_utf16 = codec::Utf16Length(std::string_view(current).substr(0, kept));
  if (kept < current.size()) {
    absl::Status status = text->Delete(kept_utf16, text->length() - kept_utf16);
    if (!status.ok()) return status;
  }
  return kept < wanted.size() ? text->Append(wanted.substr(kept)) : absl::OkStatus();
}

absl::Status SessionDocument::SetPersona(std::string_view persona) {
  if (ReadPersona() == persona && active_persona_.ToString() == persona) return absl::OkStatus();
  Transaction transaction(doc_, kSessionOrigin);
  absl::Status status = active_persona_.Delete(0, active_persona_.length());
  if (status.ok()) status = active_persona_.Append(persona);
  if (status.ok()) status = metadata_.Set(key::kActivePersonaName, persona);
  return status;
}

bool SessionDocument::HasJob(const Job& job) {
  for (const Value& value : unindexed_jobs_.Take(jobs_)) {
    job_keys_.insert(JobKey(plugin::ReadJob(value)));
  }
  return job_keys_.count(JobKey(job)) != 0;
}

absl::Status SessionDocument::AppendJob(const Job& job) {
  if (!job.id.empty() && HasJob(job)) {
    return absl::AlreadyExistsError("this author has a job with this id");
  }
  Transaction transaction(doc_, kSessionOrigin);
  absl::StatusOr<Map> map = jobs_.PushMap();
  return map.ok() ? WriteJob(*map, job) : map.status();
}

absl::Status SessionDocument::InsertJob(uint32_t index, const Job& job) {
  Transaction transaction(doc_, kHistoryOrigin);
  unindexed_jobs_.only_appended = false;
  const absl::StatusOr<Map> map = InsertMap(jobs_, index);
  return map.ok() ? WriteJob(*map, job) : map.status();
}

absl::Status SessionDocument::RecordFileMutation(const FileMutation& mutation) {
  if (mutation.path.empty()) return absl::InvalidArgumentError("a file mutation needs a path");
  Transaction transaction(doc_, kSessionOrigin);
  const std::optional<FileMutation> previous = ReadFileMutation(mutation.path);
  // A new map each time: of two records made at once one wins whole, and no mixture of both.
  absl::StatusOr<Map> map = file_mutations_.SetMap(mutation.path);
  if (!map.ok()) return map.status();
  MapWriter writer(*map);
  writer.Set(key::kPath, mutation.path);
  writer.Set(key::kKind, mutation.kind);
  writer.SetUnlessEmpty(key::kFrom, mutation.from);
  writer.SetUnlessEmpty(key::kTo, mutation.to);
  writer.SetUnlessEmpty(key::kTool, mutation.tool);
  writer.SetUnlessEmpty(key::kCallId, mutation.call_id);
  if (previous) writer.SetUnlessEmpty(key::kPreviousCallId, previous->call_id);
  writer.SetUnlessEmpty(key::kAuthor, mutation.author.name);
  writer.SetUnlessEmpty(key::kDevice, mutation.author.device);
  writer.Set(key::kAt, mutation.at_ms);
  writer.SetOther(mutation.other);
  return writer.status();
}

absl::Status SessionDocument::SetMetadata(std::string_view name, const Any& value) {
  return metadata_.Set(name, value);
}

}  // namespace ypp::plugin
