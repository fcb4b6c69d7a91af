#include "plugin/session_status.h"

namespace ypp::plugin {

std::string_view SyncStateName(SyncState state) {
  switch (state) {
    case SyncState::kOffline:
      return "offline";
    case SyncState::kNotEligible:
      return "not-eligible";
    case SyncState::kPaused:
      return "paused";
    case SyncState::kConnecting:
      return "connecting";
    case SyncState::kSaving:
      return "saving";
    case SyncState::kSaved:
      return "saved";
    case SyncState::kRefused:
      return "refused";
  }
  return "unknown";
}

std::string_view LocalStoreStateName(LocalStoreState state) {
  switch (state) {
    case LocalStoreState::kOff:
      return "off";
    case LocalStoreState::kOn:
      return "on";
    case LocalStoreState::kFailed:
      return "failed";
  }
  return "unknown";
}

}  // namespace ypp::plugin
