#include "transport/session_state.h"

#include <chrono>

namespace ypp::transport {

SessionState SharedSessionState::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

void SharedSessionState::Set(const SessionState& state) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    state_ = state;
  }
  changed_.notify_all();
}

bool SharedSessionState::WaitUntil(int64_t timeout_ms,
                                   const std::function<bool(const SessionState&)>& reached) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                           [&] { return reached(state_); });
}

}  // namespace ypp::transport
