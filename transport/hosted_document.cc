#include "transport/hosted_document.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// What a row of the log costs beside its bytes: the store's own fields, and the work of applying
// one more update.
constexpr size_t kLogRowOverheadBytes = 64;
// Gathering more saves nothing, and costs memory.
constexpr size_t kMaxGatheredBytes = 1 << 20;

}  // namespace

HostedDocument::HostedDocument(Host* host, std::string name)
    : host_(host), name_(std::move(name)) {}

template <typename Result, typename Function>
std::function<void(Result)> HostedDocument::Completion(Function function) {
  return [self = shared_from_this(), alive = std::weak_ptr<const bool>(host_->alive()),
          function = std::move(function)](Result result) mutable {
    if (alive.expired()) return;
    function(std::move(result));
  };
}

template <typename Payload>
void HostedDocument::Notify(const HookChain<Payload>& chain, Payload payload,
                            std::string_view what) {
  if (chain.empty()) return;
  ++holds_;
  chain.Run(host_->hooks().executor, std::make_shared<Payload>(std::move(payload)),
            Completion<absl::Status>([this, what](const absl::Status& status) {
              --holds_;
              if (!status.ok() && !IsSkipFurtherHooks(status)) {
                host_->metrics().hook_errors.Increment();
                Log(LogLevel::kError, absl::StrCat(std::string(what), ": ", status.message()));
              }
              MaybeUnload();
            }));
}

// --- Loading

void HostedDocument::Open(JoinRequest request) {
  waiting_.push_back(std::move(request));
  opened_ms_ = host_->hooks().executor.now_ms();
  Create();
}

ContextPtr HostedDocument::FirstContext() const {
  for (const JoinRequest& request : waiting_) {
    if (const auto member = request.member.lock()) return member->MemberContext();
  }
  return nullptr;
}

void HostedDocument::Create() {
  auto payload = std::make_shared<CreateDocumentPayload>();
  payload->document = name_;
  payload->context = FirstContext();
  payload->options = host_->options().room.doc;
  host_->hooks().on_create_document.Run(
      host_->hooks().executor, payload,
      Completion<absl::Status>([this, payload](const absl::Status& status) {
        if (status.ok() || IsSkipFurtherHooks(status)) {
          ReadStore(std::move(payload->options));
        } else {
          RefuseAll(status);
        }
      }));
}

void HostedDocument::ReadStore(DocOptions options) {
  host_->store().Load(name_, Completion<absl::StatusOr<StoredDocument>>(
                                 [this, options](absl::StatusOr<StoredDocument> loaded) {
                                   OnRead(std::move(loaded), options);
                                 }));
}

void HostedDocument::OnRead(absl::StatusOr<StoredDocument> loaded, DocOptions options) {
  if (state_ != State::kLoading) return;  // deleted meanwhile
  absl::Status status = loaded.status();
  if (status.ok()) {
    RoomOptions room_options = host_->options().room;
    room_options.doc = std::move(options);
    room_.emplace(name_, std::move(room_options));
    status = room_->Load(loaded->updates);
  }
  if (!status.ok()) {
    host_->metrics().store_failures.Increment();
    RefuseAll(status);
    return;
  }
  position_ = loaded->position;
  snapshot_bytes_ = loaded->snapshot_bytes;
  log_bytes_ = loaded->log_bytes + loaded->log_updates * kLogRowOverheadBytes;
  const HookChains& hooks = host_->hooks();
  if (hooks.on_load_document.empty()) {
    SeedAndOpen({});
    return;
  }
  auto payload =
      std::make_shared<LoadDocumentPayload>(LoadDocumentPayload{name_, FirstContext(), doc(), {}});
  hooks.on_load_document.Run(hooks.executor, payload,
                             Completion<absl::Status>([this, payload](const absl::Status& status) {
                               if (status.ok() || IsSkipFurtherHooks(status)) {
                                 SeedAndOpen(payload->updates);
                               } else {
                                 RefuseAll(status);
                               }
                             }));
}

// What hooks loaded is stored only once all of it was found to be good.
void HostedDocument::SeedAndOpen(const std::vector<std::string>& updates) {
  if (state_ != State::kLoading) return;
  std::vector<RoomOutput> outputs;
  for (const std::string& update : updates) {
    absl::StatusOr<RoomOutput> imported = room_->Import(update);
    if (!imported.ok()) {
      RefuseAll(imported.status());
      return;
    }
    outputs.push_back(*std::move(imported));
  }
  for (RoomOutput& output : outputs) {
    for (std::string& update : output.appends) Append(std::move(update), "");
  }
  const HookChains& hooks = host_->hooks();
  auto payload = std::make_shared<AfterLoadDocumentPayload>();
  payload->document = shared_from_this();
  payload->context = FirstContext();
  hooks.after_load_document.Run(hooks.executor, payload,
                                Completion<absl::Status>([this](const absl::Status& status) {
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
  const int64_t took_ms = host_->hooks().executor.now_ms() - opened_ms_;
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
    members_[id] = Member{request.member, request.direct};
    unload_refused_ = false;
    if (!request.direct) {
      host_->metrics().document_connections.Increment();
      Dispatch(room_->Join(id, request.address, request.read_only));
    }
    request.done(id);
  }
  MaybeUnload();
}

std::shared_ptr<HubMember> HostedDocument::Find(MemberId id) const {
  const auto member = members_.find(id);
  return member == members_.end() ? nullptr : member->second.member.lock();
}

void HostedDocument::Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms) {
  if (state_ == State::kLive) Dispatch(room_->Handle(id, type, body, now_ms));
}

void HostedDocument::Leave(MemberId id) {
  const auto it = members_.find(id);
  if (it == members_.end()) return;
  const Member member = std::move(it->second);
  members_.erase(it);
  host_->DropMember(id);
  ++holds_;  // no unload before the others have been told
  Depart(member);
  Dispatch(room_->Leave(id));
  --holds_;
  MaybeUnload();
}

void HostedDocument::Depart(Member member) {
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
  std::vector<RelayConnectionPtr> connections;
  for (const auto& [id, member] : members_) {
    const auto alive = member.member.lock();
    if (alive == nullptr) continue;
    if (RelayConnectionPtr connection = alive->AsConnection()) {
      connections.push_back(std::move(connection));
    }
  }
  return connections;
}

void HostedDocument::BroadcastStateless(std::string payload,
                                        std::function<bool(const RelayConnection&)> filter) {
  auto shared = std::make_shared<BroadcastStatelessPayload>();
  shared->document = shared_from_this();
  shared->payload = std::move(payload);
  const HookChains& hooks = host_->hooks();
  hooks.before_broadcast_stateless.Run(
      hooks.executor, shared,
      Completion<absl::Status>([this, shared, filter](const absl::Status& status) {
        if (!status.ok() && !IsSkipFurtherHooks(status)) return;
        DispatchGathered();  // what was written before may be what it is about
        if (state_ != State::kLive) return;
        const auto wanted = [this, &filter](MemberId id) {
          const auto member = Find(id);
          const RelayConnectionPtr connection =
              member != nullptr ? member->AsConnection() : nullptr;
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
  if (!output.appends.empty()) {
    const std::string user = UserOf(output.author);
    for (std::string& update : output.appends) Append(std::move(update), user);
  }
  for (const RoomOutput::Send& send : output.sends) {
    if (const auto member = Find(send.to)) member->Send(send.to, send.message);
  }
  TellHooks(output);
  for (const MemberId id : output.removed) {
    const auto it = members_.find(id);
    if (it == members_.end()) continue;
    const Member member = std::move(it->second);
    members_.erase(it);
    host_->DropMember(id);
    Depart(member);
    if (const auto alive = member.member.lock()) alive->OnRemoved(id);
  }
  --holds_;
  ScheduleGathered();
  MaybeCompact();
  MaybeUnload();
}

void HostedDocument::ScheduleGathered() {
  if (!room_ || !room_->has_gathered() || state_ == State::kGone) return;
  if (room_->gathered_bytes() >= kMaxGatheredBytes || !host_->hooks().executor.at_turn_end) {
    DispatchGathered();
  } else if (!std::exchange(turn_end_scheduled_, true)) {
    host_->hooks().executor.at_turn_end(
        [self = shared_from_this(), alive = std::weak_ptr<const bool>(host_->alive())] {
          self->turn_end_scheduled_ = false;
          if (!alive.expired()) self->OnTurnEnd();
        });
  }
}

void HostedDocument::OnTurnEnd() {
  if (state_ == State::kGone || !room_->has_gathered()) return;
  const Executor& executor = host_->hooks().executor;
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
  pace_.Sent(room_->gathered_author(), host_->hooks().executor.now_ms());
  Dispatch(room_->TakeGathered());
}

ChangeOrigin HostedDocument::OriginOf(MemberId id) const {
  ChangeOrigin origin;
  if (const auto member = Find(id)) {
    origin.connection = member->AsConnection();
    origin.context = member->MemberContext();
    if (origin.connection != nullptr) origin.source = ChangeSource::kConnection;
  }
  return origin;
}

void HostedDocument::TellHooks(RoomOutput& output) {
  const HookChains& hooks = host_->hooks();
  for (size_t i = 0; i < output.refused_updates; ++i) host_->metrics().Refuse("bad_update");
  for (RoomOutput::Stateless& stateless : output.stateless) {
    if (hooks.on_stateless.empty()) break;
    Notify(hooks.on_stateless,
           StatelessPayload{shared_from_this(), OriginOf(stateless.member).connection,
                            std::move(stateless.payload)},
           "OnStateless");
  }
  for (RoomOutput::Awareness& awareness : output.awareness) {
    AwarenessNews& news = awareness.news;
    Notify(hooks.on_awareness_update,
           AwarenessUpdatePayload{shared_from_this(), OriginOf(awareness.member).connection,
                                  std::move(news.added), std::move(news.updated),
                                  std::move(news.removed)},
           "OnAwarenessUpdate");
  }
  for (RoomOutput::Change& change : output.changes) {
    Notify(hooks.on_change,
           ChangePayload{shared_from_this(), std::move(change.update), OriginOf(change.member)},
           "OnChange");
  }
  if (output.changed) {
    host_->metrics().updates.Increment();
    if (!hooks.on_store_document.empty()) WantStore(OriginOf(output.author));
  }
}

std::string HostedDocument::UserOf(MemberId id) const {
  const auto member = Find(id);
  const ContextPtr context = member != nullptr ? member->MemberContext() : nullptr;
  const Any* const user = context != nullptr ? context->Find("user") : nullptr;
  return user != nullptr && user->if_string() != nullptr ? *user->if_string() : std::string();
}

void HostedDocument::Append(std::string update, std::string origin) {
  log_bytes_ += update.size() + kLogRowOverheadBytes;
  ++appends_begun_;
  host_->metrics().store_queue.Increment();
  const int64_t since_ms = host_->hooks().executor.now_ms();
  position_ = host_->store().Append(name_, StoreUpdate(std::move(update), std::move(origin)),
                                    Completion<absl::Status>([this, since_ms](absl::Status status) {
                                      OnAppended(status, since_ms);
                                    }));
}

void HostedDocument::OnAppended(const absl::Status& status, int64_t since_ms) {
  ++appends_done_;
  host_->metrics().store_queue.Decrement();
  const int64_t took_ms = host_->hooks().executor.now_ms() - since_ms;
  host_->metrics().append_seconds.Observe(static_cast<double>(took_ms) / 1000);
  if (!status.ok() && state_ != State::kGone) Fail(status);
  while (!durable_waiters_.empty() && (durable_waiters_.front().after <= appends_done_)) {
    const DurableWaiter waiter = std::move(durable_waiters_.front());
    durable_waiters_.pop_front();
    waiter.done(status);
  }
  if (state_ != State::kGone) Dispatch(room_->OnDurable(1));
}

void HostedDocument::WhenDurable(std::function<void(absl::Status)> done) {
  DispatchGathered();
  if (appends_begun_ == appends_done_) {
    done(state_ == State::kGone ? absl::UnavailableError("the document could not be stored")
                                : absl::OkStatus());
  } else {
    durable_waiters_.push_back({appends_begun_, std::move(done)});
  }
}

void HostedDocument::MaybeCompact() {
  if (compacting_ || state_ == State::kGone || state_ == State::kLoading) return;
  const size_t allowed = std::max(host_->options().compact_log_bytes, snapshot_bytes_ / 2);
  if (log_bytes_ <= allowed) return;
  compacting_ = true;
  const size_t replaced_bytes = std::exchange(log_bytes_, 0);
  std::string state = room_->EncodeState();
  snapshot_bytes_ = state.size();
  host_->store().Compact(
      name_, std::move(state), position_,
      Completion<absl::Status>([this, replaced_bytes](const absl::Status& status) {
        compacting_ = false;
        if (!status.ok()) {
          log_bytes_ += replaced_bytes;
          Log(LogLevel::kError, absl::StrCat("cannot be compacted: ", status.message()));
        }
        MaybeUnload();
      }));
}

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
  if (room_) {
    for (const MemberId id : room_->members()) Dispatch(room_->Close(id, reason));
  }
  for (JoinRequest& request : std::exchange(waiting_, {})) {
    if (!request.member.expired()) request.done(why);
  }
  if (!storing_) CallStoreWaiters();
}

// --- OnStoreDocument

void HostedDocument::WantStore(ChangeOrigin origin) {
  const int64_t now_ms = host_->hooks().executor.now_ms();
  last_origin_ = std::move(origin);
  if (!store_due_) first_unstored_ms_ = now_ms;
  store_due_ = true;
  store_at_ms_ = std::min(now_ms + host_->options().debounce_ms,
                          first_unstored_ms_ + host_->options().max_debounce_ms);
  if (!storing_) ScheduleStore();
}

void HostedDocument::ScheduleStore() {
  const Executor& executor = host_->hooks().executor;
  const uint64_t timer = ++store_timer_;
  const int64_t delay_ms = std::max<int64_t>(store_at_ms_ - executor.now_ms(), 0);
  executor.after(delay_ms, [weak = weak_from_this(), timer,
                            alive = std::weak_ptr<const bool>(host_->alive())] {
    const auto self = weak.lock();
    if (self != nullptr && !alive.expired() && self->store_timer_ == timer) self->RunStore();
  });
}

void HostedDocument::Flush(std::function<void()> done) {
  const auto waits_for = std::make_shared<int>(2);
  const auto one_done = [waits_for, done = std::move(done)] {
    if (--*waits_for == 0) done();
  };
  WhenDurable([one_done](const absl::Status&) { one_done(); });
  store_waiters_.push_back({stores_begun_ + (store_due_ ? 1 : 0), one_done});
  if (store_due_ && !storing_) RunStore();
  CallStoreWaiters();
}

void HostedDocument::CallStoreWaiters() {
  while (!store_waiters_.empty() &&
         (store_waiters_.front().after <= stores_done_ || state_ == State::kGone)) {
    const StoreWaiter waiter = std::move(store_waiters_.front());
    store_waiters_.pop_front();
    waiter.done();
  }
}

void HostedDocument::RunStore() {
  if (!store_due_ || storing_ || state_ == State::kGone) return;
  ++store_timer_;
  store_due_ = false;
  storing_ = true;
  ++stores_begun_;
  const HookChains& hooks = host_->hooks();
  auto payload = std::make_shared<StoreDocumentPayload>();
  payload->document = shared_from_this();
  payload->state = room_->EncodeState();
  payload->origin = last_origin_;
  hooks.on_store_document.Run(hooks.executor, payload,
                              Completion<absl::Status>([this, payload](const absl::Status& status) {
                                if (!status.ok() && !IsSkipFurtherHooks(status)) {
                                  OnStored(status);
                                  return;
                                }
                                host_->hooks().after_store_document.Run(
                                    host_->hooks().executor, payload,
                                    Completion<absl::Status>([this](const absl::Status& after) {
                                      if (!after.ok() && !IsSkipFurtherHooks(after)) {
                                        Log(LogLevel::kError,
                                            absl::StrCat("AfterStoreDocument: ", after.message()));
                                      }
                                      OnStored(absl::OkStatus());
                                    }));
                              }));
}

void HostedDocument::OnStored(const absl::Status& status) {
  storing_ = false;
  ++stores_done_;
  if (!status.ok()) {
    host_->metrics().hook_errors.Increment();
    Log(LogLevel::kError, absl::StrCat("OnStoreDocument, to be tried again: ", status.message()));
    const int64_t now_ms = host_->hooks().executor.now_ms();
    if (!store_due_) first_unstored_ms_ = now_ms;
    store_due_ = true;
    store_at_ms_ = now_ms + host_->options().max_debounce_ms;
  }
  CallStoreWaiters();
  if (store_due_ && !store_waiters_.empty()) {
    RunStore();
  } else if (store_due_) {
    ScheduleStore();
  }
  if (status.ok()) MaybeUnload();  // a failed store would be tried again at once
}

// --- Unloading

void HostedDocument::MaybeUnload() {
  if (state_ != State::kLive || !members_.empty() || !waiting_.empty() || unload_refused_) return;
  if (appends_begun_ != appends_done_ || compacting_ || storing_ || holds_ > 0) return;
  if (room_->has_gathered()) return;
  if (store_due_) {
    if (host_->options().unload_immediately) RunStore();
    return;
  }
  state_ = State::kUnloading;
  const HookChains& hooks = host_->hooks();
  auto payload = std::make_shared<UnloadDocumentPayload>();
  payload->document = shared_from_this();
  hooks.before_unload_document.Run(hooks.executor, payload,
                                   Completion<absl::Status>([this](const absl::Status& status) {
                                     if (state_ != State::kUnloading) return;
                                     if (!status.ok() && !IsSkipFurtherHooks(status))
                                       unload_refused_ = true;
                                     if (unload_refused_ || !waiting_.empty() || store_due_ ||
                                         appends_begun_ != appends_done_ || holds_ > 0) {
                                       state_ = State::kLive;
                                       AdmitWaiting();
                                     } else {
                                       FinishUnload();
                                     }
                                   }));
}

void HostedDocument::FinishUnload() {
  state_ = State::kGone;
  Log(LogLevel::kDebug, "unloaded");
  if (host_->options().forget_stored) {
    host_->store().Delete(name_, Completion<absl::Status>([](const absl::Status&) {}));
  }
  host_->Forget(*this);
  const HookChains& hooks = host_->hooks();
  Notify(hooks.after_unload_document, AfterUnloadDocumentPayload{name_}, "AfterUnloadDocument");
}

void HostedDocument::Log(LogLevel level, std::string_view what) const {
  host_->options().room.log(
      level, absl::StrCat("document \"", absl::CEscape(name_), "\": ", std::string(what)));
}

}  // namespace ypp::transport
