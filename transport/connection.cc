#include "transport/connection.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

constexpr std::string_view kReasonLoadFailed = "document-unavailable";
constexpr std::string_view kReasonTooManyDocuments = "too-many-documents";
constexpr std::string_view kCloseReasonUnauthorized = "Unauthorized";
constexpr std::string_view kCloseReasonTimeout = "Connection Timeout";
constexpr uint16_t kCloseGoingAway = 1001;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace

Connection::Connection(std::shared_ptr<Socket> socket, DocumentHub* hub,
                       Authenticator* authenticator, ConnectionLimits limits, LogSink log,
                       int64_t now_ms)
    : socket_(std::move(socket)),
      hub_(hub),
      authenticator_(authenticator),
      limits_(limits),
      log_(std::move(log)),
      opened_ms_(now_ms),
      now_ms_(now_ms),
      last_received_ms_(now_ms),
      last_sent_ms_(now_ms) {
  socket_->SetMaxMessageBytes(limits_.max_unauthenticated_message_bytes);
}

void Connection::OnMessage(codec::Bytes message) {
  if (closing_) return;
  last_received_ms_ = now_ms_;
  const Frame frame = ReadFrame(message);
  switch (frame.shape) {
    case FrameShape::kPing:
      SendBytes(WritePong());
      return;
    case FrameShape::kPong:
      return;
    case FrameShape::kBadAddress:
      CloseSocket(kCloseUnauthorized, kCloseReasonUnauthorized);
      return;
    case FrameShape::kBadType:
    case FrameShape::kMessage:
      break;
  }
  Route(frame, message);
}

void Connection::Route(const Frame& frame, codec::Bytes message) {
  const ChannelPtr channel = FindOpen(frame.address);
  if (channel == nullptr) {
    HandleBeforeOpen(frame, message);
  } else if (channel->phase == Phase::kRenewing) {
    if (Charge(*channel, message.size())) channel->queue.emplace_back(codec::AsText(message));
  } else {
    Deliver(channel, frame);
  }
}

// Who authenticated with the plain name may also use the name with a session.
Connection::ChannelPtr Connection::FindOpen(std::string_view address) const {
  auto it = channels_.find(std::string(address));
  if (it != channels_.end() && it->second->open()) return it->second;
  if (!SessionOf(address)) return nullptr;
  it = channels_.find(std::string(DocumentOf(address)));
  return it != channels_.end() && it->second->open() ? it->second : nullptr;
}

void Connection::HandleBeforeOpen(const Frame& frame, codec::Bytes message) {
  if (frame.shape == FrameShape::kBadType) {
    CloseSocket(kCloseResetConnection, kCloseReasonReset);
    return;
  }
  ChannelPtr& slot = channels_[std::string(frame.address)];
  if (slot == nullptr) {
    slot = std::make_shared<Channel>();
    slot->address = std::string(frame.address);
    if (CountPending() > limits_.max_pending_documents) {
      CloseSocket(kCloseResetConnection, kCloseReasonReset);
      return;
    }
  }
  const ChannelPtr channel = slot;
  if (channel->phase == Phase::kUnknown && frame.type == MessageType::kClose) {
    Forget(channel);  // there is nothing to end but what waits
    return;
  }
  if (!Charge(*channel, message.size())) return;
  if (channel->phase == Phase::kUnknown && frame.type == MessageType::kAuth) {
    BeginAuthentication(channel, frame);
  } else {
    channel->queue.emplace_back(codec::AsText(message));
  }
}

void Connection::BeginAuthentication(const ChannelPtr& channel, const Frame& frame) {
  codec::ByteReader body(frame.body);
  const AuthMessage auth = ReadAuth(body);
  if (!body.ok() || auth.type != AuthType::kToken) {
    CloseSocket(kCloseResetConnection, kCloseReasonReset);
    return;
  }
  if (!auth.version) all_know_ping_ = false;
  const std::string_view document = DocumentOf(channel->address);
  if (IsBlank(document) || channel->address.size() > limits_.max_document_name_bytes) {
    Deny(channel, kReasonPermissionDenied);
    return;
  }
  if (CountAuthenticated() >= limits_.max_documents) {
    Deny(channel, kReasonTooManyDocuments);
    return;
  }
  channel->phase = Phase::kAuthenticating;
  authenticator_->Authenticate(
      AuthRequest{std::string(document), std::string(auth.text), false},
      [weak = weak_from_this(), channel](const absl::StatusOr<Grant>& grant) {
        const auto self = weak.lock();
        if (self != nullptr && self->IsCurrent(channel)) self->OnAuthenticated(channel, grant);
      });
}

void Connection::OnAuthenticated(const ChannelPtr& channel, const absl::StatusOr<Grant>& grant) {
  if (!grant.ok()) {
    Deny(channel, ReasonOf(grant.status(), DocumentOf(channel->address)));
    return;
  }
  if (!authenticated_once_) {
    authenticated_once_ = true;
    socket_->SetMaxMessageBytes(limits_.max_message_bytes);
  }
  SendBytes(
      WriteAuthenticated(channel->address, grant->read_only ? kScopeReadOnly : kScopeReadWrite));
  Join(channel, grant->read_only);
}

void Connection::Join(const ChannelPtr& channel, bool read_only) {
  channel->phase = Phase::kJoining;
  DocumentHub::JoinRequest request;
  request.document = std::string(DocumentOf(channel->address));
  request.address = channel->address;
  request.read_only = read_only;
  request.member = weak_from_this();
  request.done = [weak = weak_from_this(), channel,
                  hub = hub_](const absl::StatusOr<MemberId>& member) {
    const auto self = weak.lock();
    if (self != nullptr && self->IsCurrent(channel)) {
      self->OnJoined(channel, member);
    } else if (member.ok()) {
      hub->Leave(*member);
    }
  };
  hub_->Join(std::move(request));
}

void Connection::OnJoined(const ChannelPtr& channel, const absl::StatusOr<MemberId>& member) {
  if (!member.ok()) {
    Deny(channel, kReasonLoadFailed);
    return;
  }
  channel->phase = Phase::kLive;
  channel->member = *member;
  channels_by_member_[*member] = channel;
  Drain(channel);
}

void Connection::Drain(const ChannelPtr& channel) {
  if (channel->draining) return;
  channel->draining = true;
  while (!closing_ && channel->phase == Phase::kLive && IsCurrent(channel) &&
         !channel->queue.empty()) {
    const std::string message = std::move(channel->queue.front());
    channel->queue.pop_front();
    Deliver(channel, ReadFrame(codec::AsBytes(message)));
  }
  channel->draining = false;
  if (channel->queue.empty()) {
    queued_bytes_ -= std::exchange(channel->charged_bytes, 0);
    queued_messages_ -= std::exchange(channel->charged_messages, 0);
  }
}

void Connection::Deliver(const ChannelPtr& channel, const Frame& frame) {
  if (frame.shape != FrameShape::kMessage) {
    hub_->Close(channel->member, kCloseReasonReset);
  } else if (frame.type == MessageType::kAuth) {
    Renew(channel, frame.body);
  } else if (frame.type == MessageType::kClose) {
    DeliverClose(channel, frame);
  } else {
    hub_->Handle(channel->member, frame.type, frame.body, now_ms_);
  }
}

// What came behind it in the meantime is the beginning of a new connection to the same document.
void Connection::DeliverClose(const ChannelPtr& channel, const Frame& frame) {
  const std::deque<std::string> rest = std::exchange(channel->queue, {});
  client_closes_ = true;
  hub_->Handle(channel->member, frame.type, frame.body, now_ms_);
  client_closes_ = false;
  for (const std::string& message : rest) {
    if (closing_) return;
    Route(ReadFrame(codec::AsBytes(message)), codec::AsBytes(message));
  }
}

// The client sends its token again, asked or not.
void Connection::Renew(const ChannelPtr& channel, codec::Bytes body) {
  codec::ByteReader in(body);
  const AuthMessage auth = ReadAuth(in);
  if (!in.ok() || auth.type != AuthType::kToken) {
    hub_->Close(channel->member, kCloseReasonReset);
    return;
  }
  channel->phase = Phase::kRenewing;
  authenticator_->Authenticate(
      AuthRequest{std::string(DocumentOf(channel->address)), std::string(auth.text), true},
      [weak = weak_from_this(), channel](const absl::StatusOr<Grant>& grant) {
        const auto self = weak.lock();
        if (self != nullptr && self->IsCurrent(channel)) self->OnRenewed(channel, grant);
      });
}

void Connection::OnRenewed(const ChannelPtr& channel, const absl::StatusOr<Grant>& grant) {
  if (!grant.ok()) {
    const std::string reason = ReasonOf(grant.status(), DocumentOf(channel->address));
    hub_->Close(channel->member,
                reason == kReasonPermissionDenied ? kCloseReasonUnauthorized : reason);
    return;
  }
  hub_->SetReadOnly(channel->member, grant->read_only);
  channel->phase = Phase::kLive;
  Drain(channel);
}

void Connection::OnTick(int64_t now_ms) {
  now_ms_ = now_ms;
  if (closing_) return;
  if (!authenticated_once_ && now_ms - opened_ms_ >= limits_.authentication_timeout_ms) {
    CloseSocket(kCloseConnectionTimeout, kCloseReasonTimeout);
  } else if (now_ms - last_received_ms_ >= limits_.idle_timeout_ms) {
    CloseSocket(kCloseConnectionTimeout, kCloseReasonTimeout);
  } else if (all_know_ping_ && !channels_by_member_.empty() &&
             now_ms - last_sent_ms_ >= limits_.ping_after_ms) {
    SendBytes(WritePing());
  }
}

void Connection::OnClosed() {
  closing_ = true;
  const auto members = std::exchange(channels_by_member_, {});
  channels_.clear();
  for (const auto& [member, channel] : members) hub_->Leave(member);
}

void Connection::Shutdown(std::string_view reason) {
  closing_ = true;
  const auto members = channels_by_member_;
  for (const auto& [member, channel] : members) hub_->Close(member, reason);
  socket_->Close(kCloseGoingAway, reason);
}

void Connection::Send(MemberId, const MessagePtr& message) {
  last_sent_ms_ = now_ms_;
  socket_->Send(message);
}

void Connection::OnRemoved(MemberId id) {
  const auto it = channels_by_member_.find(id);
  if (it == channels_by_member_.end()) return;
  const ChannelPtr channel = it->second;
  Forget(channel);
  if (!client_closes_ && channels_.empty()) CloseSocket(kCloseResetConnection, kCloseReasonReset);
}

void Connection::Deny(const ChannelPtr& channel, std::string_view reason) {
  log_(LogLevel::kInfo,
       absl::StrCat("document \"", absl::CEscape(std::string(DocumentOf(channel->address))),
                    "\": connection refused: ", std::string(reason)));
  SendBytes(WritePermissionDenied(channel->address, reason));
  Forget(channel);
}

void Connection::Forget(const ChannelPtr& channel) {
  queued_bytes_ -= std::exchange(channel->charged_bytes, 0);
  queued_messages_ -= std::exchange(channel->charged_messages, 0);
  channel->queue.clear();
  if (channel->member != 0) channels_by_member_.erase(channel->member);
  const auto it = channels_.find(channel->address);
  if (it != channels_.end() && it->second == channel) channels_.erase(it);
}

bool Connection::Charge(Channel& channel, size_t size_bytes) {
  channel.charged_bytes += size_bytes;
  channel.charged_messages += 1;
  queued_bytes_ += size_bytes;
  queued_messages_ += 1;
  if (queued_bytes_ <= limits_.max_queued_bytes &&
      queued_messages_ <= limits_.max_queued_messages) {
    return true;
  }
  CloseSocket(kCloseResetConnection, kCloseReasonReset);
  return false;
}

bool Connection::IsCurrent(const ChannelPtr& channel) const {
  const auto it = channels_.find(channel->address);
  return it != channels_.end() && it->second == channel;
}

size_t Connection::CountPending() const {
  size_t pending = 0;
  for (const auto& [address, channel] : channels_) pending += !channel->authenticated();
  return pending;
}

size_t Connection::CountAuthenticated() const { return channels_.size() - CountPending(); }

std::string Connection::ReasonOf(const absl::Status& status, std::string_view document) const {
  if (absl::IsPermissionDenied(status)) return std::string(status.message());
  log_(LogLevel::kError, absl::StrCat("document \"", absl::CEscape(std::string(document)),
                                      "\": authentication could not be done: ", status.message()));
  return std::string(kReasonPermissionDenied);
}

void Connection::SendBytes(std::string bytes) { Send(0, MakeMessage(std::move(bytes))); }

void Connection::CloseSocket(uint16_t code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  socket_->Close(code, reason);
}

}  // namespace ypp::transport
