// What hooks and programs hold of a running relay: a document that is open in it, and one
// connection of a client to one document.
//
// Thread rule: on the relay's thread only, where hooks run; from elsewhere through Relay::Post.
#ifndef YPP_TRANSPORT_RELAY_DOCUMENT_H_
#define YPP_TRANSPORT_RELAY_DOCUMENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "crdt/doc.h"
#include "transport/http_message.h"

namespace ypp {

// What the hooks of a connection tell each other, and what goes out in webhooks: values by name.
// One per connection of a document, from OnConnect to OnDisconnect.
class Context {
 public:
  const Any* Find(std::string_view name) const;
  void Set(std::string_view name, Any value);
  const Any::Object& fields() const { return fields_; }

  // The token that the relay's authenticator last granted something to; empty: none. Not a field,
  // because those go out.
  const std::string& granted_token() const { return granted_token_; }
  void set_granted_token(std::string token) { granted_token_ = std::move(token); }

 private:
  Any::Object fields_;
  std::string granted_token_;
};
using ContextPtr = std::shared_ptr<Context>;

// Who is on the other side.
struct ClientInfo {
  std::string socket_id;                        // one for all documents of a socket
  std::string session_id;                       // of an address with one; else empty
  std::optional<std::string> provider_version;  // sent by providers from version 4 on
  std::shared_ptr<const HttpRequest> request;   // that opened the socket; never null
};

class RelayConnection {
 public:
  virtual ~RelayConnection() = default;

  virtual const std::string& document_name() const = 0;
  virtual const ClientInfo& client() const = 0;
  virtual const ContextPtr& context() const = 0;
  virtual bool read_only() const = 0;
  // The client is not told.
  virtual void SetReadOnly(bool read_only) = 0;

  virtual void SendStateless(std::string_view payload) = 0;
  // The client sends its token again, which leads to OnTokenSync. Providers from version 3 on.
  virtual void RequestToken() = 0;
  // CLOSE for this document. When it was the last of the socket, the socket is closed too.
  virtual void Close(std::string_view reason) = 0;
};
using RelayConnectionPtr = std::shared_ptr<RelayConnection>;

class RelayDocument {
 public:
  virtual ~RelayDocument() = default;

  virtual const std::string& name() const = 0;
  virtual const Doc& doc() const = 0;
  // Edits as the program: stored, sent to everybody, told to OnChange with ChangeSource::kLocal.
  // `edit` runs at once, as one transaction.
  virtual void Transact(const std::function<void(Doc& doc)>& edit) = 0;

  // Of clients; direct connections are not among them.
  virtual std::vector<RelayConnectionPtr> connections() const = 0;
  // Direct connections too.
  virtual size_t connection_count() const = 0;
  // To every client, or to those for which `filter` is true. OnStateless is for what clients send;
  // this runs BeforeBroadcastStateless.
  virtual void BroadcastStateless(std::string payload,
                                  std::function<bool(const RelayConnection&)> filter = {}) = 0;
};
using RelayDocumentPtr = std::shared_ptr<RelayDocument>;

enum class ChangeSource {
  kConnection,  // a client
  kLocal,       // the program: a direct connection, a hook, the HTTP API
};

struct ChangeOrigin {
  ChangeSource source = ChangeSource::kLocal;
  RelayConnectionPtr connection;  // of kConnection
  ContextPtr context;             // of the connection, direct or not; may be null
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_RELAY_DOCUMENT_H_
