// Keeps how a session stands, and tells its host of what changes.
#ifndef YPP_PLUGIN_STATUS_KEEPER_H_
#define YPP_PLUGIN_STATUS_KEEPER_H_

#include <functional>
#include <mutex>
#include <utility>

#include "plugin/session_status.h"

namespace ypp::plugin {

// Any thread.
class StatusKeeper {
 public:
  explicit StatusKeeper(std::function<void(const SessionStatus&)> listener)
      : listener_(std::move(listener)) {}

  // `state` follows from the rest. The listener is called from here.
  void Update(const std::function<void(SessionStatus&)>& change);
  SessionStatus Get() const;
  // Before this nobody is told.
  void StartTelling();

 private:
  const std::function<void(const SessionStatus&)> listener_;
  mutable std::mutex mutex_;
  SessionStatus status_;  // guarded by mutex_
  bool telling_ = false;  // guarded by mutex_
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_STATUS_KEEPER_H_
