// One address of a client's socket: the way of a document connection from the first token to its
// end, and of each message through the hooks to the room. PROTOCOL.md, "Connections".
//
//   unknown --Token--> authenticating --granted--> joining --loaded--> live <--> busy
//      ^                    | refused               | load failed       |
//      +--------------------+-----------------------+-------------------+ CLOSE
//
// Messages are handled strictly one after another. In all states but live they wait, within limits
// over the whole socket; in unknown, only the type of a message is looked at. Busy: a hook looks at
// a message, or at a token that was sent again.
//
// Everything happens on the relay's thread.
#ifndef YPP_TRANSPORT_CHANNEL_H_
#define YPP_TRANSPORT_CHANNEL_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/connection_limits.h"
#include "transport/document_hub.h"
#include "transport/frame.h"
#include "transport/hook_chain.h"
#include "transport/log.h"
#include "transport/message_hooks.h"
#include "transport/relay_document.h"
#include "transport/relay_metrics.h"

namespace ypp::transport {

class Channel : public HubMember,
                public RelayConnection,
                private MessageSender,
                public std::enable_shared_from_this<Channel> {
 public:
  // The socket it is on.
  class Host {
   public:
    virtual ~Host() = default;
    virtual DocumentHub& hub() = 0;
    virtual const HookChains& hooks() const = 0;
    virtual RelayMetrics& metrics() = 0;
    virtual const ConnectionLimits& limits() const = 0;
    virtual int64_t now_ms() const = 0;
    virtual size_t authenticated_channels() const = 0;
    virtual ClientInfo MakeClientInfo() const = 0;
    virtual void SendMessage(const MessagePtr& message) = 0;
    // Counts a message that has to wait. False: too much waits, and the socket is being closed.
    virtual bool Charge(Channel& channel, size_t size_bytes) = 0;
    virtual void Discharge(Channel& channel) = 0;
    virtual void OnGranted() = 0;
    virtual void OnToken(bool has_version) = 0;
    // The channel is at its end; the address may begin anew. `by_relay`: the client did not ask
    // for it.
    virtual void OnEnded(Channel& channel, bool by_relay) = 0;
    // The address cannot be served by this protocol any longer.
    virtual void CloseSocket(uint16_t code, std::string_view reason) = 0;
    // Handles a message as if it had come now.
    virtual void Reroute(codec::Bytes message) = 0;
    virtual bool closing() const = 0;
    virtual void LogLine(LogLevel level, std::string_view line) const = 0;
  };

  Channel(Host* host, std::string address);

  // A message whose address is the channel's, or its document with a session.
  void Receive(const Frame& frame, codec::Bytes message);
  // The socket ended; the host is about to go.
  void OnSocketClosed();
  void CloseWith(std::string_view reason);

  const std::string& address() const { return address_; }
  bool open() const { return phase_ == Phase::kLive || phase_ == Phase::kBusy; }
  bool authenticated() const { return open() || phase_ == Phase::kJoining; }
  size_t charged_bytes = 0;  // of the socket's queue limits
  size_t charged_messages = 0;

  // HubMember
  void Send(MemberId id, const MessagePtr& message) override;
  void OnRemoved(MemberId id) override;
  RelayConnectionPtr AsConnection() override { return shared_from_this(); }
  ContextPtr MemberContext() override { return context_; }

  // RelayConnection
  const std::string& document_name() const override { return document_; }
  const ClientInfo& client() const override { return client_; }
  const ContextPtr& context() const override { return context_; }
  bool read_only() const override { return read_only_; }
  void SetReadOnly(bool read_only) override;
  void SendStateless(std::string_view payload) override;
  void RequestToken() override;
  void Close(std::string_view reason) override { CloseWith(reason); }

 private:
  enum class Phase { kUnknown, kAuthenticating, kJoining, kLive, kBusy, kEnded };

  void Authenticate(const Frame& frame);
  void OnConnected(std::string token, const absl::Status& status);
  void Grant(const std::string& token);
  std::string IdentityOf(const std::string& token) const;
  void OnJoined(const absl::StatusOr<MemberId>& member);
  void Deny(std::string_view reason);

  void Deliver(const Frame& frame, codec::Bytes message);
  void DeliverClose(const Frame& frame);
  void HandleInRoom(MessageType type, codec::Bytes body, bool send_back);
  void SyncToken(codec::Bytes body);
  void GoOn();
  void Drain();
  // Ends the document connection because of what a hook said.
  void Refuse(const absl::Status& status, std::string_view ordinary_reason);
  void End(bool by_relay);
  // What the client is told. Reasons that are not meant for it are logged.
  std::string ReasonOf(const absl::Status& status, std::string_view ordinary_reason) const;
  // `done` for a chain: does nothing once the channel is not in `phase` any more.
  template <typename Function>
  HookDone While(Phase phase, Function function);

  // MessageSender
  const HookChains& hooks() const override;
  RelayDocumentPtr document() const override;
  bool waits_for_hooks() const override { return phase_ == Phase::kBusy; }
  // A hook may have changed it.
  void HandleInRoom(MessageType type, codec::Bytes body) override {
    HandleInRoom(type, body, true);
  }
  void OnMessageThrough() override { GoOn(); }
  void OnMessageRefused(const absl::Status& why) override;

  Host* host_;  // null after the end
  const std::string address_;
  const std::string document_;
  Phase phase_ = Phase::kUnknown;
  ClientInfo client_;
  ContextPtr context_ = std::make_shared<Context>();
  bool read_only_ = false;
  MemberId member_ = 0;           // of kLive and kBusy
  std::list<std::string> queue_;  // mostly empty, when a list, unlike a deque, takes no memory
  bool draining_ = false;
  bool client_closes_ = false;  // while a CLOSE of the client is handled
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CHANNEL_H_
