#include "plugin/conflict_watcher.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace ypp::plugin {
namespace {

// Of one call or path, the last so many are compared: a loop that makes the same call for ever
// costs the same each time.
constexpr size_t kMaxCompared = 16;

std::string DeviceOf(const Author& author) { return author.name + '\n' + author.device; }

}  // namespace

std::string_view ConflictName(Conflict::Kind kind) {
  return kind == Conflict::Kind::kSameCall ? "cloud-sync:conflict" : "cloud-sync:path-conflict";
}

ConflictWatcher::ConflictWatcher(const SessionDocument& document,
                                 std::function<void(const Conflict&)> callback)
    : document_(document), callback_(std::move(callback)) {
  for (const Value& value : jobs_.TakeNew(document_.jobs())) Look(value, false, false);
  subscription_ = document_.doc().OnTransaction(
      [this](const TransactionEvent& event) { HandleTransaction(event); });
}

void ConflictWatcher::HandleTransaction(const TransactionEvent& event) {
  const auto& changed = event.changed;
  if (std::find(changed.begin(), changed.end(), document_.jobs()) == changed.end()) return;
  const bool only_appended = event.local && event.origin.label == kSessionOrigin;
  const std::vector<Value> added =
      only_appended ? jobs_.TakeAppended(document_.jobs()) : jobs_.TakeNew(document_.jobs());
  for (const Value& value : added) Look(value, event.local, true);
}

void ConflictWatcher::Look(const Value& value, bool local, bool report) {
  const Job job = ReadJob(value);
  const Seen seen{DeviceOf(job.author), job.finished_at_ms, local, value};
  const auto compare = [&](std::vector<Seen>& known, Conflict::Kind kind, const std::string& path) {
    for (const Seen& other : known) {
      if (!report) continue;
      const bool elsewhere = other.local != seen.local || other.device != seen.device;
      const bool together =
          kind == Conflict::Kind::kSamePath ||
          std::abs(other.finished_at_ms - seen.finished_at_ms) <= kSameCallWindowMs;
      if (elsewhere && together) Report(kind, path, other, job);
    }
    if (known.size() == kMaxCompared) known.erase(known.begin());
    known.push_back(seen);
  };
  if (!job.content_hash.empty()) {
    compare(by_hash_[job.content_hash], Conflict::Kind::kSameCall, "");
  }
  for (const JobFile& file : job.files) {
    compare(by_change_[file.path + '\n' + file.previous_call_id], Conflict::Kind::kSamePath,
            file.path);
  }
}

void ConflictWatcher::Report(Conflict::Kind kind, std::string path, const Seen& known,
                             const Job& job) {
  Conflict conflict{kind, std::move(path), ReadJob(known.job), job};
  const auto order = [](const Job& one) {
    return std::tuple(one.finished_at_ms, one.id, DeviceOf(one.author));
  };
  if (order(conflict.second) < order(conflict.first)) std::swap(conflict.first, conflict.second);
  callback_(conflict);
}

}  // namespace ypp::plugin
