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
// Local first: hooks write the document in memory. A relay that cannot be reached is waited for in
// the background, and what was written meanwhile is sent when it comes. With local_persistence_path
// it is also on this machine's disk before a hook returns, or calls back; without, what the relay
// has not acknowledged when the process ends is lost, and Dispose says so.
//
// A user whose tier has no synced sessions gets a document, and the local store, but no transport.
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
#include "plugin/conflict_watcher.h"
#include "plugin/hooks.h"
#include "plugin/remote_changes.h"
#include "plugin/session_document.h"
#include "plugin/session_status.h"
#include "transport/client.h"

namespace ypp::plugin {

struct SessionOptions {
  std::string relay_url;  // ws:// or wss://
  std::string token;      // goes to the relay in the first message, and nowhere else
  // Asked instead before each authentication, also when the relay wants to see the token again.
  // `token` still names the tenant then, unless `tenant` does.
  std::function<void(TokenReply)> fetch_token;
  std::string tenant;        // whose session it is; empty: the token's SHA-256
  std::string session_id;    // as in SessionDocumentName
  std::string display_name;  // what others see; empty: pugi-cli@<hostname>
  std::string device = "terminal";
  std::string worktree;  // see PersonalPaths
  std::string home;      // see PersonalPaths; empty: the variable HOME
  bool enabled = true;   // false: never a connection, whatever the tier
  bool connect = true;   // else after Connect()
  // The user's tier, asked whenever a connection is wanted. It must not block. Empty: "free".
  std::function<std::string()> resolve_tier;
  // A LevelDB directory in y-leveldb's layout; empty: none. `{session}` in it stands for the
  // session id: one directory is open in one session at a time. One that cannot be used is reported
  // in SessionStatus, and the session goes on in memory.
  std::string local_persistence_path;
  BackoffOptions backoff;
  // Edits wait so long for more before they go to the relay, so that the words of a model travel
  // several in a message. Less than an eye notices.
  int64_t send_delay_ms = 40;
  // How long Dispose may wait for the relay's acknowledgement. It adds what closing the connection
  // takes, a second at most.
  int64_t dispose_timeout_ms = 3'000;
};

struct SessionEvents {
  std::function<void(const RemoteChanges&)> on_remote;
  std::function<void(const SessionStatus&)>
      on_status;  // state, acknowledgements or refusal changed
  std::function<void(const std::vector<Participant>&)> on_presence;
  // Once, when the relay's state has arrived for the first time: what the host's session held
  // before its hooks came can be given to AddHistory now.
  std::function<void()> on_history_wanted;
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
  // What was said before this host's hooks came, see Hooks::AddHistory. FailedPrecondition before
  // on_history_wanted: as long as nobody knows what the relay has, it might come to be there twice.
  void AddHistory(std::string_view messages,
                  std::function<void(const absl::StatusOr<HistoryAdded>&)> done);
  // Also starts over after a refusal. FailedPrecondition with a hint when the tier is not eligible.
  absl::Status Connect();
  // Edits stay and are sent after Connect().
  void Disconnect();
  // The connection stays and so does the presence, but nothing of the document goes either way
  // until Resume().
  void Pause();
  void Resume();
  // Calls back on the session's thread for as long as the subscription is held. Letting go of it
  // waits for a call under way, unless it is done inside that call. It may outlive the session.
  Subscription OnConflict(std::function<void(const Conflict&)> callback);
  SessionStatus status() const;
  const std::string& document_name() const;
  const std::string& display_name() const;
  const std::string& session_id() const;
  const std::string& relay_url() const;

  // What HandoffLink needs: the relay gives a token that opens this session once, within `ttl_ms`
  // (0: what the relay takes for the default). FailedPrecondition when the tier is not eligible,
  // PermissionDenied when the relay says so, else what kept it from answering within 5 seconds.
  struct Handoff {
    std::string token;
    int64_t expires_at_ms = 0;  // milliseconds since 1970
  };
  absl::StatusOr<Handoff> RequestHandoff(int64_t ttl_ms);

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

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_SESSION_H_
