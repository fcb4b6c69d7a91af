// Where a program takes part in what its relay does. Names and order are those of Hocuspocus.
//
//   ypp::Hooks hooks;
//   hooks.on_authenticate = [](ypp::AuthenticatePayload& payload, ypp::HookDone done) {
//     if (payload.token != "s3cret") return done(absl::PermissionDeniedError("bad-token"));
//     payload.read_only = payload.document == "handbook";
//     done(absl::OkStatus());
//   };
//
// 1. Every hook may finish later: it keeps `done` and calls it from any thread. The payload lives
//    until then. What follows the hook waits for it: the message, the load, the unload; other
//    documents go on. A `done` that is dropped without being called counts as an error.
// 2. Extensions come first, the higher priority before the lower; RelayOptions::hooks come last. An
//    error ends the chain.
// 3. PermissionDenied carries a reason that the client is told. Any other error is logged, and the
//    client is told the hook's ordinary reason. SkipFurtherHooks() ends the chain without an error.
// 4. Hooks run on the relay's thread: they must neither block nor throw.
//
// The life of a document connection, of a message and of a document, hook by hook:
//
//   on_upgrade, then for each document: on_connect, on_authenticate, [document is loaded],
//     connected, ..., on_token_sync, ..., on_disconnect
//   before_handle_message, before_sync | before_handle_awareness, [handled], on_change |
//     on_awareness_update | on_stateless, after_handle_message
//   on_create_document, [read from storage], on_load_document, after_load_document, ...,
//     on_store_document, after_store_document, ..., before_unload_document, after_unload_document
#ifndef YPP_TRANSPORT_HOOKS_H_
#define YPP_TRANSPORT_HOOKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "codec/id.h"
#include "codec/sync_message.h"
#include "crdt/doc.h"
#include "transport/executor.h"
#include "transport/http_message.h"
#include "transport/relay_document.h"

namespace ypp {

struct RelayOptions;

using HookDone = std::function<void(absl::Status status)>;
template <typename Payload>
using Hook = std::function<void(Payload& payload, HookDone done)>;

absl::Status SkipFurtherHooks();
bool IsSkipFurtherHooks(const absl::Status& status);

// "in": may be changed by the hook, with the effect that is said.

struct ConfigurePayload {
  const RelayOptions& options;
};
struct ListenPayload {
  uint16_t port = 0;
  std::string url;
};
struct DestroyPayload {};

// A WebSocket wants to open. An error refuses it with 403: over HTTP when the hook finishes at
// once, otherwise by closing the socket with 4403 before anything it sent was looked at.
struct UpgradePayload {
  std::shared_ptr<const HttpRequest> request;
};
// A plain HTTP request. A response that is set (in) is sent, and the relay's own pages are not
// asked.
struct RequestPayload {
  std::shared_ptr<const HttpRequest> request;
  std::optional<HttpResponse> response;
};

// A document connection begins. An error denies it.
struct ConnectPayload {
  std::string document;
  ClientInfo client;
  ContextPtr context;      // in
  bool read_only = false;  // in
};
struct AuthenticatePayload {
  std::string document;
  std::string token;
  ClientInfo client;
  ContextPtr context;      // in
  bool read_only = false;  // in
};
// The client sent its token again on a live connection. An error closes it.
struct TokenSyncPayload {
  std::string document;
  std::string token;
  RelayConnectionPtr connection;
  bool read_only = false;  // in
};
struct ConnectedPayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;
};
struct DisconnectPayload {
  RelayDocumentPtr document;
  ClientInfo client;
  ContextPtr context;
};

struct CreateDocumentPayload {
  std::string document;
  ContextPtr context;  // of the connection that opens it
  DocOptions options;  // in
};
// The relay's own storage has been read. An error refuses everybody who waits for the document, and
// leaves what is stored as it is.
struct LoadDocumentPayload {
  std::string document;
  ContextPtr context;
  const Doc& doc;                    // what storage has
  std::vector<std::string> updates;  // in: V1 updates to be applied, and stored if they are new
};
struct AfterLoadDocumentPayload {
  RelayDocumentPtr document;
  ContextPtr context;
};

// An error closes the connection to the document, in all four.
struct MessagePayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;
  std::string message;  // whole, with its address
};
struct SyncPayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;
  codec::SyncType type = codec::SyncType::kStep1;
  std::string payload;  // state vector or update
};
struct AwarenessState {
  ClientId client = 0;
  uint64_t clock = 0;
  std::string state;  // JSON; "null": gone
};
struct HandleAwarenessPayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;
  std::vector<AwarenessState> states;  // in: may be edited and dropped
};

struct ChangePayload {
  RelayDocumentPtr document;
  std::string update;  // V1
  ChangeOrigin origin;
};
// Called `debounce_ms` after a change, at the latest `max_debounce_ms` after the first of them, and
// before an unload. An error: tried again later; the document stays loaded until then.
struct StoreDocumentPayload {
  RelayDocumentPtr document;
  std::string state;    // V1 update that stands for the whole document
  ChangeOrigin origin;  // of the last change
};
struct AwarenessUpdatePayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;  // null when the relay itself says that clients are gone
  std::vector<ClientId> added;
  std::vector<ClientId> updated;
  std::vector<ClientId> removed;
};
struct StatelessPayload {
  RelayDocumentPtr document;
  RelayConnectionPtr connection;
  std::string payload;
};
// An error drops it.
struct BroadcastStatelessPayload {
  RelayDocumentPtr document;
  std::string payload;  // in
};
// An error keeps the document loaded until its next connection has come and gone.
struct UnloadDocumentPayload {
  RelayDocumentPtr document;
};
struct AfterUnloadDocumentPayload {
  std::string document;
};

struct Hooks {
  Hook<ConfigurePayload> on_configure;
  Hook<ListenPayload> on_listen;
  Hook<UpgradePayload> on_upgrade;
  Hook<RequestPayload> on_request;
  Hook<ConnectPayload> on_connect;
  Hook<AuthenticatePayload> on_authenticate;
  Hook<TokenSyncPayload> on_token_sync;
  Hook<ConnectedPayload> connected;
  Hook<CreateDocumentPayload> on_create_document;
  Hook<LoadDocumentPayload> on_load_document;
  Hook<AfterLoadDocumentPayload> after_load_document;
  Hook<MessagePayload> before_handle_message;
  Hook<MessagePayload> after_handle_message;
  Hook<HandleAwarenessPayload> before_handle_awareness;
  Hook<SyncPayload> before_sync;
  Hook<ChangePayload> on_change;
  Hook<StoreDocumentPayload> on_store_document;
  Hook<StoreDocumentPayload> after_store_document;
  Hook<AwarenessUpdatePayload> on_awareness_update;
  Hook<StatelessPayload> on_stateless;
  Hook<BroadcastStatelessPayload> before_broadcast_stateless;
  Hook<DisconnectPayload> on_disconnect;
  Hook<UnloadDocumentPayload> before_unload_document;
  Hook<AfterUnloadDocumentPayload> after_unload_document;
  Hook<DestroyPayload> on_destroy;
};

// An object that brings hooks. It lives as long as the relay.
class Extension {
 public:
  virtual ~Extension() = default;
  virtual std::string_view name() const = 0;
  virtual int priority() const { return 100; }
  // Before anything else, once: the relay's thread, for timers of its own.
  virtual void Attach(const transport::Executor&) {}
  // Asked once, when the relay starts. They may hold `this`.
  virtual Hooks hooks() = 0;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_HOOKS_H_
