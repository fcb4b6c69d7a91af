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
// What is said about the document is in document_sync.h, what about presence in awareness_sync.h.
//
// Thread rule: all but state() on the client's thread. The user's callbacks are posted, never
// called from within.
#ifndef YPP_TRANSPORT_CLIENT_SESSION_H_
#define YPP_TRANSPORT_CLIENT_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "transport/awareness_sync.h"
#include "transport/backoff.h"
#include "transport/client.h"
#include "transport/document_sync.h"
#include "transport/frame.h"
#include "transport/session_host.h"
#include "transport/session_state.h"

namespace ypp::transport {

// The version in the Auth message: that of the provider whose behaviour this one has. From 4 on
// servers may send Ping.
inline constexpr std::string_view kProviderVersion = "4.8.0";

class ClientSession : public std::enable_shared_from_this<ClientSession>,
                      private DocumentSync::Listener {
 public:
  using Host = SessionHost;
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
  void ForceSync() { sync_.ForceSync(); }
  void SetPaused(bool paused) { sync_.SetPaused(paused); }
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

  // DocumentSync::Listener
  void OnSynced() override { SetSynced(true); }
  void OnRefused() override;
  void OnProgress() override;

  void FetchToken(std::function<void(ClientSession&, absl::StatusOr<std::string>)> then);
  void Greet(const std::string& token);
  // Frames of an established connection.
  void HandleMessage(const Frame& frame, codec::ByteReader& body);
  void HandleAuth(codec::ByteReader& body);
  void HandleAuthenticated(std::string_view scope);
  void HandlePermissionDenied(std::string reason);
  void HandleSync(codec::ByteReader& body);
  void HandleAwareness(codec::ByteReader& body);
  // Leaves the connection and waits for the next try.
  void Retry();
  void LeaveConnection(Phase next);
  void SetSynced(bool synced);

  template <typename Callback, typename... Args>
  void Emit(Callback ProviderEvents::*callback, Args... args);

  Host& host_;
  const Post post_;
  const std::string address_;
  const ProviderOptions options_;
  const ProviderEvents events_;
  Backoff backoff_;
  DocumentSync sync_;
  AwarenessSync awareness_;

  Phase phase_ = Phase::kOffline;
  uint64_t attempt_ = 0;           // tells a token for an earlier attempt from one for this
  int64_t retry_at_ms_ = 0;        // kRetry
  int64_t established_at_ms_ = 0;  // kEstablished
  SessionState state_;
  SharedSessionState shared_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_SESSION_H_
