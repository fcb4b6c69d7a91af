#include "transport/hosted_document.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// Gathering more saves nothing, and costs memory.
constexpr size_t kMaxGatheredBytes = 1 << 20;

}  // namespace

HostedDocument::HostedDocument(DocumentHost* host, std::string name)
    : host_(host), name_(std::move(name)), log_(host, this), store_(host, this) {}

template <typename Function>
std::function<void(absl::Status)> HostedDocument::Then(Function function) {
  return Completion<absl::Status>(*host_, shared_from_this(), std::move(function));
}

template <typename Payload>
void HostedDocument::Notify(const HookChain<Payload>& chain, Payload payload,
                            std::string_view what) {
  if (chain.empty()) return;
  ++holds_;
  const auto done = [this, what](const absl::Status& status) {
    --holds_;
    if (!status.ok() && !IsSkipFurtherHooks(status)) {
      host_->metrics().hook_errors.Increment();
      Log(LogLevel::kError, absl::StrCat(std::string(what), ": ", status.message()));
    }
    MaybeUnload();
  };
  chain.Run(host_->executor(), std::make_shared<Payload>(std::move(payload)), Then(done));
}

// --- Loading

void HostedDocument::Open(JoinRequest request) {
  waiting_.push_back(std::move(request));
  opened_ms_ = host_->executor().now_ms();
  loader_ = std::make_shared<DocumentLoader>(
      host_, name_, [this] { return FirstContext(); },
      [this](absl::StatusOr<LoadedDocument> loaded) {
        const HostedDocumentPtr keep = shared_from_this();
        loader_ = nullptr;
        if (!loaded.ok()) return RefuseAll(loaded.status());
        OnLoaded(*std::move(loaded));
      });
  const std::shared_ptr<DocumentLoader> loader = loader_;
  loader->Start();
}

ContextPtr HostedDocument::FirstContext() const {
  for (const JoinRequest& request : waiting_) {
    if (const auto member = request.member.lock()) return member->MemberContext();
  }
  return nullptr;
}

void HostedDocument::OnLoaded(LoadedDocument loaded) {
  room_ = std::move(loaded.room);
  log_.Resume(loaded.stored);
  for (std::string& update : loaded.to_store) log_.Append(std::move(update), "");
  auto payload = std::make_shared<AfterLoadDocumentPayload>();
  payload->document = shared_from_this();
  payload->context = FirstContext();
  host_->hooks().after_load_document.Run(host_->executor(), payload,
                                         Then([this](const absl::Status& status) {
                                           if (status.ok() || IsSkipFurtherHooks(status)) {
                                             GoLive();
                                           } else {
                                             RefuseAll(status);
                                           }
                                         }));
}

void HostedDocument::GoLive() {
  if (state_ != State::kLoading) return;  // an append failed meanwhile
  state_ = State::kLive;
  const int64_t took_ms = host_->executor().now_ms() - opened_ms_;
  host_->metrics().load_seconds.Observe(static_cast<double>(took_ms) / 1000);
  Log(LogLevel::kDebug, "loaded");
  AdmitWaiting();
}

void HostedDocument::RefuseAll(const absl::Status& why) {
  if (state_ == State::kGone) return;
  state_ = State::kGone;
  Log(LogLevel::kError,
      absl::StrCat("cannot be loaded, left as it is in storage: ", why.message()));
  host_->Forget(*this);
  for (JoinRequest& request : std::exchange(waiting_, {})) {
    if (!request.member.expired()) request.done(why);
  }
}

// --- Members

void HostedDocument::Join(JoinRequest request) {
  waiting_.push_back(std::move(request));
  if (state_ == State::kLive) AdmitWaiting();
}

void HostedDocument::AdmitWaiting() {
  // One by one, since each may already act while it is let in.
  while (state_ == State::kLive && !waiting_.empty()) {
    const JoinRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    if (request.member.expired()) continue;
    const MemberId id = host_->NewMember(shared_from_this());
    members_.Add(id, {request.member, request.direct});
    unload_refused_ = false;
    if (!request.direct) {
      host_->metrics().document_connections.Increment();
      Dispatch(room_->Join(id, request.address, request.read_only, request.identity));
    }
    request.done(id);
  }
  MaybeUnload();
}

void HostedDocument::Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms,
                            bool send_back) {
  if (state_ == State::kLive) Dispatch(room_->Handle(id, type, body, now_ms, send_back));
}

void HostedDocument::Leave(MemberId id) {
  const std::optional<DocumentMembers::Member> member = members_.Take(id);
  if (!member) return;
  host_->DropMember(id);
  ++holds_;  // no unload before the others have been told
  Depart(*member);
  Dispatch(room_->Leave(id));
  --holds_;
  MaybeUnload();
}

void HostedDocument::Depart(const DocumentMembers::Member& member) {
  if (member.direct) return;
  host_->metrics().document_connections.Decrement();
  const std::shared_ptr<HubMember> alive = member.member.lock();
  const RelayConnectionPtr connection = alive != nullptr ? alive->AsConnection() : nullptr;
  if (connection == nullptr) return;
  Notify(host_->hooks().on_disconnect,
         DisconnectPayload{shared_from_this(), connection->client(), connection->context()},
         "OnDisconnect");
}

void HostedDocument::CloseMember(MemberId id, std::string_view reason) {
  if (room_) Dispatch(room_->Close(id, reason));
}

void HostedDocument::CloseClients(std::string_view reason) {
  if (!room_) return;
  for (const MemberId id : room_->members()) CloseMember(id, reason);
}

void HostedDocument::SetReadOnly(MemberId id, bool read_only) {
  if (room_) room_->SetReadOnly(id, read_only);
}

void HostedDocument::Tick(int64_t now_ms) {
  if (state_ == State::kLive) Dispatch(room_->Tick(now_ms));
}

size_t HostedDocument::client_count() const { return room_ ? room_->member_count() : 0; }

size_t HostedDocument::connection_count() const { return members_.size(); }

std::vector<RelayConnectionPtr> HostedDocument::connections() const {
  return members_.connections();
}

void HostedDocument::BroadcastStateless(std::string payload,
                                        std::function<bool(const RelayConnection&)> filter) {
  auto shared = std::make_shared<BroadcastStatelessPayload>();
  shared->document = shared_from_this();
  shared->payload = std::move(payload);
  const HookChains& hooks = host_->hooks();
  hooks.before_broadcast_stateless.Run(
      hooks.executor, shared, Then([this, shared, filter](const absl::Status& status) {
        if (!status.ok() && !IsSkipFurtherHooks(status)) return;
        DispatchGathered();  // what was written before may be what it is about
        if (state_ != State::kLive) return;
        const auto wanted = [this, &filter](MemberId id) {
          const RelayConnectionPtr connection = members_.ConnectionOf(id);
          return connection != nullptr && filter(*connection);
        };
        Dispatch(filter ? room_->BroadcastStateless(shared->payload, wanted)
                        : room_->BroadcastStateless(shared->payload));
      }));
}

// --- What a room's output leads to

void HostedDocument::TransactAs(MemberId id, const std::function<void(Doc&)>& edit,
                                bool store_hooks) {
  if (state_ == State::kGone || !room_) return;
  RoomOutput output = room_->Transact(id, edit);
  const bool changed = output.changed;
  if (!store_hooks) output.changed = false;
  // A hook may edit a document that is still loading; nobody else is there yet.
  Dispatch(std::move(output));
  if (changed && !store_hooks) host_->metrics().updates.Increment();
}

absl::Status HostedDocument::ImportUpdate(std::string_view update) {
  if (state_ != State::kLive) return absl::UnavailableError("the document is not open");
  absl::StatusOr<RoomOutput> output = room_->Import(update);
  if (!output.ok()) return output.status();
  Dispatch(*std::move(output));
  return absl::OkStatus();
}

void HostedDocument::Dispatch(RoomOutput output) {
  if (output.empty() && !members_.empty()) return ScheduleGathered();
  // Whoever is told something may let go of the document.
  const HostedDocumentPtr keep = shared_from_this();
  ++holds_;
  Append(output);
  for (const RoomOutput::Send& send : output.sends) {
    if (const auto member = members_.Find(send.to)) member->Send(send.to, send.message);
  }
  TellHooks(output);
  if (!output.impersonations.empty()) KeepInQuarantine(output);
  for (const MemberId id : output.removed) RemoveMember(id);
  --holds_;
  ScheduleGathered();
  if (state_ == State::kLive || state_ == State::kUnloading) log_.MaybeCompact();
  MaybeUnload();
}

void HostedDocument::Append(RoomOutput& output) {
  if (output.appends.empty()) return;
  const std::string user = members_.UserOf(output.author);
  for (std::string& update : output.appends) log_.Append(std::move(update), user);
}

void HostedDocument::RemoveMember(MemberId id) {
  const std::optional<DocumentMembers::Member> member = members_.Take(id);
  if (!member) return;
  host_->DropMember(id);
  Depart(*member);
  if (const auto alive = member->member.lock()) alive->OnRemoved(id);
}

void HostedDocument::ScheduleGathered() {
  if (!room_ || !room_->has_gathered() || state_ == State::kGone) return;
  if (room_->gathered_bytes() >= kMaxGatheredBytes || !host_->executor().at_turn_end) {
    DispatchGathered();
  } else if (!std::exchange(turn_end_scheduled_, true)) {
    host_->executor().at_turn_end(
        [self = shared_from_this(), alive = std::weak_ptr<const bool>(host_->alive())] {
          self->turn_end_scheduled_ = false;
          if (!alive.expired()) self->OnTurnEnd();
        });
  }
}

void HostedDocument::OnTurnEnd() {
  if (state_ == State::kGone || !room_->has_gathered()) return;
  const Executor& executor = host_->executor();
  const int64_t wait_ms =
      pace_.WaitMs(members_.size(), room_->gathered_author(), executor.now_ms());
  if (wait_ms == 0) return DispatchGathered();
  if (std::exchange(pausing_, true)) return;
  executor.after(wait_ms,
                 [self = shared_from_this(), alive = std::weak_ptr<const bool>(host_->alive())] {
                   self->pausing_ = false;
                   if (!alive.expired()) self->DispatchGathered();
                 });
}

void HostedDocument::DispatchGathered() {
  if (state_ == State::kGone || !room_ || !room_->has_gathered()) return;
  pace_.Sent(room_->gathered_author(), host_->executor().now_ms());
  Dispatch(room_->TakeGathered());
}

void HostedDocument::TellHooks(RoomOutput& output) {
  const HookChains& hooks = host_->hooks();
  for (const std::string_view reason : output.refused_updates) host_->metrics().Refuse(reason);
  for (const std::string_view reason : output.resets) host_->metrics().Refuse(reason);
  for (RoomOutput::Stateless& stateless : output.stateless) {
    if (hooks.on_stateless.empty()) break;
    Notify(hooks.on_stateless,
           StatelessPayload{shared_from_this(), members_.ConnectionOf(stateless.member),
                            std::move(stateless.payload)},
           "OnStateless");
  }
  for (RoomOutput::Awareness& awareness : output.awareness) {
    AwarenessNews& news = awareness.news;
    Notify(hooks.on_awareness_update,
           AwarenessUpdatePayload{shared_from_this(), members_.ConnectionOf(awareness.member),
                                  std::move(news.added), std::move(news.updated),
                                  std::move(news.removed)},
           "OnAwarenessUpdate");
  }
  for (RoomOutput::Change& change : output.changes) {
    Notify(hooks.on_change,
           ChangePayload{shared_from_this(), std::move(change.update),
                         members_.OriginOf(change.member)},
           "OnChange");
  }
  if (output.changed) {
    host_->metrics().updates.Increment();
    if (!hooks.on_store_document.empty()) store_.Want(members_.OriginOf(output.author));
  }
}

void HostedDocument::KeepInQuarantine(RoomOutput& output) {
  for (const RoomOutput::Impersonation& refused : output.impersonations) {
    host_->metrics().Refuse("client_id");
    if (host_->options().quarantine == nullptr) continue;
    QuarantinedUpdate about;
    about.document = name_;
    about.client = refused.client;
    about.user = members_.UserOf(refused.member);
    const RelayConnectionPtr connection = members_.ConnectionOf(refused.member);
    if (connection != nullptr) about.address = connection->client().request->remote_address;
    const absl::Status kept = host_->options().quarantine->Keep(std::move(about), refused.update);
    if (!kept.ok()) Log(LogLevel::kWarning, absl::StrCat("not kept: ", kept.message()));
  }
}

void HostedDocument::OnAppended(const absl::Status& status) {
  if (state_ == State::kGone) return;
  if (!status.ok()) return Fail(status);
  Dispatch(room_->OnDurable(1));
}

void HostedDocument::WhenDurable(std::function<void(absl::Status)> done) {
  DispatchGathered();
  if (log_.durable() && state_ == State::kGone) {
    return done(absl::UnavailableError("the document could not be stored"));
  }
  log_.WhenDurable(std::move(done));
}

void HostedDocument::Flush(std::function<void()> done) {
  const auto waits_for = std::make_shared<int>(2);
  const auto one_done = [waits_for, done = std::move(done)] {
    if (--*waits_for == 0) done();
  };
  WhenDurable([one_done](const absl::Status&) { one_done(); });
  store_.Flush(one_done);
}

// --- The end

void HostedDocument::Fail(const absl::Status& why) {
  Log(LogLevel::kError,
      absl::StrCat("could not be stored, closing its connections: ", why.message()));
  host_->metrics().store_failures.Increment();
  CloseAndRefuse(kCloseReasonStorage, why);
}

void HostedDocument::Discard(std::string_view reason) {
  Log(LogLevel::kInfo, "deleted");
  CloseAndRefuse(reason, absl::UnavailableError("the document was deleted"));
}

void HostedDocument::CloseAndRefuse(std::string_view reason, const absl::Status& why) {
  host_->Forget(*this);
  state_ = State::kGone;
  loader_ = nullptr;
  if (room_) {
    for (const MemberId id : room_->members()) Dispatch(room_->Close(id, reason));
  }
  for (JoinRequest& request : std::exchange(waiting_, {})) {
    if (!request.member.expired()) request.done(why);
  }
  store_.Abandon();
}

void HostedDocument::MaybeUnload() {
  if (state_ != State::kLive || !members_.empty() || !waiting_.empty() || unload_refused_) return;
  if (log_.busy() || store_.running() || holds_ > 0 || room_->has_gathered()) return;
  if (store_.due()) {
    if (host_->options().unload_immediately) store_.Run();
    return;
  }
  state_ = State::kUnloading;
  auto payload = std::make_shared<UnloadDocumentPayload>();
  payload->document = shared_from_this();
  host_->hooks().before_unload_document.Run(
      host_->executor(), payload,
      Then([this](const absl::Status& status) { OnUnloadAllowed(status); }));
}

void HostedDocument::OnUnloadAllowed(const absl::Status& status) {
  if (state_ != State::kUnloading) return;
  if (!status.ok() && !IsSkipFurtherHooks(status)) unload_refused_ = true;
  if (unload_refused_ || !waiting_.empty() || store_.due() || !log_.durable() || holds_ > 0) {
    state_ = State::kLive;
    AdmitWaiting();
  } else {
    FinishUnload();
  }
}

void HostedDocument::FinishUnload() {
  state_ = State::kGone;
  Log(LogLevel::kDebug, "unloaded");
  if (host_->options().forget_stored) {
    host_->store().Delete(name_, Then([](const absl::Status&) {}));
  }
  host_->Forget(*this);
  Notify(host_->hooks().after_unload_document, AfterUnloadDocumentPayload{name_},
         "AfterUnloadDocument");
}

void HostedDocument::Log(LogLevel level, std::string_view what) const {
  host_->options().room.log(
      level, absl::StrCat("document \"", absl::CEscape(name_), "\": ", std::string(what)));
}

}  // namespace ypp::transport
