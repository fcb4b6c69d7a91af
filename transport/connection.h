// One socket of a client: any number of documents on it, each under an address of its own.
// PROTOCOL.md, "Connections".
//
//   address:  unknown --Token--> authenticating --granted--> joining --loaded--> live <--> renewing
//                 ^                    | refused               | load failed       |
//                 +--------------------+-----------------------+-------------------+ CLOSE
//
// 1. Messages of one address are handled strictly one after another. In all states but live they
//    wait, within limits over the whole socket; in unknown, only the type of a message is looked
//    at.
// 2. What goes wrong with one document stays with it; the socket is closed when an address cannot
//    be read, when limits are passed, when nothing comes in time, and when the relay has ended the
//    last document on it (a provider then starts over at once, where it would otherwise wait on a
//    document that is no more).
//
// Knows no socket library and no threads: everything is called on the I/O thread.
#ifndef YPP_TRANSPORT_CONNECTION_H_
#define YPP_TRANSPORT_CONNECTION_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "transport/authenticator.h"
#include "transport/connection_limits.h"
#include "transport/document_hub.h"
#include "transport/frame.h"
#include "transport/log.h"
#include "transport/socket.h"

namespace ypp::transport {

class Connection : public SocketHandler,
                   public HubMember,
                   public std::enable_shared_from_this<Connection> {
 public:
  // `hub` and `authenticator` must outlive it. Must be owned by a shared_ptr.
  Connection(std::shared_ptr<Socket> socket, DocumentHub* hub, Authenticator* authenticator,
             ConnectionLimits limits, LogSink log, int64_t now_ms);

  void OnMessage(codec::Bytes message) override;
  void OnTick(int64_t now_ms) override;
  void OnClosed() override;

  void Send(MemberId id, const MessagePtr& message) override;
  void OnRemoved(MemberId id) override;

  // CLOSE for every document, then the end of the socket.
  void Shutdown(std::string_view reason);

 private:
  enum class Phase { kUnknown, kAuthenticating, kJoining, kLive, kRenewing };

  struct Channel {
    Phase phase = Phase::kUnknown;
    std::string address;
    MemberId member = 0;  // of kLive and kRenewing
    std::deque<std::string> queue;
    size_t charged_bytes = 0;  // of the socket's queue limits
    size_t charged_messages = 0;
    bool draining = false;

    bool open() const { return phase == Phase::kLive || phase == Phase::kRenewing; }
    bool authenticated() const { return open() || phase == Phase::kJoining; }
  };
  using ChannelPtr = std::shared_ptr<Channel>;

  ChannelPtr FindOpen(std::string_view address) const;
  void Route(const Frame& frame, codec::Bytes message);
  void HandleBeforeOpen(const Frame& frame, codec::Bytes message);
  void BeginAuthentication(const ChannelPtr& channel, const Frame& frame);
  void OnAuthenticated(const ChannelPtr& channel, const absl::StatusOr<Grant>& grant);
  void Join(const ChannelPtr& channel, bool read_only);
  void OnJoined(const ChannelPtr& channel, const absl::StatusOr<MemberId>& member);
  void Deliver(const ChannelPtr& channel, const Frame& frame);
  void DeliverClose(const ChannelPtr& channel, const Frame& frame);
  void Renew(const ChannelPtr& channel, codec::Bytes body);
  void OnRenewed(const ChannelPtr& channel, const absl::StatusOr<Grant>& grant);
  void Drain(const ChannelPtr& channel);
  void Deny(const ChannelPtr& channel, std::string_view reason);
  void Forget(const ChannelPtr& channel);
  // False when a limit was passed and the socket is being closed.
  bool Charge(Channel& channel, size_t size_bytes);
  bool IsCurrent(const ChannelPtr& channel) const;
  size_t CountPending() const;
  size_t CountAuthenticated() const;
  std::string ReasonOf(const absl::Status& status, std::string_view document) const;
  void SendBytes(std::string bytes);
  void CloseSocket(uint16_t code, std::string_view reason);

  std::shared_ptr<Socket> socket_;
  DocumentHub* hub_;
  Authenticator* authenticator_;
  ConnectionLimits limits_;
  LogSink log_;
  absl::flat_hash_map<std::string, ChannelPtr> channels_;  // by address
  absl::flat_hash_map<MemberId, ChannelPtr> channels_by_member_;
  size_t queued_bytes_ = 0;
  size_t queued_messages_ = 0;
  int64_t opened_ms_;
  int64_t now_ms_;
  int64_t last_received_ms_;
  int64_t last_sent_ms_;
  bool authenticated_once_ = false;
  bool all_know_ping_ = true;   // every Token so far came with a version
  bool client_closes_ = false;  // while a CLOSE of the client is handled
  bool closing_ = false;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CONNECTION_H_
