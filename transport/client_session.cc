#include "transport/client_session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "codec/json.h"
#include "codec/state_vector.h"
#include "codec/sync_message.h"
#include "codec/update_algebra.h"
#include "transport/client_connection.h"

namespace ypp::transport {
namespace {

// Yjs looks after stale states every tenth of their lifetime.
constexpr int64_t kAwarenessTickMs = kAwarenessTimeoutMs / 10;
// How soon a full send buffer is looked at again.
constexpr int64_t kCongestedPollMs = 200;
// A document that is thrown out sooner than this counts as one more failure in a row.
constexpr int64_t kStableAfterMs = 10'000;

}  // namespace

SessionState SharedSessionState::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

void SharedSessionState::Set(const SessionState& state) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    state_ = state;
  }
  changed_.notify_all();
}

bool SharedSessionState::WaitUntil(int64_t timeout_ms,
                                   const std::function<bool(const SessionState&)>& reached) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                           [&] { return reached(state_); });
}

ClientSession::ClientSession(Host& host, Post post, std::string address, ProviderOptions options,
                             ProviderEvents events, Doc& doc, Awareness* awareness, uint64_t seed)
    : host_(host),
      post_(std::move(post)),
      address_(std::move(address)),
      options_(std::move(options)),
      events_(std::move(events)),
      doc_(doc),
      awareness_(awareness),
      backoff_(options_.backoff, seed) {}

void ClientSession::Open() {
  on_update_ = doc_.OnUpdate([this](const UpdateEvent& event) { HandleDocumentUpdate(event); });
  if (awareness_ == nullptr) return;
  awareness_tick_at_ms_ = host_.NowMs() + kAwarenessTickMs;
  on_awareness_update_ =
      awareness_->OnUpdate([this](const AwarenessChange& change, const Origin& origin) {
        HandleAwarenessUpdate(change, origin);
      });
  on_awareness_change_ = awareness_->OnChange([this](const AwarenessChange& change, const Origin&) {
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
  BeginRound();
  if (awareness_ == nullptr || !awareness_->local_state()) return;
  // The server told the others that this client is gone, with the clock it knew. Only a larger one
  // brings it back.
  if (greeted_before_) (void)awareness_->SetLocalState(awareness_->local_state(), host_.NowMs());
  greeted_before_ = true;
  SendLocalAwareness();
}

void ClientSession::BeginRound() {
  // What waits to be sent is in the answer to the server's SyncStep1.
  waiting_edits_.clear();
  // On an established connection earlier acknowledgements are still to come.
  outstanding_ = phase_ == Phase::kEstablished ? outstanding_ + (round_open_ ? 0 : 1) : 1;
  refused_ = 0;
  unsent_ = 0;
  live_ = false;
  round_open_ = true;
  resync_wanted_ = false;
  if (!paused_) {
    host_.Send(WriteSync(address_, codec::SyncType::kStep1,
                         codec::AsBytes(doc_.GetStateVector().Encode())));
  }
  UpdateUnsynced();
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
    switch (frame.type) {
      case MessageType::kSync:
      case MessageType::kSyncReply:
        if (!paused_) HandleSync(body);
        break;
      case MessageType::kSyncStatus:
        if (const bool applied = ReadSyncStatus(body); body.ok()) HandleSyncStatus(applied);
        break;
      case MessageType::kAwareness:
        HandleAwareness(body);
        break;
      case MessageType::kQueryAwareness:
        if (awareness_ != nullptr && !host_.congested())
          host_.Send(WriteAwareness(address_, codec::AsBytes(awareness_->EncodeUpdate())));
        break;
      case MessageType::kStateless:
        if (const std::string payload(ReadStateless(body)); body.ok())
          Emit(&ProviderEvents::on_stateless, payload);
        break;
      default:
        break;
    }
  }
  if (!body.ok()) Emit(&ProviderEvents::on_error, body.status());
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
  force_sync_at_ms_ = established_at_ms_ + options_.force_sync_interval_ms;
  state_.authenticated = true;
  state_.scope = std::string(scope);
  shared_.Set(state_);
  Emit(&ProviderEvents::on_authenticated, state_.scope);
  if (awareness_ != nullptr && awareness_->clock(awareness_->client()) > announced_clock_)
    SendLocalAwareness();
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

void ClientSession::HandleSync(codec::ByteReader& body) {
  const codec::SyncMessage message = codec::ReadSyncMessage(body);
  if (!body.ok()) return StartOver();
  switch (message.type) {
    case codec::SyncType::kStep1:
      return HandleStateVector(message.payload);
    case codec::SyncType::kStep2:
      return HandleRemoteUpdate(message.payload, /*completes_sync=*/true);
    case codec::SyncType::kUpdate:
      return HandleRemoteUpdate(message.payload, /*completes_sync=*/false);
  }
}

void ClientSession::HandleStateVector(codec::Bytes payload) {
  const absl::StatusOr<StateVector> known = StateVector::Decode(payload);
  if (!known.ok()) return FailSync(known.status());
  if (host_.congested()) return HoldBack();
  constexpr size_t kEmptyUpdateBytes = 2;
  const std::string lacking = doc_.EncodeUpdate(*known);
  host_.Send(WriteSync(address_, codec::SyncType::kStep2, codec::AsBytes(lacking)));
  waiting_edits_.clear();
  edits_.OnSent(lacking.size() > kEmptyUpdateBytes ? lacking.size() : 0, host_.NowMs());
  // The answer is acknowledged, and the round counts it already; a SyncStep1 that nobody asked for
  // is one more.
  if (!std::exchange(round_open_, false)) ++outstanding_;
  live_ = true;
  resync_wanted_ = false;
  unsent_ = 0;
  UpdateUnsynced();
}

void ClientSession::HandleRemoteUpdate(codec::Bytes update, bool completes_sync) {
  const size_t waiting_bytes = doc_.GetPending().size_bytes;
  const absl::Status status = doc_.ApplyUpdate(update, origin());
  if (!status.ok()) return FailSync(status);
  if (completes_sync && phase_ == Phase::kEstablished) SetSynced(true);
  // What had come from elsewhere and waited for this is now in the document as if it were the server's, which may not
  // have it.
  if (phase_ == Phase::kEstablished && doc_.GetPending().size_bytes < waiting_bytes) BeginRound();
}

void ClientSession::HandleAwareness(codec::ByteReader& body) {
  const codec::Bytes update = ReadAwareness(body);
  if (!body.ok() || awareness_ == nullptr) return;
  const absl::Status status = awareness_->ApplyUpdate(update, origin(), host_.NowMs());
  if (!status.ok()) Emit(&ProviderEvents::on_error, status);
  // The server may hold an earlier connection of this client for dead and say so; then the clock
  // has risen.
  if (phase_ == Phase::kEstablished && awareness_->local_state() &&
      awareness_->clock(awareness_->client()) > announced_clock_)
    SendLocalAwareness();
}

void ClientSession::HandleSyncStatus(bool applied) {
  // Before anything of this round was sent it can only be about something older, to a connection of
  // the same name that has ended.
  const int not_sent_yet = round_open_ ? 1 : 0;
  if (outstanding_ <= not_sent_yet) return;
  --outstanding_;
  edits_.OnAcknowledged(applied);
  if (!applied) {
    ++refused_;
    Emit(&ProviderEvents::on_refused);
  }
  UpdateUnsynced();
}

void ClientSession::HandleDocumentUpdate(const UpdateEvent& event) {
  if (event.origin.tag == this) return;
  if (live_ && host_.congested()) HoldBack();
  if (live_ && options_.flush_delay_ms > 0) {
    if (waiting_edits_.empty()) flush_at_ms_ = host_.NowMs() + options_.flush_delay_ms;
    waiting_edits_.emplace_back(event.update);
    edits_.OnUnsent(event.update.size(), host_.NowMs());
    host_.Reschedule();
  } else if (live_) {
    host_.Send(WriteSync(address_, codec::SyncType::kUpdate, codec::AsBytes(event.update)));
    ++outstanding_;
    edits_.OnSent(event.update.size(), host_.NowMs());
  } else {
    if (!round_open_) ++unsent_;
    edits_.OnUnsent(event.update.size(), host_.NowMs());
  }
  UpdateUnsynced();
}

void ClientSession::FlushEdits() {
  if (waiting_edits_.empty()) return;
  const std::vector<std::string> edits = std::exchange(waiting_edits_, {});
  std::vector<codec::Bytes> parts;
  for (const std::string& edit : edits) parts.push_back(codec::AsBytes(edit));
  const absl::StatusOr<std::string> merged = MergeUpdates(parts, UpdateFormat::kV1);
  if (!merged.ok()) return BeginRound();  // an exchange of states carries them as well
  host_.Send(WriteSync(address_, codec::SyncType::kUpdate, codec::AsBytes(*merged)));
  ++outstanding_;
  edits_.OnSent(merged->size(), host_.NowMs());
  UpdateUnsynced();
}

void ClientSession::HoldBack() {
  live_ = false;
  resync_wanted_ = true;
  host_.Reschedule();
}

void ClientSession::HandleAwarenessUpdate(const AwarenessChange& change, const Origin& origin) {
  if (phase_ != Phase::kEstablished || origin.tag == this) return;
  // A server answers for its other clients; sending their states back would only make a loop.
  const ClientId local = awareness_->client();
  for (const std::vector<ClientId>* clients : {&change.added, &change.updated, &change.removed}) {
    if (std::find(clients->begin(), clients->end(), local) != clients->end())
      return SendLocalAwareness();
  }
}

void ClientSession::SendLocalAwareness() {
  // What is shown now is of no use later; the renewal repeats it.
  if (host_.congested()) return;
  const ClientId local = awareness_->client();
  announced_clock_ = awareness_->clock(local);
  host_.Send(WriteAwareness(address_, codec::AsBytes(awareness_->EncodeUpdate({local}))));
}

void ClientSession::DropRemoteAwareness() {
  if (awareness_ == nullptr) return;
  std::vector<ClientId> remote;
  for (const auto& [client, json] : awareness_->states()) {
    if (client != awareness_->client()) remote.push_back(client);
  }
  if (!remote.empty()) awareness_->Remove(remote, origin(), host_.NowMs());
}

void ClientSession::SayGoodbye() {
  if (phase_ != Phase::kEstablished || awareness_ == nullptr || !awareness_->local_state()) return;
  // With the unchanged clock, as a server says it of a lost connection; the local state stays for
  // the next connection.
  codec::ByteWriter update;
  const ClientId local = awareness_->client();
  codec::WriteAwarenessUpdate(update, {{local, awareness_->clock(local), "null"}});
  host_.Send(WriteAwareness(address_, codec::AsBytes(update.bytes())));
}

bool ClientSession::Detach() {
  if (phase_ == Phase::kDetached) return false;
  const bool known_to_server = phase_ == Phase::kHandshaking || phase_ == Phase::kEstablished;
  FlushEdits();
  SayGoodbye();
  if (known_to_server) host_.Send(WriteClose(address_));
  on_update_.Cancel();
  on_awareness_update_.Cancel();
  on_awareness_change_.Cancel();
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
  live_ = false;
  round_open_ = false;
  resync_wanted_ = false;
  if (!waiting_edits_.empty()) ++unsent_;
  waiting_edits_.clear();
  edits_.OnLost();
  state_.authenticated = false;
  shared_.Set(state_);
  SetSynced(false);
  DropRemoteAwareness();
}

void ClientSession::Retry() {
  LeaveConnection(Phase::kRetry);
  retry_at_ms_ = host_.NowMs() + backoff_.NextDelayMs();
  host_.Reschedule();
}

void ClientSession::FailSync(const absl::Status& status) {
  Emit(&ProviderEvents::on_error, status);
  StartOver();
}

void ClientSession::StartOver() {
  if (phase_ != Phase::kEstablished) return;
  host_.Send(WriteClose(address_));
  Retry();
}

bool ClientSession::TakeRetry() {
  if (phase_ != Phase::kRetry || host_.NowMs() < retry_at_ms_) return false;
  phase_ = Phase::kOffline;
  return true;
}

void ClientSession::Tick() {
  const int64_t now = host_.NowMs();
  if (awareness_ != nullptr && now >= awareness_tick_at_ms_) {
    awareness_tick_at_ms_ = now + kAwarenessTickMs;
    awareness_->Tick(now);
  }
  if (!waiting_edits_.empty() && now >= flush_at_ms_) FlushEdits();
  if (options_.force_sync_interval_ms > 0 && phase_ == Phase::kEstablished &&
      now >= force_sync_at_ms_) {
    force_sync_at_ms_ = now + options_.force_sync_interval_ms;
    BeginRound();
  }
  if (resync_wanted_ && host_.buffered_bytes() <= host_.max_send_buffer_bytes() / 2) BeginRound();
}

int64_t ClientSession::next_deadline_ms() const {
  if (phase_ == Phase::kDetached) return kNever;
  int64_t at = awareness_ != nullptr ? awareness_tick_at_ms_ : kNever;
  if (phase_ == Phase::kRetry) at = std::min(at, retry_at_ms_);
  if (resync_wanted_) at = std::min(at, host_.NowMs() + kCongestedPollMs);
  if (!waiting_edits_.empty()) at = std::min(at, flush_at_ms_);
  if (options_.force_sync_interval_ms > 0 && phase_ == Phase::kEstablished) {
    at = std::min(at, force_sync_at_ms_);
  }
  return at;
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

void ClientSession::ForceSync() {
  if (phase_ == Phase::kEstablished) BeginRound();
}

void ClientSession::SetPaused(bool paused) {
  if (paused_ == paused) return;
  if (paused) FlushEdits();  // what was written before the pause is on its way
  paused_ = paused;
  live_ = false;
  resync_wanted_ = false;
  if (!paused && phase_ == Phase::kEstablished) BeginRound();
}

bool ClientSession::SendStateless(std::string_view payload) {
  if (phase_ != Phase::kEstablished) return false;
  host_.Send(WriteStateless(address_, payload));
  return true;
}

absl::Status ClientSession::SetAwarenessState(std::optional<std::string> json) {
  if (awareness_ == nullptr || phase_ == Phase::kDetached) return absl::OkStatus();
  return awareness_->SetLocalState(std::move(json), host_.NowMs());
}

absl::Status ClientSession::SetAwarenessField(const std::string& field, const std::string& json) {
  if (awareness_ == nullptr || phase_ == Phase::kDetached) return absl::OkStatus();
  absl::StatusOr<Any> value = codec::ParseJson(json);
  if (!value.ok()) return value.status();
  const absl::StatusOr<Any> state = codec::ParseJson(awareness_->local_state().value_or("{}"));
  if (!state.ok()) return state.status();
  if (state->if_object() == nullptr)
    return absl::InvalidArgumentError("the awareness state is no object");
  Any::Object fields = *state->if_object();
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [&](const auto& member) { return member.first == field; });
  if (at != fields.end()) {
    at->second = *std::move(value);
  } else {
    fields.emplace_back(field, *std::move(value));
  }
  return awareness_->SetLocalState(codec::ToJson(Any(std::move(fields))), host_.NowMs());
}

void ClientSession::SetSynced(bool synced) {
  if (state_.synced == synced) return;
  state_.synced = synced;
  shared_.Set(state_);
  Emit(&ProviderEvents::on_synced, synced);
}

void ClientSession::UpdateUnsynced() {
  const int unsynced_changes = outstanding_ + refused_ + unsent_ + (waiting_edits_.empty() ? 0 : 1);
  const bool same_count = state_.unsynced_changes == unsynced_changes;
  if (same_count && state_.unsynced_bytes == edits_.bytes()) return;
  state_.unsynced_changes = unsynced_changes;
  state_.unsynced_bytes = edits_.bytes();
  state_.unsynced_since_ms = edits_.since_ms();
  shared_.Set(state_);
  if (same_count) return;
  Emit(&ProviderEvents::on_unsynced_changes, unsynced_changes);
}

}  // namespace ypp::transport
