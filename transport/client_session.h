// The provider's side of the protocol for one document, without sockets, threads or timers: what to
// say when a socket opens, what to do with each frame, when to try again. PROTOCOL.md, "Handshake".
//
// A session is in one phase:
//
//   kOffline -> kFetchingToken -> kHandshaking -> kEstablished
//      ^  socket lost, from any of these |  |           |
//      |                                 |  |           | server's CLOSE, bad sync message
//      +------------- kRetry <-----------+--------------+
//                                           | token refused: kDenied, until Authenticate
//   kDetached: the end
//
// Edits travel as Update frames only while `live`: from the answer to the server's SyncStep1 on.
// What is edited before that is in that answer. So nothing is queued here, and an unauthenticated
// connection carries three frames, however much is typed.
//
// unsynced_changes = outstanding (acknowledgements to come, the one for the answer to SyncStep1
// included) + refused + unsent.
//
// Thread rule: all but state() on the client's thread. The user's callbacks are posted, never
// called from within.
#ifndef YPP_TRANSPORT_CLIENT_SESSION_H_
#define YPP_TRANSPORT_CLIENT_SESSION_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "transport/backoff.h"
#include "transport/client.h"
#include "transport/frame.h"
#include "transport/unsynced_edits.h"

namespace ypp::transport {

// The version in the Auth message: that of the provider whose behaviour this one has. From 4 on
// servers may send Ping.
inline constexpr std::string_view kProviderVersion = "4.8.0";

// What of a session other threads see.
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

class ClientSession : public std::enable_shared_from_this<ClientSession> {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void Send(std::string_view message) = 0;
    virtual size_t buffered_bytes() const = 0;
    virtual size_t max_send_buffer_bytes() const = 0;
    // While it is, edits stay in the document and questions without answer: a server that does not
    // read cannot make us keep more.
    bool congested() const { return buffered_bytes() > max_send_buffer_bytes(); }
    virtual int64_t NowMs() const = 0;
    // Something changed next_deadline_ms or wants_socket by itself.
    virtual void Reschedule() = 0;
  };
  // Runs a function later on the client's thread. Called from any thread, also after the host is
  // gone.
  using Post = std::function<void(std::function<void()>)>;

  ClientSession(Host& host, Post post, std::string address, ProviderOptions options,
                ProviderEvents events, Doc& doc, Awareness* awareness, uint64_t seed);

  // Listens to the document. Once, before all else.
  void Open();
  // A socket is open and this session is to greet the server on it. Does nothing unless it is
  // kOffline.
  void Start();
  void HandleSocketLost();
  // `frame` bears the address of this session.
  void HandleFrame(const Frame& frame);
  void Tick();
  int64_t next_deadline_ms() const;

  // True once after a wait in kRetry; the session is then kOffline.
  bool TakeRetry();
  bool wants_socket() const { return phase_ != Phase::kDenied && phase_ != Phase::kDetached; }
  // Greeted the server on this socket, or is about to.
  bool on_socket() const;

  // Says that the local client is gone, before the socket is closed on purpose.
  void SayGoodbye();
  // The end: takes leave, lets go of the document, sends no more events. True if a CLOSE was sent,
  // which the server answers.
  bool Detach();

  void Authenticate();
  void ForceSync();
  void SetPaused(bool paused);
  void SendToken();
  bool SendStateless(std::string_view payload);
  absl::Status SetAwarenessState(std::optional<std::string> json);
  absl::Status SetAwarenessField(const std::string& field, const std::string& json);

  const std::string& address() const { return address_; }
  const SharedSessionState& state() const { return shared_; }
  Origin origin() const;

 private:
  enum class Phase {
    kOffline,
    kFetchingToken,
    kHandshaking,
    kEstablished,
    kRetry,
    kDenied,
    kDetached
  };

  void FetchToken(std::function<void(ClientSession&, absl::StatusOr<std::string>)> then);
  void Greet(const std::string& token);
  void BeginRound();
  void HandleAuth(codec::ByteReader& body);
  void HandleAuthenticated(std::string_view scope);
  void HandlePermissionDenied(std::string reason);
  void HandleSync(codec::ByteReader& body);
  void HandleStateVector(codec::Bytes payload);
  void HandleRemoteUpdate(codec::Bytes update, bool completes_sync);
  void HandleAwareness(codec::ByteReader& body);
  void HandleSyncStatus(bool applied);
  void HandleDocumentUpdate(const UpdateEvent& event);
  void HandleAwarenessUpdate(const AwarenessChange& change, const Origin& origin);
  // Sends the edits that wait for more.
  void FlushEdits();
  void SendLocalAwareness();
  // Edits stay in the document until the send buffer has drained; then states are exchanged anew.
  void HoldBack();
  void DropRemoteAwareness();
  // Leaves the connection and waits for the next try.
  void Retry();
  void LeaveConnection(Phase next);
  // After a sync message that cannot be used: this replica may lack something and only a new
  // exchange tells.
  void FailSync(const absl::Status& status);
  void StartOver();
  void SetSynced(bool synced);
  // Publishes the state and posts the event if the sum changed.
  void UpdateUnsynced();

  template <typename Callback, typename... Args>
  void Emit(Callback ProviderEvents::*callback, Args... args);

  Host& host_;
  const Post post_;
  const std::string address_;
  const ProviderOptions options_;
  const ProviderEvents events_;
  Doc& doc_;
  Awareness* const awareness_;
  Backoff backoff_;
  Subscription on_update_;
  Subscription on_awareness_update_;
  Subscription on_awareness_change_;

  Phase phase_ = Phase::kOffline;
  uint64_t attempt_ = 0;           // tells a token for an earlier attempt from one for this
  int64_t retry_at_ms_ = 0;        // kRetry
  int64_t established_at_ms_ = 0;  // kEstablished
  bool live_ = false;
  bool paused_ = false;  // no sync messages go out, and those that come are left
  std::vector<std::string> waiting_edits_;  // for flush_at_ms_
  int64_t flush_at_ms_ = 0;
  int64_t force_sync_at_ms_ = 0;
  UnsyncedEdits edits_;
  bool round_open_ = false;     // our SyncStep1 is out and the server's is not answered yet
  bool resync_wanted_ = false;  // edits stayed behind because the send buffer was full
  bool greeted_before_ = false;
  uint64_t announced_clock_ = 0;  // of the local awareness state, as last sent
  int64_t awareness_tick_at_ms_ = 0;
  int outstanding_ = 0;
  int refused_ = 0;
  int unsent_ = 0;
  SessionState state_;
  SharedSessionState shared_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_SESSION_H_
