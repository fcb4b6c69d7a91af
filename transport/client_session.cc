#include "transport/client_session.h"

#include <algorithm>
#include <utility>

#include "transport/client_connection.h"

namespace ypp::transport {
namespace {

// A document that is thrown out sooner than this counts as one more failure in a row.
constexpr int64_t kStableAfterMs = 10'000;

}  // namespace

ClientSession::ClientSession(Host& host, Post post, std::string address, ProviderOptions options,
                             ProviderEvents events, Doc& doc, Awareness* awareness, uint64_t seed)
    : host_(host),
      post_(std::move(post)),
      address_(std::move(address)),
      options_(std::move(options)),
      events_(std::move(events)),
      backoff_(options_.backoff, seed),
      sync_(&host, this, &address_, &doc,
            {options_.flush_delay_ms, options_.force_sync_interval_ms}),
      awareness_(&host, &address_, awareness) {}

void ClientSession::Open() {
  sync_.Open(origin());
  awareness_.Open(origin(), [this](const AwarenessChange& change) {
    Emit(&ProviderEvents::on_awareness, change);
  });
}

Origin ClientSession::origin() const {
  Origin origin("provider");
  origin.tag = this;
  return origin;
}

// Events are posted: user code never runs while a session is in the middle of something, and may
// end it.
template <typename Callback, typename... Args>
void ClientSession::Emit(Callback ProviderEvents::*callback, Args... args) {
  if (!(events_.*callback)) return;
  post_([self = shared_from_this(), callback, args...] {
    if (self->phase_ != Phase::kDetached) (self->events_.*callback)(args...);
  });
}

bool ClientSession::on_socket() const {
  return phase_ == Phase::kFetchingToken || phase_ == Phase::kHandshaking ||
         phase_ == Phase::kEstablished;
}

void ClientSession::Start() {
  if (phase_ != Phase::kOffline) return;
  phase_ = Phase::kFetchingToken;
  ++attempt_;
  FetchToken([attempt = attempt_](ClientSession& self, absl::StatusOr<std::string> token) {
    if (self.phase_ != Phase::kFetchingToken || self.attempt_ != attempt) return;
    if (token.ok()) return self.Greet(*token);
    self.Emit(&ProviderEvents::on_authentication_failed, std::string(token.status().message()),
              true);
    self.Retry();
  });
}

void ClientSession::FetchToken(
    std::function<void(ClientSession&, absl::StatusOr<std::string>)> then) {
  if (!options_.fetch_token) return then(*this, options_.token);
  const std::weak_ptr<ClientSession> weak = weak_from_this();
  TokenReply reply = [weak, post = post_, then](absl::StatusOr<std::string> token) {
    post([weak, then, token = std::move(token)] {
      if (const std::shared_ptr<ClientSession> self = weak.lock()) then(*self, token);
    });
  };
  post_([self = shared_from_this(), reply = std::move(reply)] {
    if (self->phase_ != Phase::kDetached) self->options_.fetch_token(reply);
  });
}

// Token, SyncStep1 and awareness in one burst, without waiting for answers.
void ClientSession::Greet(const std::string& token) {
  phase_ = Phase::kHandshaking;
  host_.Send(WriteToken(address_, token, kProviderVersion));
  sync_.Greet();
  awareness_.Greet();
}

void ClientSession::HandleFrame(const Frame& frame) {
  if (phase_ != Phase::kHandshaking && phase_ != Phase::kEstablished) return;
  codec::ByteReader body(frame.body);
  if (frame.type == MessageType::kAuth) {
    HandleAuth(body);
  } else if (frame.type == MessageType::kClose) {
    const std::string reason(ReadClose(body));
    Emit(&ProviderEvents::on_close, reason);
    Retry();
  } else if (phase_ == Phase::kEstablished) {
    // Before that nothing else can be meant for this connection: it is an answer to an earlier one.
    HandleMessage(frame, body);
  }
  if (!body.ok()) Emit(&ProviderEvents::on_error, body.status());
}

void ClientSession::HandleMessage(const Frame& frame, codec::ByteReader& body) {
  switch (frame.type) {
    case MessageType::kSync:
    case MessageType::kSyncReply:
      return HandleSync(body);
    case MessageType::kSyncStatus:
      if (const bool applied = ReadSyncStatus(body); body.ok()) sync_.HandleStatus(applied);
      return;
    case MessageType::kAwareness:
      return HandleAwareness(body);
    case MessageType::kQueryAwareness:
      return awareness_.AnswerQuery();
    case MessageType::kStateless:
      if (const std::string payload(ReadStateless(body)); body.ok())
        Emit(&ProviderEvents::on_stateless, payload);
      return;
    default:
      return;
  }
}

void ClientSession::HandleAuth(codec::ByteReader& body) {
  const AuthMessage auth = ReadAuth(body);
  if (!body.ok()) return;
  switch (auth.type) {
    case AuthType::kAuthenticated:
      return HandleAuthenticated(auth.text);
    case AuthType::kPermissionDenied:
      return HandlePermissionDenied(std::string(auth.text));
    case AuthType::kToken:
      // The server wants to see the token again. It answers a good one with silence and a bad one
      // with CLOSE.
      if (!host_.congested()) SendToken();
      return;
  }
}

void ClientSession::HandleAuthenticated(std::string_view scope) {
  if (phase_ == Phase::kEstablished) return;
  phase_ = Phase::kEstablished;
  established_at_ms_ = host_.NowMs();
  state_.authenticated = true;
  state_.scope = std::string(scope);
  shared_.Set(state_);
  Emit(&ProviderEvents::on_authenticated, state_.scope);
  sync_.OnAuthenticated();
  awareness_.OnAuthenticated();
}

void ClientSession::HandlePermissionDenied(std::string reason) {
  // After Authenticated the token was good and something else failed, which may pass.
  const bool will_retry = phase_ == Phase::kEstablished || options_.retry_when_denied;
  Emit(&ProviderEvents::on_authentication_failed, reason, will_retry);
  if (will_retry) return Retry();
  LeaveConnection(Phase::kDenied);
  state_.denied = true;
  state_.denied_reason = std::move(reason);
  shared_.Set(state_);
  host_.Reschedule();
}

// What cannot be used may have brought something that this replica now lacks: only a new connection
// tells.
void ClientSession::HandleSync(codec::ByteReader& body) {
  const absl::Status status = sync_.HandleMessage(body);
  if (status.ok()) return;
  if (body.ok()) Emit(&ProviderEvents::on_error, status);
  if (phase_ != Phase::kEstablished) return;
  host_.Send(WriteClose(address_));
  Retry();
}

void ClientSession::HandleAwareness(codec::ByteReader& body) {
  const codec::Bytes update = ReadAwareness(body);
  if (!body.ok()) return;
  const absl::Status status = awareness_.HandleUpdate(update);
  if (!status.ok()) Emit(&ProviderEvents::on_error, status);
}

void ClientSession::SayGoodbye() { awareness_.SayGoodbye(); }

bool ClientSession::Detach() {
  if (phase_ == Phase::kDetached) return false;
  const bool known_to_server = phase_ == Phase::kHandshaking || phase_ == Phase::kEstablished;
  sync_.Flush();
  SayGoodbye();
  if (known_to_server) host_.Send(WriteClose(address_));
  sync_.Close();
  awareness_.Close();
  LeaveConnection(Phase::kDetached);
  state_.detached = true;
  shared_.Set(state_);
  return known_to_server;
}

void ClientSession::HandleSocketLost() {
  if (on_socket()) LeaveConnection(Phase::kOffline);
}

void ClientSession::LeaveConnection(Phase next) {
  if (phase_ == Phase::kEstablished && host_.NowMs() - established_at_ms_ >= kStableAfterMs)
    backoff_.Reset();
  phase_ = next;
  sync_.OnDisconnected();
  state_.authenticated = false;
  shared_.Set(state_);
  SetSynced(false);
  awareness_.OnDisconnected();
}

void ClientSession::Retry() {
  LeaveConnection(Phase::kRetry);
  retry_at_ms_ = host_.NowMs() + backoff_.NextDelayMs();
  host_.Reschedule();
}

bool ClientSession::TakeRetry() {
  if (phase_ != Phase::kRetry || host_.NowMs() < retry_at_ms_) return false;
  phase_ = Phase::kOffline;
  return true;
}

void ClientSession::Tick() {
  awareness_.Tick();
  sync_.Tick();
}

int64_t ClientSession::next_deadline_ms() const {
  if (phase_ == Phase::kDetached) return kNever;
  const int64_t retry_at_ms = phase_ == Phase::kRetry ? retry_at_ms_ : kNever;
  return std::min({retry_at_ms, sync_.next_deadline_ms(), awareness_.next_deadline_ms()});
}

void ClientSession::Authenticate() {
  if (phase_ != Phase::kDenied) return;
  phase_ = Phase::kOffline;
  state_.denied = false;
  state_.denied_reason.clear();
  shared_.Set(state_);
  host_.Reschedule();
}

void ClientSession::SendToken() {
  if (phase_ != Phase::kHandshaking && phase_ != Phase::kEstablished) return;
  FetchToken([attempt = attempt_](ClientSession& self, absl::StatusOr<std::string> token) {
    if (!self.on_socket() || self.attempt_ != attempt) return;
    if (token.ok()) {
      self.host_.Send(WriteToken(self.address_, *token, kProviderVersion));
    } else {
      self.Emit(&ProviderEvents::on_error, token.status());
    }
  });
}

bool ClientSession::SendStateless(std::string_view payload) {
  if (phase_ != Phase::kEstablished) return false;
  host_.Send(WriteStateless(address_, payload));
  return true;
}

absl::Status ClientSession::SetAwarenessState(std::optional<std::string> json) {
  if (phase_ == Phase::kDetached) return absl::OkStatus();
  return awareness_.SetState(std::move(json));
}

absl::Status ClientSession::SetAwarenessField(const std::string& field, const std::string& json) {
  if (phase_ == Phase::kDetached) return absl::OkStatus();
  return awareness_.SetField(field, json);
}

void ClientSession::SetSynced(bool synced) {
  if (state_.synced == synced) return;
  state_.synced = synced;
  shared_.Set(state_);
  Emit(&ProviderEvents::on_synced, synced);
}

void ClientSession::OnRefused() { Emit(&ProviderEvents::on_refused); }

void ClientSession::OnProgress() {
  const int unsynced_changes = sync_.unsynced_changes();
  const bool same_count = state_.unsynced_changes == unsynced_changes;
  if (same_count && state_.unsynced_bytes == sync_.edits().bytes()) return;
  state_.unsynced_changes = unsynced_changes;
  state_.unsynced_bytes = sync_.edits().bytes();
  state_.unsynced_since_ms = sync_.edits().since_ms();
  shared_.Set(state_);
  if (!same_count) Emit(&ProviderEvents::on_unsynced_changes, unsynced_changes);
}

}  // namespace ypp::transport
