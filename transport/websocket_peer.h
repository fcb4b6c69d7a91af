// One accepted connection, from its first byte to its last: a request, and then its answer or a
// WebSocket.
//
// On the loop's thread only. Held by its server while the connection is there, and by protocol code
// for as long as that likes: it is the Socket that protocol code has.
#ifndef YPP_TRANSPORT_WEBSOCKET_PEER_H_
#define YPP_TRANSPORT_WEBSOCKET_PEER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "transport/admission.h"
#include "transport/http_exchange.h"
#include "transport/http_message.h"
#include "transport/liveness.h"
#include "transport/socket.h"
#include "transport/stream_socket.h"
#include "transport/websocket_frames.h"

namespace ypp::transport {

class WebSocketPeer : public Socket,
                      private StreamSocket::Handler,
                      public std::enable_shared_from_this<WebSocketPeer> {
 public:
  using RequestPtr = std::shared_ptr<const HttpRequest>;

  // What a peer needs of its server, which must be there until OnPeerEnd.
  class Host {
   public:
    virtual ~Host() = default;
    // A WebSocket wants to open. A response is sent instead.
    virtual std::optional<HttpResponse> OnUpgrade(WebSocketPeer& peer,
                                                  const RequestPtr& request) = 0;
    // It opened. What comes back is told what happens to it.
    virtual std::shared_ptr<SocketHandler> OnOpen(WebSocketPeer& peer,
                                                  const RequestPtr& request) = 0;
    // `respond` now or later.
    virtual void OnHttp(const RequestPtr& request, HttpRespond respond) = 0;
    // Once, after the handler's OnClosed.
    virtual void OnPeerEnd(WebSocketPeer& peer) = 0;
    // For a limit, in the words of RelayMetrics::Refuse.
    virtual void OnRefused(std::string_view reason) = 0;
    // Whom the request is from.
    virtual std::string AddressOf(const WebSocketPeer& peer, const HttpRequest& request) = 0;
    // Of a steady clock, no more than a second old.
    virtual int64_t now_ms() const = 0;
  };

  struct Limits {
    size_t max_http_body_bytes;
    size_t max_send_queue_bytes;
    int64_t head_timeout_ms;
    int64_t ping_interval_ms;
  };

  WebSocketPeer(Host* host, const Limits* limits, std::shared_ptr<StreamSocket> stream,
                Visit visit);

  // REQUIRES: a shared_ptr holds it.
  void Start() { stream_->Start(this); }
  // About once a second.
  void Tick();
  // At once, without another word.
  void Abort();

  void Send(const MessagePtr& message) override;
  void Close(uint16_t code, std::string_view reason) override;
  void SetMaxMessageBytes(size_t size_bytes) override;
  void SetReading(bool reading) override;

  Visit& visit() { return visit_; }
  const Visit& visit() const { return visit_; }

 private:
  enum class State {
    kRequest,    // its request comes
    kAnswering,  // a plain request, which somebody has to answer
    kOpen,
    kClosing,  // we sent a close and wait for the peer's
    kEnded,
  };

  void OnBytes(absl::Span<char> bytes) override;
  void OnEnd() override { End(); }

  void ReadRequest(absl::Span<char>* bytes);
  void OnRequest();
  void Open(const RequestPtr& request, const HttpResponse& handshake);
  void Answer(const RequestPtr& request);
  void Respond(const HttpResponse& response);
  void ReadFrames(absl::Span<char>* bytes);
  void OnEvent(const WebSocketEvent& event);
  void AnswerPing(std::string_view payload);
  void CloseTooSlow();
  void CheckAlive(int64_t now_ms);
  bool Overdue(int64_t now_ms) const;
  // What was written last still goes out.
  void End();

  Host* const host_;
  const Limits* const limits_;
  std::shared_ptr<StreamSocket> stream_;        // until it has ended
  std::unique_ptr<HttpRequestReader> request_;  // until the request is done with
  std::unique_ptr<WebSocketFrameReader> frames_;
  std::shared_ptr<SocketHandler> handler_;  // while it is open
  Visit visit_;
  Liveness liveness_;
  int64_t closing_since_ms_ = 0;
  size_t largest_queued_ = 0;      // of the messages that may be in the queue
  size_t waiting_pong_bytes_ = 0;  // that may be in the queue
  State state_ = State::kRequest;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_PEER_H_
