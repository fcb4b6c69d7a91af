#include "plugin/remote_changes.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "plugin/schema_keys.h"

namespace ypp::plugin {
namespace {

std::string TitleOf(const SessionDocument& document) {
  const Any title = document.ReadMetadata(key::kTitle);
  return title.if_string() != nullptr ? *title.if_string() : std::string();
}

// Messages without an id are told apart by what they are in the document.
std::string NameOf(const Message& message, uint64_t copy) {
  return message.id.empty() ? '\n' + std::to_string(copy) : message.id;
}

// What `text` has behind its first `bytes`, not beginning inside a character.
std::string Behind(const std::string& text, size_t bytes) {
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return text.substr(bytes);
}

}  // namespace

RemoteChangesWatcher::RemoteChangesWatcher(const SessionDocument& document,
                                           std::function<void(const RemoteChanges&)> callback)
    : document_(document),
      callback_(std::move(callback)),
      persona_(document.ReadPersona()),
      title_(TitleOf(document)) {
  RemoteChanges known;
  for (const Value& value : messages_.TakeNew(document_.messages()))
    TakeMessage(value, true, known);
  for (const Value& value : jobs_.TakeNew(document_.jobs())) TakeJob(value, true, known);
  document_.file_mutations().ForEach([&](std::string_view path, const Value& value) {
    if (value.if_type() != nullptr) records_[std::string(path)] = KeyOf(*value.if_type());
  });
  subscription_ = document_.doc().OnTransaction(
      [this](const TransactionEvent& event) { HandleTransaction(event); });
}

void RemoteChangesWatcher::Follow(const Map& message) {
  message_of_[KeyOf(message)] = message;
  const Array parts = message.Get(key::kParts).array();
  if (parts.valid()) {
    message_of_[KeyOf(parts)] = message;
    parts.ForEach([&](const Value& part) {
      const Map map = part.map();
      if (!map.valid()) return;
      message_of_[KeyOf(map)] = message;
      if (const Text text = map.Get(key::kText).text(); text.valid())
        message_of_[KeyOf(text)] = message;
    });
  }
}

void RemoteChangesWatcher::TakeMessage(const Value& value, bool local, RemoteChanges& changes) {
  const Map map = value.map();
  if (map.valid()) Follow(map);
  Message message = ReadMessage(value);
  const uint64_t copy = map.valid() ? KeyOf(map) : 0;
  const Shown shown{copy, message.text().size()};
  // Of one that is a plain value and has no id nobody can tell whether it was there before.
  const bool has_name = map.valid() || !message.id.empty();
  if (has_name && !shown_.try_emplace(NameOf(message, copy), shown).second) {
    return TakeGrowth(copy, std::move(message), local, changes);
  }
  if (!local) changes.messages.push_back(std::move(message));
}

void RemoteChangesWatcher::TakeGrowth(uint64_t copy, Message message, bool local,
                                      RemoteChanges& changes) {
  const std::string text = message.text();
  Shown& shown = shown_.try_emplace(NameOf(message, copy), Shown{copy, 0}).first->second;
  if (shown.copy != copy && text.size() <= shown.bytes) return;
  const size_t before = std::exchange(shown, Shown{copy, text.size()}).bytes;
  if (local || text.size() <= before) return;
  changes.growths.push_back({std::move(message), Behind(text, before)});
}

void RemoteChangesWatcher::TakeJob(const Value& value, bool local, RemoteChanges& changes) {
  Job job = ReadJob(value);
  const bool known = !job.id.empty() && !job_ids_.insert(job.id).second;
  const bool shown_before = known && job.content_hash.empty();
  if (!local && !shown_before) changes.jobs.push_back(std::move(job));
}

void RemoteChangesWatcher::HandleTransaction(const TransactionEvent& event) {
  RemoteChanges changes;
  const bool only_appended = event.local && event.origin.label == kSessionOrigin;
  const auto added = [&](ElementTracker& tracker, const Array& array) {
    return only_appended ? tracker.TakeAppended(array) : tracker.TakeNew(array);
  };
  std::unordered_set<uint64_t> grown;
  for (const SharedType& type : event.changed) {
    if (type == document_.messages()) {
      for (const Value& value : added(messages_, document_.messages())) {
        TakeMessage(value, event.local, changes);
      }
    } else if (type == document_.jobs()) {
      for (const Value& value : added(jobs_, document_.jobs())) {
        TakeJob(value, event.local, changes);
      }
    } else if (type == document_.file_mutations()) {
      document_.file_mutations().ForEach([&](std::string_view path, const Value& value) {
        const uint64_t record = value.if_type() != nullptr ? KeyOf(*value.if_type()) : 0;
        uint64_t& known = records_[std::string(path)];
        if (record != 0 && known == record) return;
        known = record;
        if (!event.local) changes.file_mutations.push_back(ReadFileMutation(path, value));
      });
    } else if (type == document_.active_persona() || type == document_.metadata()) {
      if (std::string persona = document_.ReadPersona(); persona != persona_) {
        persona_ = persona;
        if (!event.local) changes.persona = std::move(persona);
      }
      if (std::string title = TitleOf(document_); title != title_) {
        title_ = title;
        if (!event.local) changes.title = std::move(title);
      }
    } else if (const auto found = message_of_.find(KeyOf(type)); found != message_of_.end()) {
      const Map message = found->second;
      if (!message.live() || !grown.insert(KeyOf(message)).second) continue;
      Follow(message);
      TakeGrowth(KeyOf(message), ReadMessage(Value(message)), event.local, changes);
    }
  }
  if (!changes.empty()) callback_(changes);
}

}  // namespace ypp::plugin
