#include "plugin/history.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "plugin/schema_keys.h"

namespace ypp::plugin {
namespace {

// The elements of a list before anything was added, and where others go between them.
class Places {
 public:
  void AddKnown(std::string id, int64_t time_ms) {
    if (!id.empty()) index_.emplace(id, static_cast<uint32_t>(known_.size()));
    known_.push_back({std::move(id), time_ms});
  }
  // An element that the host has, too: what is older than it there stays in front of it.
  void AddOwn(const std::string& id) { own_.insert(id); }

  // Whether it is there. To be asked for each of the host's elements, in its order.
  bool Find(const std::string& id) {
    const auto known = index_.find(id);
    if (known == index_.end()) return put_.count(id) != 0;
    next_ = std::max(next_, known->second + 1);
    return true;
  }
  // Where one goes that is not there, and after the call is: behind the host's one before it, and
  // in front of the first that is younger.
  uint32_t Put(const std::string& id, int64_t time_ms) {
    while (next_ < known_.size() && known_[next_].time_ms <= time_ms &&
           own_.count(known_[next_].id) == 0) {
      ++next_;
    }
    put_.insert(id);
    return next_ + in_front_++;
  }

 private:
  struct Known {
    std::string id;
    int64_t time_ms;
  };
  std::vector<Known> known_;
  std::unordered_map<std::string, uint32_t> index_;
  std::unordered_set<std::string> own_;
  std::unordered_set<std::string> put_;
  uint32_t next_ = 0;      // where the host's next one goes, among the known ones
  uint32_t in_front_ = 0;  // of that, of those that were put there
};

Any Member(const Any::Object& object, std::string_view name) {
  for (const auto& [key, value] : object) {
    if (key == name) return value;
  }
  return Any();
}

// Adds what the document's copy of a message lacks.
absl::Status Complete(SessionDocument& document, const Message& stored, const Message& whole) {
  for (const MessagePart& part : whole.parts) {
    const auto known = std::find_if(stored.parts.begin(), stored.parts.end(),
                                    [&](const MessagePart& one) { return one.id == part.id; });
    absl::Status status;
    if (known == stored.parts.end()) {
      status = document.UpdatePart(whole.id, part);
    } else if (Member(known->other, key::kStatus) != Member(part.other, key::kStatus)) {
      status = document.UpdatePart(whole.id, part);
    } else if (known->text.size() < part.text.size() && part.text.rfind(known->text, 0) == 0) {
      status = document.SetPartText(whole.id, part, part.text);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> AddMessages(SessionDocument& document,
                                   const std::vector<HistoryMessage>& messages) {
  Places places;
  std::unordered_map<std::string, Message> unfinished;
  std::unordered_set<std::string> complete;
  for (const HistoryMessage& entry : messages) {
    places.AddOwn(entry.message.id);
    if (entry.complete) complete.insert(entry.message.id);
  }
  document.messages().ForEach([&](const Value& value) {
    Message message = ReadMessage(value);
    places.AddKnown(message.id, message.created_at_ms);
    if (complete.count(message.id) != 0) unfinished.emplace(message.id, std::move(message));
  });
  // First, as finding a message by its id is dear where others were put in front of it.
  for (const HistoryMessage& entry : messages) {
    const auto stored = unfinished.find(entry.message.id);
    if (stored == unfinished.end()) continue;
    absl::Status status = Complete(document, stored->second, entry.message);
    if (!status.ok()) return status;
  }
  size_t added = 0;
  for (const auto& [message, is_complete] : messages) {
    if (places.Find(message.id)) continue;
    const uint32_t place = places.Put(message.id, message.created_at_ms);
    if (absl::Status status = document.InsertMessage(place, message); !status.ok()) return status;
    ++added;
  }
  return added;
}

absl::StatusOr<size_t> AddJobs(SessionDocument& document, const std::vector<Job>& jobs) {
  Places places;
  for (const Job& job : jobs) places.AddOwn(job.id);
  document.jobs().ForEach([&](const Value& value) {
    Job job = ReadJob(value);
    places.AddKnown(std::move(job.id), job.finished_at_ms);
  });
  size_t added = 0;
  for (const Job& job : jobs) {
    if (places.Find(job.id)) continue;
    const uint32_t place = places.Put(job.id, job.finished_at_ms);
    if (absl::Status status = document.InsertJob(place, job); !status.ok()) return status;
    ++added;
  }
  return added;
}

}  // namespace

absl::StatusOr<HistoryAdded> AddHistory(SessionDocument& document, const History& history) {
  Transaction transaction(document.doc(), kHistoryOrigin);
  const absl::StatusOr<size_t> messages = AddMessages(document, history.messages);
  if (!messages.ok()) return messages.status();
  const absl::StatusOr<size_t> jobs = AddJobs(document, history.jobs);
  if (!jobs.ok()) return jobs.status();
  return HistoryAdded{*messages, *jobs, history.unreadable};
}

}  // namespace ypp::plugin
