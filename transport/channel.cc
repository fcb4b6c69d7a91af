#include "transport/channel.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "transport/authenticator.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::AsText;

constexpr std::string_view kReasonLoadFailed = "document-unavailable";
constexpr std::string_view kReasonTooManyDocuments = "too-many-documents";
constexpr std::string_view kCloseReasonUnauthorized = "Unauthorized";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace

Channel::Channel(Host* host, std::string address)
    : host_(host), address_(std::move(address)), document_(DocumentOf(address_)) {
  client_ = host_->MakeClientInfo();
  if (const auto session = SessionOf(address_)) client_.session_id = std::string(*session);
}

template <typename Function>
HookDone Channel::While(Phase phase, Function function) {
  return [weak = weak_from_this(), phase, function = std::move(function)](absl::Status status) {
    const auto self = weak.lock();
    if (self == nullptr || self->phase_ != phase) return;
    if (IsSkipFurtherHooks(status)) status = absl::OkStatus();
    function(*self, status);
  };
}

const HookChains& Channel::hooks() const { return host_->hooks(); }

RelayDocumentPtr Channel::document() const { return host_->hub().DocumentOf(member_); }

void Channel::Receive(const Frame& frame, codec::Bytes message) {
  if (phase_ == Phase::kLive) {
    Deliver(frame, message);
    return;
  }
  if (phase_ == Phase::kUnknown && frame.type == MessageType::kClose) {
    End(false);  // there is nothing to end but what waits
    return;
  }
  if (!host_->Charge(*this, message.size())) return;
  if (phase_ == Phase::kUnknown && frame.type == MessageType::kAuth) {
    Authenticate(frame);
  } else {
    queue_.emplace_back(AsText(message));
  }
}

// --- From the first token to the open document

void Channel::Authenticate(const Frame& frame) {
  codec::ByteReader body(frame.body);
  const AuthMessage auth = ReadAuth(body);
  if (!body.ok() || auth.type != AuthType::kToken) {
    host_->CloseSocket(kCloseResetConnection, kCloseReasonReset);
    return;
  }
  host_->OnToken(auth.version.has_value());
  if (auth.version) client_.provider_version = std::string(*auth.version);
  if (IsBlank(document_) || address_.size() > host_->limits().max_document_name_bytes) {
    host_->metrics().Refuse("document_name");
    Deny(kReasonPermissionDenied);
    return;
  }
  if (host_->authenticated_channels() >= host_->limits().max_documents) {
    host_->metrics().Refuse("too_many_documents");
    Deny(kReasonTooManyDocuments);
    return;
  }
  phase_ = Phase::kAuthenticating;
  auto payload = std::make_shared<ConnectPayload>();
  payload->document = document_;
  payload->client = client_;
  payload->context = context_;
  const HookChains& hooks = host_->hooks();
  hooks.on_connect.Run(hooks.executor, payload,
                       While(Phase::kAuthenticating, [payload, token = std::string(auth.text)](
                                                         Channel& self, absl::Status status) {
                         self.read_only_ = payload->read_only;
                         self.OnConnected(token, status);
                       }));
}

void Channel::OnConnected(std::string token, const absl::Status& status) {
  if (!status.ok()) {
    host_->metrics().Refuse("connect");
    Deny(ReasonOf(status, kReasonPermissionDenied));
    return;
  }
  auto payload = std::make_shared<AuthenticatePayload>();
  payload->document = document_;
  payload->token = std::move(token);
  payload->client = client_;
  payload->context = context_;
  payload->read_only = read_only_;
  const HookChains& hooks = host_->hooks();
  hooks.on_authenticate.Run(
      hooks.executor, payload,
      While(Phase::kAuthenticating, [payload](Channel& self, const absl::Status& status) {
        if (status.ok()) {
          self.read_only_ = payload->read_only;
          self.Grant(payload->token);
        } else {
          self.host_->metrics().Refuse("authentication");
          self.Deny(self.ReasonOf(status, kReasonPermissionDenied));
        }
      }));
}

// The user, whose tokens may change, or who shows this token.
std::string Channel::IdentityOf(const std::string& token) const {
  const Any* const user = context_->Find("user");
  if (user != nullptr && user->if_string() != nullptr) return "user " + *user->if_string();
  return "token " + Sha256Hex(token);
}

void Channel::Grant(const std::string& token) {
  host_->OnGranted();
  host_->SendMessage(
      MakeMessage(WriteAuthenticated(address_, read_only_ ? kScopeReadOnly : kScopeReadWrite)));
  phase_ = Phase::kJoining;
  JoinRequest request;
  request.document = document_;
  request.address = address_;
  request.read_only = read_only_;
  if (host_->hub().binds_client_ids()) request.identity = IdentityOf(token);
  request.member = weak_from_this();
  request.done = [weak = weak_from_this(), hub = &host_->hub()](absl::StatusOr<MemberId> member) {
    const auto self = weak.lock();
    if (self != nullptr && self->phase_ == Phase::kJoining) {
      self->OnJoined(member);
    } else if (member.ok()) {
      hub->Leave(*member);
    }
  };
  host_->hub().Join(std::move(request));
}

void Channel::OnJoined(const absl::StatusOr<MemberId>& member) {
  if (!member.ok()) {
    host_->metrics().Refuse("load");
    Deny(kReasonLoadFailed);
    return;
  }
  member_ = *member;
  phase_ = Phase::kLive;
  Drain();
  if (!open() || host_->hooks().connected.empty()) return;
  const HookChains& hooks = host_->hooks();
  auto payload = std::make_shared<ConnectedPayload>();
  payload->document = document();
  payload->connection = shared_from_this();
  hooks.connected.Run(hooks.executor, payload, [self = shared_from_this()](absl::Status status) {
    if (!self->open() || status.ok() || IsSkipFurtherHooks(status)) return;
    self->Refuse(status, kCloseReasonReset);
  });
}

// What a stranger calls a document is not for the log.
void Channel::Deny(std::string_view reason) {
  host_->LogLine(LogLevel::kInfo, absl::StrCat("refused a document to ",
                                               absl::CEscape(client_.request->remote_address), ": ",
                                               std::string(reason)));
  host_->SendMessage(MakeMessage(WritePermissionDenied(address_, reason)));
  End(false);
}

// --- Messages

void Channel::Deliver(const Frame& frame, codec::Bytes message) {
  if (frame.shape != FrameShape::kMessage) {
    CloseWith(kCloseReasonReset);
  } else if (frame.type == MessageType::kAuth) {
    SyncToken(frame.body);
  } else if (frame.type == MessageType::kClose) {
    DeliverClose(frame);
  } else if (host_->hooks().look_at_messages()) {
    phase_ = Phase::kBusy;
    TakeThroughHooks(std::shared_ptr<MessageSender>(shared_from_this(), this), message);
  } else {
    // A session that uses the plain name's right is another document of the client's.
    HandleInRoom(frame.type, frame.body, frame.address != address_);
  }
}

// What came behind it in the meantime is the beginning of a new connection to the same document.
void Channel::DeliverClose(const Frame& frame) {
  Host* const host = host_;
  const std::list<std::string> rest = std::exchange(queue_, {});
  client_closes_ = true;
  host->hub().Handle(member_, frame.type, frame.body, host->now_ms(), false);
  for (const std::string& message : rest) {
    if (host->closing()) return;
    host->Reroute(AsBytes(message));
  }
}

// The client sends its token again, asked or not.
void Channel::SyncToken(codec::Bytes body) {
  codec::ByteReader in(body);
  const AuthMessage auth = ReadAuth(in);
  if (!in.ok() || auth.type != AuthType::kToken) {
    CloseWith(kCloseReasonReset);
    return;
  }
  phase_ = Phase::kBusy;
  auto payload = std::make_shared<TokenSyncPayload>();
  payload->document = document_;
  payload->token = std::string(auth.text);
  payload->connection = shared_from_this();
  payload->read_only = read_only_;
  const HookChains& hooks = host_->hooks();
  hooks.on_token_sync.Run(hooks.executor, payload,
                          While(Phase::kBusy, [payload](Channel& self, const absl::Status& status) {
                            if (!status.ok()) {
                              self.host_->metrics().Refuse("token_sync");
                              self.Refuse(status, kCloseReasonUnauthorized);
                              return;
                            }
                            self.SetReadOnly(payload->read_only);
                            self.GoOn();
                          }));
}

void Channel::HandleInRoom(MessageType type, codec::Bytes body, bool send_back) {
  host_->hub().Handle(member_, type, body, host_->now_ms(), send_back);
}

void Channel::OnMessageRefused(const absl::Status& why) { Refuse(why, kCloseReasonReset); }

void Channel::GoOn() {
  phase_ = Phase::kLive;
  Drain();
}

void Channel::Drain() {
  if (draining_) return;
  const auto self = shared_from_this();
  draining_ = true;
  while (phase_ == Phase::kLive && !queue_.empty()) {
    const std::string message = std::move(queue_.front());
    queue_.pop_front();
    Deliver(ReadFrame(AsBytes(message)), AsBytes(message));
  }
  draining_ = false;
  if (queue_.empty() && host_ != nullptr) host_->Discharge(*this);
}

// --- The end

void Channel::Refuse(const absl::Status& status, std::string_view ordinary_reason) {
  CloseWith(ReasonOf(status, ordinary_reason));
}

std::string Channel::ReasonOf(const absl::Status& status, std::string_view ordinary_reason) const {
  if (absl::IsPermissionDenied(status)) {
    const bool says_nothing = status.message().empty() || status.message() == "permission-denied";
    return std::string(says_nothing
                           ? ordinary_reason
                           : std::string_view(status.message().data(), status.message().size()));
  }
  host_->metrics().hook_errors.Increment();
  const std::string subject =
      open() ? absl::StrCat("document \"", absl::CEscape(document_), "\"") : "a connection";
  host_->LogLine(LogLevel::kError,
                 absl::StrCat(subject, ": a hook could not be done: ", status.message()));
  return std::string(ordinary_reason);
}

void Channel::CloseWith(std::string_view reason) {
  if (open()) host_->hub().Close(member_, reason);
}

void Channel::OnRemoved(MemberId) { End(!client_closes_); }

void Channel::End(bool by_relay) {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  host_->Discharge(*this);
  queue_.clear();
  std::exchange(host_, nullptr)->OnEnded(*this, by_relay);
}

void Channel::OnSocketClosed() {
  Host* const host = std::exchange(host_, nullptr);
  const bool was_open = open();
  phase_ = Phase::kEnded;
  queue_.clear();
  if (was_open && host != nullptr) host->hub().Leave(member_);
}

void Channel::Send(MemberId, const MessagePtr& message) {
  if (host_ != nullptr) host_->SendMessage(message);
}

void Channel::SetReadOnly(bool read_only) {
  if (!open()) return;
  read_only_ = read_only;
  host_->hub().SetReadOnly(member_, read_only);
}

void Channel::SendStateless(std::string_view payload) {
  if (open()) host_->SendMessage(MakeMessage(WriteStateless(address_, payload)));
}

void Channel::RequestToken() {
  if (open()) host_->SendMessage(MakeMessage(WriteTokenRequest(address_)));
}

}  // namespace ypp::transport
