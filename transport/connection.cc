#include "transport/connection.h"

#include <algorithm>
#include <utility>

namespace ypp::transport {
namespace {

constexpr std::string_view kCloseReasonUnauthorized = "Unauthorized";
constexpr std::string_view kCloseReasonTimeout = "Connection Timeout";
constexpr uint16_t kCloseGoingAway = 1001;

}  // namespace

Connection::Connection(std::shared_ptr<Socket> socket, const ConnectionServices* services,
                       std::string socket_id, std::shared_ptr<const HttpRequest> request,
                       int64_t now_ms)
    : socket_(std::move(socket)),
      services_(services),
      socket_id_(std::move(socket_id)),
      request_(std::move(request)),
      messages_(services->limits.max_messages_per_second),
      bytes_(services->limits.max_bytes_per_second),
      awareness_(services->limits.max_awareness_per_second),
      opened_ms_(now_ms),
      now_ms_(now_ms),
      last_received_ms_(now_ms),
      last_sent_ms_(now_ms) {
  socket_->SetMaxMessageBytes(limits().max_unauthenticated_bytes);
}

Connection::~Connection() { OnClosed(); }

void Connection::OnMessage(codec::Bytes message) {
  if (closing_) return;
  last_received_ms_ = now_ms_;
  metrics().messages_received.Increment();
  metrics().bytes_received.Increment(static_cast<double>(message.size()));
  const Frame frame = ReadFrame(message);
  PayFor(frame, message.size());
  switch (frame.shape) {
    case FrameShape::kPing:
      SendMessage(MakeMessage(WritePong()));
      return;
    case FrameShape::kPong:
      return;
    case FrameShape::kBadAddress:
      metrics().Refuse("bad_message");
      CloseSocket(kCloseUnauthorized, kCloseReasonUnauthorized);
      return;
    case FrameShape::kBadType:
    case FrameShape::kMessage:
      break;
  }
  Route(frame, message);
}

void Connection::OnBareFrames(size_t count) {
  if (!closing_) Pause(messages_.Take(static_cast<double>(count), hooks().executor.now_ms()));
}

void Connection::PayFor(const Frame& frame, size_t size_bytes) {
  const int64_t now_ms = hooks().executor.now_ms();
  int64_t wait_ms =
      std::max(messages_.Take(1, now_ms), bytes_.Take(static_cast<double>(size_bytes), now_ms));
  if (frame.type == MessageType::kAwareness) {
    wait_ms = std::max(wait_ms, awareness_.Take(1, now_ms));
  }
  Pause(wait_ms);
}

void Connection::Pause(int64_t wait_ms) {
  if (wait_ms == 0 || paused_) return;
  paused_ = true;
  metrics().Refuse("rate");
  UpdateReading();
  hooks().executor.after(wait_ms, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->paused_ = false;
    self->UpdateReading();
  });
}

void Connection::UpdateReading() {
  const bool waits_for_a_grant =
      !authenticated_once_ && queued_bytes_ > limits().max_unauthenticated_bytes;
  const bool reading = !paused_ && !waits_for_a_grant;
  if (closing_ || std::exchange(reading_, reading) == reading) return;
  socket_->SetReading(reading);
}

void Connection::Route(const Frame& frame, codec::Bytes message) {
  if (const ChannelPtr open = FindOpen(frame.address)) {
    open->Receive(frame, message);
    return;
  }
  if (frame.shape == FrameShape::kBadType) {
    metrics().Refuse("bad_message");
    CloseSocket(kCloseResetConnection, kCloseReasonReset);
    return;
  }
  if (IsForOneThatEnded(frame)) return;
  ChannelPtr& slot = channels_[std::string(frame.address)];
  if (slot == nullptr) {
    slot = std::make_shared<Channel>(static_cast<Channel::Host*>(this), std::string(frame.address));
    const size_t pending = channels_.size() - authenticated_channels();
    if (pending > limits().max_pending_documents) {
      metrics().Refuse("pending_documents");
      CloseSocket(kCloseResetConnection, kCloseReasonReset);
      return;
    }
  }
  const ChannelPtr channel = slot;
  channel->Receive(frame, message);
}

// What a client sent before it heard that its document was closed here must not wait for the next
// one under that address: the acknowledgement would be taken for that of something sent later.
bool Connection::IsForOneThatEnded(const Frame& frame) {
  const auto it = ended_.find(std::string(frame.address));
  if (it == ended_.end()) return false;
  if (frame.type != MessageType::kAuth) return true;
  ended_.erase(it);
  return false;
}

// Who authenticated with the plain name may also use the name with a session.
Connection::ChannelPtr Connection::FindOpen(std::string_view address) const {
  auto it = channels_.find(std::string(address));
  if (it != channels_.end() && it->second->open()) return it->second;
  if (!SessionOf(address)) return nullptr;
  it = channels_.find(std::string(DocumentOf(address)));
  return it != channels_.end() && it->second->open() ? it->second : nullptr;
}

void Connection::OnTick(int64_t now_ms) {
  now_ms_ = now_ms;
  if (closing_) return;
  if (!authenticated_once_ && now_ms - opened_ms_ >= limits().authentication_timeout_ms) {
    metrics().Refuse("authentication_timeout");
    CloseSocket(kCloseConnectionTimeout, kCloseReasonTimeout);
  } else if (now_ms - last_received_ms_ >= limits().idle_timeout_ms) {
    metrics().Refuse("idle_timeout");
    CloseSocket(kCloseConnectionTimeout, kCloseReasonTimeout);
  } else if (all_know_ping_ && now_ms - last_sent_ms_ >= limits().ping_after_ms &&
             HasOpenChannel()) {
    SendMessage(MakeMessage(WritePing()));
  }
}

void Connection::OnClosed() {
  closing_ = true;
  for (const auto& [address, channel] : std::exchange(channels_, {})) channel->OnSocketClosed();
}

void Connection::Shutdown(std::string_view reason) {
  closing_ = true;
  for (const ChannelPtr& channel : AllChannels()) channel->CloseWith(reason);
  socket_->Close(kCloseGoingAway, reason);
}

void Connection::CloseSocket(uint16_t code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  socket_->Close(code, reason);
}

size_t Connection::authenticated_channels() const {
  return static_cast<size_t>(
      std::count_if(channels_.begin(), channels_.end(),
                    [](const auto& entry) { return entry.second->authenticated(); }));
}

bool Connection::HasOpenChannel() const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [](const auto& entry) { return entry.second->open(); });
}

std::vector<Connection::ChannelPtr> Connection::AllChannels() const {
  std::vector<ChannelPtr> all;
  all.reserve(channels_.size());
  for (const auto& [address, channel] : channels_) all.push_back(channel);
  return all;
}

ClientInfo Connection::MakeClientInfo() const {
  ClientInfo info;
  info.socket_id = socket_id_;
  info.request = request_;
  return info;
}

void Connection::SendMessage(const MessagePtr& message) {
  last_sent_ms_ = now_ms_;
  metrics().messages_sent.Increment();
  metrics().bytes_sent.Increment(static_cast<double>(message->bytes.size()));
  socket_->Send(message);
}

bool Connection::Charge(Channel& channel, size_t size_bytes) {
  channel.charged_bytes += size_bytes;
  channel.charged_messages += 1;
  queued_bytes_ += size_bytes;
  queued_messages_ += 1;
  if (queued_bytes_ <= limits().max_queued_bytes &&
      queued_messages_ <= limits().max_queued_messages) {
    UpdateReading();
    return true;
  }
  metrics().Refuse("queue_full");
  CloseSocket(kCloseResetConnection, kCloseReasonReset);
  return false;
}

void Connection::Discharge(Channel& channel) {
  queued_bytes_ -= std::exchange(channel.charged_bytes, 0);
  queued_messages_ -= std::exchange(channel.charged_messages, 0);
  UpdateReading();
}

void Connection::OnGranted() {
  if (authenticated_once_) return;
  authenticated_once_ = true;
  socket_->SetMaxMessageBytes(limits().max_message_bytes);
  UpdateReading();
}

void Connection::OnToken(bool has_version) {
  if (!has_version) all_know_ping_ = false;
}

void Connection::OnEnded(Channel& channel, bool by_relay) {
  const auto it = channels_.find(channel.address());
  if (it != channels_.end() && it->second.get() == &channel) channels_.erase(it);
  if (by_relay && ended_.size() < limits().max_documents) ended_.insert(channel.address());
  if (by_relay && channels_.empty()) CloseSocket(kCloseResetConnection, kCloseReasonReset);
}

}  // namespace ypp::transport
