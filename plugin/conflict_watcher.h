// Finds what two devices did at the same time in one session.
//
// 1. The same call: two jobs with one content hash, of different devices, that ended within
//    kSameCallWindowMs of each other ("cloud-sync:conflict").
// 2. The same path: two jobs that changed one path, neither knowing of the other: both name the
//    same earlier call as the one before ("cloud-sync:path-conflict", a warning). One of the two
//    records in file_mutations has won; the jobs show both.
//
// Both are read from the jobs alone, which only grow: every device comes to the same conclusion,
// whatever order things arrive in. Each pair is reported once. Devices are told apart by author and
// kind of device, and a job of this replica from all others.
//
// Thread rule: that of the document, also for callbacks.
#ifndef YPP_PLUGIN_CONFLICT_WATCHER_H_
#define YPP_PLUGIN_CONFLICT_WATCHER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crdt/subscription.h"
#include "plugin/element_tracker.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// By the devices' own clocks.
inline constexpr int64_t kSameCallWindowMs = 100;

struct Conflict {
  enum class Kind { kSameCall, kSamePath };
  Kind kind = Kind::kSameCall;
  std::string path;  // of kSamePath
  // The one that ended first by its own clock comes first.
  Job first;
  Job second;
};
// "cloud-sync:conflict" or "cloud-sync:path-conflict".
std::string_view ConflictName(Conflict::Kind kind);

class ConflictWatcher {
 public:
  // `document` must outlive the watcher. What is in it by now is looked at, but not reported.
  ConflictWatcher(const SessionDocument& document, std::function<void(const Conflict&)> callback);

 private:
  // Of a job, what it takes to compare it.
  struct Seen {
    std::string device;
    int64_t finished_at_ms = 0;
    bool local = false;
    Value job;
  };
  void HandleTransaction(const TransactionEvent& event);
  void Look(const Value& value, bool local, bool report);
  void Report(Conflict::Kind kind, std::string path, const Seen& known, const Job& job);

  const SessionDocument& document_;
  const std::function<void(const Conflict&)> callback_;
  ElementTracker jobs_;
  std::unordered_map<std::string, std::vector<Seen>> by_hash_;
  std::unordered_map<std::string, std::vector<Seen>> by_change_;  // path and earlier call
  Subscription subscription_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_CONFLICT_WATCHER_H_
