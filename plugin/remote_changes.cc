#include "plugin/remote_changes.h"

#include <unordered_set>
#include <utility>

#include "plugin/schema_keys.h"

namespace ypp::plugin {
namespace {

std::string TitleOf(const SessionDocument& document) {
  const Any title = document.ReadMetadata(key::kTitle);
  return title.if_string() != nullptr ? *title.if_string() : std::string();
}

}  // namespace

RemoteChangesWatcher::RemoteChangesWatcher(const SessionDocument& document,
                                           std::function<void(const RemoteChanges&)> callback)
    : document_(document),
      callback_(std::move(callback)),
      persona_(document.ReadPersona()),
      title_(TitleOf(document)) {
  for (const Value& value : messages_.TakeNew(document_.messages())) {
    if (const Map map = value.map(); map.valid()) Follow(map);
  }
  jobs_.TakeNew(document_.jobs());
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
  shown_bytes_[KeyOf(message)] = ReadMessage(Value(message)).text().size();
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
        if (const Map map = value.map(); map.valid()) Follow(map);
        if (!event.local) changes.messages.push_back(ReadMessage(value));
      }
    } else if (type == document_.jobs()) {
      for (const Value& value : added(jobs_, document_.jobs())) {
        if (!event.local) changes.jobs.push_back(ReadJob(value));
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
      const size_t shown = shown_bytes_[KeyOf(message)];
      Follow(message);
      MessageGrowth growth;
      growth.message = ReadMessage(Value(message));
      const std::string text = growth.message.text();
      if (event.local || text.size() <= shown) continue;
      growth.appended = text.substr(shown);
      changes.growths.push_back(std::move(growth));
    }
  }
  if (!changes.empty()) callback_(changes);
}

}  // namespace ypp::plugin
