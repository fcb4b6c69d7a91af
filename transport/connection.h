// One socket of a client: any number of documents on it, each under an address and with a Channel
// of its own. PROTOCOL.md, "Connections".
//
// What goes wrong with one document stays with it; the socket is closed when an address cannot be
// read, when limits are passed, when nothing comes in time, and when the relay has ended the last
// document on it (a provider then starts over at once, where it would otherwise wait on a document
// that is no more).
//
// Knows no socket library and no threads: everything is called on the relay's thread.
#ifndef YPP_TRANSPORT_CONNECTION_H_
#define YPP_TRANSPORT_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "transport/channel.h"
#include "transport/connection_limits.h"
#include "transport/document_hub.h"
#include "transport/frame.h"
#include "transport/hook_chain.h"
#include "transport/log.h"
#include "transport/rate_limit.h"
#include "transport/relay_metrics.h"
#include "transport/socket.h"

namespace ypp::transport {

// What all sockets of a relay share. Must outlive them.
struct ConnectionServices {
  DocumentHub* hub = nullptr;
  const HookChains* hooks = nullptr;
  RelayMetrics* metrics = nullptr;
  ConnectionLimits limits;
  LogSink log = SilentLog();
};

class Connection : public SocketHandler,
                   private Channel::Host,
                   public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Socket> socket, const ConnectionServices* services,
             std::string socket_id, std::shared_ptr<const HttpRequest> request, int64_t now_ms);
  ~Connection() override;

  void OnMessage(codec::Bytes message) override;
  void OnBareFrames(size_t count) override;
  void OnTick(int64_t now_ms) override;
  void OnClosed() override;

  // CLOSE for every document, then the end of the socket.
  void Shutdown(std::string_view reason);
  void CloseSocket(uint16_t code, std::string_view reason) override;

 private:
  using ChannelPtr = std::shared_ptr<Channel>;

  // Channel::Host
  DocumentHub& hub() override { return *services_->hub; }
  const HookChains& hooks() const override { return *services_->hooks; }
  RelayMetrics& metrics() override { return *services_->metrics; }
  const ConnectionLimits& limits() const override { return services_->limits; }
  int64_t now_ms() const override { return now_ms_; }
  size_t authenticated_channels() const override;
  ClientInfo MakeClientInfo() const override;
  void SendMessage(const MessagePtr& message) override;
  bool Charge(Channel& channel, size_t size_bytes) override;
  void Discharge(Channel& channel) override;
  void OnGranted() override;
  void OnToken(bool has_version) override;
  void OnEnded(Channel& channel, bool by_relay) override;
  void Reroute(codec::Bytes message) override { Route(ReadFrame(message), message); }
  bool closing() const override { return closing_; }
  void LogLine(LogLevel level, std::string_view line) const override {
    services_->log(level, line);
  }

  void Route(const Frame& frame, codec::Bytes message);
  // Stops reading for a while when the message is more than the rates allow.
  void PayFor(const Frame& frame, size_t size_bytes);
  // Reads nothing for so long.
  void Pause(int64_t wait_ms);
  void UpdateReading();
  bool IsForOneThatEnded(const Frame& frame);
  ChannelPtr FindOpen(std::string_view address) const;
  std::vector<ChannelPtr> AllChannels() const;
  bool HasOpenChannel() const;

  std::shared_ptr<Socket> socket_;
  const ConnectionServices* services_;
  std::string socket_id_;
  std::shared_ptr<const HttpRequest> request_;
  absl::flat_hash_map<std::string, ChannelPtr> channels_;  // by address
  absl::flat_hash_set<std::string> ended_;  // addresses closed by the relay, until their next Token
  RateLimit messages_;
  RateLimit bytes_;
  RateLimit awareness_;
  bool paused_ = false;  // until what was sent too fast is paid for
  bool reading_ = true;
  size_t queued_bytes_ = 0;
  size_t queued_messages_ = 0;
  int64_t opened_ms_;
  int64_t now_ms_;
  int64_t last_received_ms_;
  int64_t last_sent_ms_;
  bool authenticated_once_ = false;
  bool all_know_ping_ = true;  // every Token so far came with a version
  bool closing_ = false;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CONNECTION_H_
