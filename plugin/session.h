// A coding session that can be continued elsewhere: a document, its connection to the relay, and
// who is present.
//
//   ypp::plugin::SessionOptions options;
//   options.relay_url = "ws://127.0.0.1:8080";
//   options.token = token;
//   options.session_id = "login-refactoring";
//   auto session = ypp::plugin::Session::Open(options);
//   (*session)->hooks().ChatMessage(input, output);     // from the agent's own hooks
//   absl::Status status = (*session)->Dispose();        // at the end
//
// Local first: hooks write the document in memory at once. A relay that cannot be reached is waited
// for in the background, and what was written meanwhile is sent when it comes. The document itself
// is not kept on disk: what the relay has not acknowledged when the process ends is lost, and
// Dispose says so.
//
// Thread rule: all functions from any thread, but Flush, Dispose and the destructor one after
// another and not inside a callback. Callbacks come on the session's own thread, one at a time;
// they may call hooks.
#ifndef YPP_PLUGIN_SESSION_H_
#define YPP_PLUGIN_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugin/hooks.h"
#include "plugin/remote_changes.h"
#include "plugin/session_document.h"
#include "transport/client.h"

namespace ypp::plugin {

struct SessionOptions {
  std::string relay_url;     // ws:// or wss://
  std::string token;         // goes to the relay in the first message, and nowhere else
  std::string session_id;    // as in SessionDocumentName
  std::string display_name;  // what others see; empty: pugi-cli@<hostname>
  std::string device = "terminal";
  std::string worktree;  // see HookOptions
  bool connect = true;   // else after Connect()
  BackoffOptions backoff;
  // How long Dispose may wait for the relay's acknowledgement. It adds what closing the connection
  // takes, a second at most.
  int64_t dispose_timeout_ms = 3'000;
};

struct Participant {
  Author author;
  bool own = false;
};

enum class SyncState {
  kOffline,     // no connection; edits are kept and follow later
  kConnecting,  // connected, but the relay's state has not arrived yet
  kSaving,      // some edits are not acknowledged
  kSaved,       // the relay has everything on its disk
  kRefused,     // the relay does not accept the token
};
std::string_view SyncStateName(SyncState state);

struct SessionStatus {
  SyncState state = SyncState::kOffline;
  ConnectionStatus connection = ConnectionStatus::kDisconnected;
  int unacknowledged_changes = 0;
  bool read_only = false;
  std::string refusal;  // kRefused: the relay's reason
  std::vector<Participant> participants;
};

struct SessionEvents {
  std::function<void(const RemoteChanges&)> on_remote;
  std::function<void(const SessionStatus&)>
      on_status;  // state, acknowledgements or refusal changed
  std::function<void(const std::vector<Participant>&)> on_presence;
};

class Session {
 public:
  // InvalidArgument for a token, session id or URL that cannot be used. That the relay is not there
  // is no error.
  static absl::StatusOr<std::unique_ptr<Session>> Open(SessionOptions options,
                                                       SessionEvents events = {});
  // Ends the transport without waiting for acknowledgements.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Hooks& hooks();
  void Connect();
  // Edits stay and are sent after Connect().
  void Disconnect();
  SessionStatus status() const;
  const std::string& document_name() const;
  const std::string& display_name() const;
  const std::string& session_id() const;

  // Calls `visit` where the document may be read, and waits for it.
  void Read(const std::function<void(const SessionDocument&)>& visit) const;

  // Waits until the relay has what was written before. DeadlineExceeded when it does not say so in
  // time, PermissionDenied when it refuses the token.
  absl::Status Flush(int64_t timeout_ms);
  // Writes the final metadata, waits for the relay up to dispose_timeout_ms, leaves presence and
  // closes the connection. The connection is closed whatever is returned; errors as of Flush. A
  // second call does nothing.
  absl::Status Dispose();

 private:
  class Impl;
  explicit Session(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// "pugi-cli@<hostname>".
std::string DefaultDisplayName();

// The link that opens the console for this session. The token stands in the fragment, the one part
// of an address that a browser does not send to any server; it must not be put anywhere else.
// `console_url` is where the page is; empty: where the relay serves it.
std::string ConsoleLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view document_name, std::string_view token);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_SESSION_H_
