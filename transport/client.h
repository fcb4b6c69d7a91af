// The provider: keeps documents of this program in step with a Hocuspocus server (ypp-relay, or
// Node's).
//
//   ypp::Doc doc;
//   ypp::ClientOptions options;
//   options.url = "ws://127.0.0.1:8080";
//   auto client = ypp::Client::Create(options);             // one socket, one thread
//   ypp::ProviderOptions provider_options;
//   provider_options.document = "notes";
//   provider_options.token = "secret";
//   auto provider = (*client)->Attach(doc, nullptr, provider_options);
//   absl::Status status = (*provider)->WaitForSync(5'000);
//   (*client)->Run([&] { (void)doc.GetText("body").Append("hello"); });
//   status = (*provider)->Flush(5'000);                     // the server has it
//
// Edits made while there is no connection stay in the Doc; the next connection sends what the
// server lacks, as one update. Nothing is queued beside the Doc, so being offline costs no memory.
//
// Thread rule. Doc and Awareness have no locks. From Attach until the Provider is destroyed they
// belong to the client's thread: read and write them inside Client::Run or Client::Post, or inside
// a callback. Every callback given here comes on that thread, with no lock held; it may call
// anything in this header but WaitForSync and Flush, and must not throw. The functions of Client
// and Provider may be called from any thread.
//
// Lifetime. Doc and Awareness must outlive the Provider. Provider and Client may be destroyed in
// either order, a Provider also inside its own callbacks; one that outlives its Client is
// disconnected and does nothing any more. A Client is not destroyed on its own thread. Once a
// destructor has returned no callback comes.
#ifndef YPP_TRANSPORT_CLIENT_H_
#define YPP_TRANSPORT_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "crdt/origin.h"
#include "transport/backoff.h"

namespace ypp {

enum class ConnectionStatus {
  kDisconnected,  // not wanted, given up, or lost a moment ago
  kConnecting,    // trying, or waiting for the next try
  kConnected,     // the server has spoken
};

struct ClientOptions {
  std::string url;      // ws:// or wss://; slashes at the end are cut
  std::string ca_file;  // wss: PEM file of the certificates to trust instead of the system's
  std::vector<std::pair<std::string, std::string>> headers;  // sent with the HTTP request
  bool connect = true;                                       // else after Connect()
  BackoffOptions backoff;
  // Without a sign of life from the server for so long (half way there it is pinged) the socket is
  // given up.
  int64_t message_reconnect_timeout_ms = 30'000;
  // A larger message ends the socket. Node's Hocuspocus takes the same from its clients.
  size_t max_message_bytes = 100 << 20;
  // While more than this waits for the network, edits stay in the Doc and follow as one update when
  // it has drained.
  size_t max_send_buffer_bytes = 16 << 20;
};

struct ClientEvents {
  std::function<void(ConnectionStatus)> on_status;
  // An attempt failed or a connection ended, by a WebSocket close code (1006: without one).
  std::function<void(uint16_t code, const std::string& reason)> on_disconnect;
  // backoff.max_attempts is used up. Connect() tries again.
  std::function<void()> on_gave_up;
  // Each message of the protocol as it came or went, to look on (PROTOCOL.md says what it holds).
  // Those that go hold the token, too.
  std::function<void(const std::string& message)> on_message;
  std::function<void(const std::string& message)> on_outgoing_message;
};

// Gives the token or why there is none. To be called once, from any thread, now or later.
using TokenReply = std::function<void(absl::StatusOr<std::string>)>;

struct ProviderOptions {
  std::string document;  // its name on the server
  // What the server is shown. fetch_token, when given, is asked instead before each authentication.
  std::string token;
  std::function<void(TokenReply)> fetch_token;
  // A refused token is final by default: the provider stops until Authenticate(). Set, it tries
  // again, backing off. What a server refuses after it took the token (the document cannot be
  // loaded) and a failing fetch_token are always tried again.
  bool retry_when_denied = false;
  BackoffOptions backoff;  // of these tries
  // Gives the messages an address of their own, so that one Client may attach the same document
  // twice (v4 servers only).
  bool session_awareness = false;
  // Exchanges states anew so often, as a net below the net. 0: never.
  int64_t force_sync_interval_ms = 0;
  // Edits wait so long for more, and go out as one update. 0: each goes out at once.
  int64_t flush_delay_ms = 0;
};

// Edits of this program that the server has not acknowledged: a ypp-relay acknowledges what is on
// its disk, unless it was told otherwise.
struct UnsyncedState {
  size_t size_bytes = 0;  // of the updates that hold them
  int64_t age_ms = 0;     // of the oldest
};

struct ProviderEvents {
  std::function<void(const std::string& scope)> on_authenticated;  // "read-write" or "readonly"
  std::function<void(const std::string& reason, bool will_retry)> on_authentication_failed;
  std::function<void(bool synced)> on_synced;
  std::function<void(int unsynced_changes)> on_unsynced_changes;
  // The server did not take an edit: the connection is read-only. The edit stays in the Doc, and
  // unsynced_changes above 0.
  std::function<void()> on_refused;
  std::function<void(const AwarenessChange&)> on_awareness;  // states differ, one's own included
  std::function<void(const std::string& payload)> on_stateless;
  // The server closed this document. The provider comes back by itself, backing off.
  std::function<void(const std::string& reason)> on_close;
  // The server sent something that cannot be used; the Doc is as it was. After a bad sync message
  // the document starts over.
  std::function<void(const absl::Status&)> on_error;
};

namespace transport {
class ClientRuntime;
class ClientSession;
struct SessionState;
}  // namespace transport

// One document on one server. Made by Client::Attach; destroying it takes leave of the server and
// lets go of the Doc.
class Provider {
 public:
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  // The server's state has arrived on this connection.
  bool synced() const;
  bool authenticated() const;
  std::string scope() const;
  // Edits (and the exchange at the start of a connection) that the server has not acknowledged. As
  // in Hocuspocus: 1 when a connection starts, one more for each edit, one less for each
  // acknowledgement. 0 before the first connection.
  int unsynced_changes() const;

  UnsyncedState unsynced() const;

  // Waits until synced(). DeadlineExceeded, PermissionDenied once the token is finally refused,
  // Cancelled when the Client is gone, FailedPrecondition on the client's thread.
  absl::Status WaitForSync(int64_t timeout_ms);
  // Waits until synced() and unsynced_changes() is 0: the server has every edit made before. Errors
  // as above.
  absl::Status Flush(int64_t timeout_ms);

  // Starts over after a refused token.
  void Authenticate();
  // Sends the token again on the open connection, for servers that check it there. A server that
  // asks for it gets it without this.
  void SendToken();
  // Exchanges states anew, as at the start of a connection.
  void ForceSync();
  // Paused, the connection and the presence stay, but the document is not kept in step: edits stay
  // in it and count as unsynced, what the server sends is left. The end of the pause exchanges
  // states anew.
  void SetPaused(bool paused);
  // Free text for the server's or the other clients' programs. False: not authenticated, nothing
  // was sent.
  bool SendStateless(std::string_view payload);

  // The state others see, as JSON; nullopt: gone. Ignored without an Awareness. InvalidArgument for
  // text that is not JSON (of a field: or when the state is no object).
  absl::Status SetAwarenessState(std::optional<std::string> json);
  absl::Status SetAwarenessField(const std::string& field, const std::string& json);

  // What updates from the server carry, for observers of the Doc.
  Origin origin() const;

 private:
  friend class Client;
  Provider(std::shared_ptr<transport::ClientRuntime> runtime,
           std::shared_ptr<transport::ClientSession> session);
  absl::Status WaitFor(int64_t timeout_ms,
                       const std::function<bool(const transport::SessionState&)>& reached);

  std::shared_ptr<transport::ClientRuntime> runtime_;
  std::shared_ptr<transport::ClientSession> session_;
};

class Client {
 public:
  // InvalidArgument for a URL, header or ca_file that cannot be used. A server that is not there is
  // no error: it is waited for.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options,
                                                        ClientEvents events = {});
  // Takes leave of the server for every document, for which it waits a second at most.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `awareness` may be nullptr. InvalidArgument for an empty name or one with a NUL byte,
  // AlreadyExists when the document is attached already (see session_awareness).
  absl::StatusOr<std::unique_ptr<Provider>> Attach(Doc& doc, Awareness* awareness,
                                                   ProviderOptions options,
                                                   ProviderEvents events = {});

  // The socket is open while it is wanted and a document needs it.
  void Connect();
  void Disconnect();
  ConnectionStatus status() const;

  // Calls `fn` on the client's thread and waits for it. On that thread it is called at once.
  void Run(const std::function<void()>& fn);
  // The same without waiting; in the order of the calls.
  void Post(std::function<void()> fn);
  // The clock of awareness, for those who call Awareness themselves. Any thread.
  static int64_t NowMs();

 private:
  explicit Client(std::shared_ptr<transport::ClientRuntime> runtime);

  std::shared_ptr<transport::ClientRuntime> runtime_;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_CLIENT_H_
