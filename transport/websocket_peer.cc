#include "transport/websocket_peer.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ypp::transport {
namespace {

constexpr uint16_t kCloseGoingAway = 1001;
constexpr uint16_t kCloseMessageTooBig = 1009;
constexpr uint16_t kCloseTryAgainLater = 1013;
constexpr int kBodyTooLarge = 413;
constexpr int kHeadTooLarge = 431;
// From the accepted connection to the end of a plain request's body.
constexpr int64_t kBodyTimeoutMs = 30'000;
// Answers to pings that a peer does not read. It needs no right to ping, so these are few.
constexpr size_t kMaxWaitingPongBytes = 64 * 1024;
// For the peer's answer to a close.
constexpr int64_t kCloseTimeoutMs = 5'000;

// Made once for all the sockets that send it.
StreamSocket::SharedBytes FrameOf(const OutgoingMessage& message) {
  if (message.prepared == nullptr) {
    message.prepared = std::make_shared<std::string>(MessageFrame(message.bytes));
  }
  return std::static_pointer_cast<const std::string>(message.prepared);
}

std::string_view AsView(absl::Span<char> bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

WebSocketPeer::WebSocketPeer(Host* host, const Limits* limits, std::shared_ptr<StreamSocket> stream,
                             Visit visit)
    : host_(host),
      limits_(limits),
      stream_(std::move(stream)),
      request_(std::make_unique<HttpRequestReader>(limits->max_http_body_bytes)),
      visit_(std::move(visit)),
      liveness_(host->now_ms()) {}

void WebSocketPeer::OnBytes(absl::Span<char> bytes) {
  const auto keep = shared_from_this();
  if (state_ == State::kRequest) ReadRequest(&bytes);
  ReadFrames(&bytes);
}

void WebSocketPeer::ReadRequest(absl::Span<char>* bytes) {
  bytes->remove_prefix(request_->Read(AsView(*bytes)));
  if (const int status = request_->refusal(); status != 0) {
    if (status == kBodyTooLarge || status == kHeadTooLarge) host_->OnRefused("http_size");
    Respond({status, "", {}});
  } else if (request_->done()) {
    OnRequest();
  }
}

void WebSocketPeer::OnRequest() {
  auto request = std::make_shared<HttpRequest>(request_->request());
  request->remote_address = host_->AddressOf(*this, *request);
  const auto reader = std::move(request_);
  if (!reader->wants_websocket()) return Answer(request);
  const HttpResponse handshake = reader->Handshake();
  if (handshake.status != kSwitchingProtocols) return Respond(handshake);
  if (const auto refusal = host_->OnUpgrade(*this, request)) return Respond(*refusal);
  Open(request, handshake);
}

void WebSocketPeer::Answer(const RequestPtr& request) {
  state_ = State::kAnswering;
  host_->OnHttp(request, [weak = weak_from_this()](const HttpResponse& response) {
    const auto peer = weak.lock();
    if (peer != nullptr && peer->state_ == State::kAnswering) peer->Respond(response);
  });
}

void WebSocketPeer::Respond(const HttpResponse& response) {
  stream_->Write(ResponseBytes(response));
  End();
}

void WebSocketPeer::Open(const RequestPtr& request, const HttpResponse& handshake) {
  stream_->Write(ResponseBytes(handshake));
  state_ = State::kOpen;
  frames_ = std::make_unique<WebSocketFrameReader>();
  liveness_.Hear(host_->now_ms());
  handler_ = host_->OnOpen(*this, request);
}

void WebSocketPeer::ReadFrames(absl::Span<char>* bytes) {
  while (!bytes->empty() && (state_ == State::kOpen || state_ == State::kClosing)) {
    OnEvent(frames_->Next(bytes));
  }
  if (state_ != State::kOpen) return;
  if (const size_t frames = frames_->TakeBareFrames(); frames > 0) handler_->OnBareFrames(frames);
}

void WebSocketPeer::OnEvent(const WebSocketEvent& event) {
  using Kind = WebSocketEvent::Kind;
  const bool open = state_ == State::kOpen;
  const bool broken = event.kind == Kind::kBroken;
  if (broken && event.code == kCloseMessageTooBig) host_->OnRefused("message_size");
  if (broken || event.kind == Kind::kClose) {
    if (open) stream_->Write(CloseFrame(event.code, event.payload));
    return End();
  }
  if (!open || event.kind == Kind::kNone) return;
  liveness_.Hear(host_->now_ms());
  if (event.kind == Kind::kMessage) handler_->OnMessage(codec::AsBytes(event.payload));
  if (event.kind == Kind::kPing) AnswerPing(event.payload);
}

void WebSocketPeer::AnswerPing(std::string_view payload) {
  if (stream_->queued_bytes() == 0) waiting_pong_bytes_ = 0;
  const std::string pong = PongFrame(payload);
  waiting_pong_bytes_ += pong.size();
  if (waiting_pong_bytes_ > kMaxWaitingPongBytes) return CloseTooSlow();
  stream_->Write(pong);
}

void WebSocketPeer::Send(const MessagePtr& message) {
  if (state_ != State::kOpen) return;
  const size_t queued = stream_->queued_bytes();
  if (queued == 0) largest_queued_ = 0;
  largest_queued_ = std::max(largest_queued_, message->bytes.size());
  if (queued > limits_->max_send_queue_bytes + largest_queued_) return CloseTooSlow();
  stream_->Write(FrameOf(*message));
}

void WebSocketPeer::CloseTooSlow() {
  host_->OnRefused("slow_reader");
  Close(kCloseTryAgainLater, "Too Slow");
}

void WebSocketPeer::Close(uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  closing_since_ms_ = host_->now_ms();
  stream_->SetReading(true);  // the peer's answer must be read
  stream_->Write(CloseFrame(code, reason));
}

void WebSocketPeer::SetMaxMessageBytes(size_t size_bytes) {
  if (frames_ != nullptr) frames_->SetMaxMessageBytes(size_bytes);
}

void WebSocketPeer::SetReading(bool reading) {
  if (state_ == State::kOpen) stream_->SetReading(reading);
}

void WebSocketPeer::Tick() {
  const auto keep = shared_from_this();
  const int64_t now_ms = host_->now_ms();
  if (Overdue(now_ms)) {
    if (state_ == State::kRequest) host_->OnRefused("http_timeout");
    return End();
  }
  if (state_ == State::kOpen) handler_->OnTick(now_ms);
  if (state_ == State::kOpen) CheckAlive(now_ms);
}

void WebSocketPeer::CheckAlive(int64_t now_ms) {
  const Liveness::Step step = liveness_.Check(now_ms, limits_->ping_interval_ms);
  if (step == Liveness::Step::kPing) stream_->Write(PingFrame(""));
  if (step == Liveness::Step::kGiveUp) Close(kCloseGoingAway, "No Answer");
}

bool WebSocketPeer::Overdue(int64_t now_ms) const {
  if (state_ == State::kClosing) return now_ms - closing_since_ms_ >= kCloseTimeoutMs;
  if (state_ != State::kRequest) return false;
  const int64_t timeout_ms = request_->announces_body() ? kBodyTimeoutMs : limits_->head_timeout_ms;
  return liveness_.SilentMs(now_ms) >= timeout_ms;
}

void WebSocketPeer::Abort() {
  stream_->Close();
  End();
}

void WebSocketPeer::End() {
  if (state_ == State::kEnded) return;
  const auto keep = shared_from_this();
  state_ = State::kEnded;
  stream_->CloseWhenSent();
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnClosed();
  host_->OnPeerEnd(*this);
  stream_.reset();
}

}  // namespace ypp::transport
