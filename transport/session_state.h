// What of a client's session other threads see and wait for.
#ifndef YPP_TRANSPORT_SESSION_STATE_H_
#define YPP_TRANSPORT_SESSION_STATE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace ypp::transport {

struct SessionState {
  bool authenticated = false;
  bool synced = false;
  bool denied = false;
  bool detached = false;
  int unsynced_changes = 0;
  size_t unsynced_bytes = 0;
  int64_t unsynced_since_ms = 0;  // 0: nothing is unsynced
  std::string scope;
  std::string denied_reason;
};

// Thread-safe.
class SharedSessionState {
 public:
  SessionState Get() const;
  void Set(const SessionState& state);
  // False when the time is up.
  bool WaitUntil(int64_t timeout_ms, const std::function<bool(const SessionState&)>& reached) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  SessionState state_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SESSION_STATE_H_
