#include "plugin/status_keeper.h"

namespace ypp::plugin {
namespace {

SyncState StateOf(const SessionStatus& status) {
  if (!status.tier.eligible) return SyncState::kNotEligible;
  if (!status.refusal.empty()) return SyncState::kRefused;
  if (status.connection != ConnectionStatus::kConnected) return SyncState::kOffline;
  if (status.paused) return SyncState::kPaused;
  if (!status.synced) return SyncState::kConnecting;
  return status.unacknowledged_changes > 0 ? SyncState::kSaving : SyncState::kSaved;
}

bool LookTheSame(const SessionStatus& a, const SessionStatus& b) {
  return a.state == b.state && a.connection == b.connection && a.local_store == b.local_store &&
         a.unacknowledged_changes == b.unacknowledged_changes && a.refusal == b.refusal &&
         a.read_only == b.read_only;
}

}  // namespace

void StatusKeeper::Update(const std::function<void(SessionStatus&)>& change) {
  SessionStatus after;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const SessionStatus before = status_;
    change(status_);
    status_.state = StateOf(status_);
    if (!telling_ || !listener_ || LookTheSame(before, status_)) return;
    after = status_;
  }
  listener_(after);
}

SessionStatus StatusKeeper::Get() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void StatusKeeper::StartTelling() {
  const std::lock_guard<std::mutex> lock(mutex_);
  telling_ = true;
}

}  // namespace ypp::plugin
