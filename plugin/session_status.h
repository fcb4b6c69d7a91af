// How a session stands: with the relay, with this machine's disk, and who is in it.
#ifndef YPP_PLUGIN_SESSION_STATUS_H_
#define YPP_PLUGIN_SESSION_STATUS_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugin/session_document.h"
#include "plugin/tier.h"
#include "transport/client.h"

namespace ypp::plugin {

struct Participant {
  Author author;
  bool own = false;
};

enum class SyncState {
  kOffline,      // no connection; edits are kept and follow later
  kNotEligible,  // the tier has no synced sessions: no connection is made
  kPaused,       // connected, but edits are kept back until Resume()
  kConnecting,   // connected, but the relay's state has not arrived yet
  kSaving,       // some edits are not acknowledged
  kSaved,        // the relay has everything on its disk
  kRefused,      // the relay does not accept the token
};

enum class LocalStoreState {
  kOff,
  kOn,      // what a hook wrote is on the disk when it returns
  kFailed,  // it is in memory alone from here on
};

struct SessionStatus {
  SyncState state = SyncState::kOffline;
  ConnectionStatus connection = ConnectionStatus::kDisconnected;
  int unacknowledged_changes = 0;
  UnsyncedState unsynced;  // how much of it is this program's edits, and how old
  bool synced = false;     // the relay's state has arrived on this connection
  bool paused = false;
  bool read_only = false;
  std::string refusal;  // kRefused: the relay's reason
  TierDecision tier;
  LocalStoreState local_store = LocalStoreState::kOff;
  std::string local_store_error;  // kFailed: why
  std::vector<Participant> participants;
};

std::string_view SyncStateName(SyncState state);
std::string_view LocalStoreStateName(LocalStoreState state);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_SESSION_STATUS_H_
