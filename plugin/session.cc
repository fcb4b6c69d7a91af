#include "plugin/session.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <mutex>
#include <utility>

#include "absl/strings/str_replace.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "plugin/document_name.h"
#include "plugin/early_messages.h"
#include "plugin/handoff_request.h"
#include "plugin/listeners.h"
#include "plugin/local_copy.h"
#include "plugin/presence.h"
#include "plugin/status_keeper.h"

namespace ypp::plugin {
namespace {

// How long a handoff waits for the host's token.
constexpr std::chrono::seconds kTokenPatience{5};

int64_t WallClockMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Where `options` keeps the session on this machine.
std::string LocalDirectory(const SessionOptions& options) {
  // An id of dots names another directory than one's own.
  const std::string id = (options.session_id.front() == '.' ? "_" : "") + options.session_id;
  return absl::StrReplaceAll(options.local_persistence_path, {{"{session}", id}});
}

// The token that counts now.
absl::StatusOr<std::string> FetchToken(const SessionOptions& options) {
  if (!options.fetch_token) return options.token;
  // Shared, as the answer may come after the wait.
  const auto answer = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
  std::future<absl::StatusOr<std::string>> fetched = answer->get_future();
  options.fetch_token(
      [answer](absl::StatusOr<std::string> given) { answer->set_value(std::move(given)); });
  if (fetched.wait_for(kTokenPatience) != std::future_status::ready) {
    return absl::DeadlineExceededError("no token came in time");
  }
  return fetched.get();
}

}  // namespace

class Session::Impl {
 public:
  Impl(SessionOptions options, SessionEvents events, std::string document_name);
  // No callback comes once these are gone, and all the callbacks use is still there until then.
  ~Impl() {
    provider_.reset();
    local_copy_.OnFailure(nullptr);
    client_.reset();
  }

  absl::Status Start();

  absl::Status Connect();
  void Disconnect() { client_->Disconnect(); }
  void SetPaused(bool paused);
  absl::StatusOr<Handoff> RequestHandoff(int64_t ttl_ms);
  absl::Status Flush(int64_t timeout_ms);
  absl::Status Dispose();

  SessionStatus status() const;
  Subscription OnConflict(std::function<void(const Conflict&)> callback) {
    return conflicts_.Add(std::move(callback));
  }
  void Read(const std::function<void(const SessionDocument&)>& visit) const {
    client_->Run([&] { visit(document_); });
  }
  Hooks& hooks() { return hooks_; }
  void AddHistory(std::string_view messages,
                  std::function<void(const absl::StatusOr<HistoryAdded>&)> done);
  const SessionOptions& options() const { return options_; }
  const std::string& document_name() const { return document_name_; }

 private:
  absl::Status StartClient(bool connect);
  absl::Status AttachProvider();
  ProviderEvents MakeProviderEvents();

  // Whether it is eligible.
  bool ResolveTier();
  void ShowLocalStore(SessionStatus& status) const;
  void UpdateParticipants();
  // Where the host's callbacks are to be called.
  void UpdateOnThread(const std::function<void(SessionStatus&)>& change);

  const SessionOptions options_;
  const SessionEvents events_;
  const std::string document_name_;
  const Author author_;

  StatusKeeper status_;
  Listeners<Conflict> conflicts_;

  Doc doc_;
  LocalCopy local_copy_;  // first: what it reads is no news to those below
  SessionDocument document_;
  EarlyMessages early_messages_;
  RemoteChangesWatcher watcher_;
  ConflictWatcher conflict_watcher_;
  Hooks hooks_;
  Awareness awareness_;
  std::unique_ptr<Client> client_;

  std::atomic<bool> relay_known_ = false;  // its state has arrived once

  mutable std::mutex mutex_;
  std::unique_ptr<Provider> provider_;  // taken away with mutex_ held
};

Session::Impl::Impl(SessionOptions options, SessionEvents events, std::string document_name)
    : options_(std::move(options)),
      events_(std::move(events)),
      document_name_(std::move(document_name)),
      author_{options_.display_name, options_.device},
      status_(events_.on_status),
      local_copy_(doc_, LocalDirectory(options_), document_name_),
      document_(doc_),
      early_messages_(document_),
      watcher_(document_,
               [this](const RemoteChanges& changes) {
                 if (events_.on_remote) events_.on_remote(changes);
               }),
      conflict_watcher_(document_, [this](const Conflict& conflict) { conflicts_.Call(conflict); }),
      hooks_(document_,
             {options_.session_id, author_, options_.worktree, options_.home, WallClockMs,
              [this](const std::function<void()>& fn) { client_->Run(fn); },
              [this](std::function<void()> fn) { client_->Post(std::move(fn)); },
              [this](std::function<void()> done) { local_copy_.WhenWritten(std::move(done)); }}),
      awareness_(doc_.client_id(), Client::NowMs()) {}

absl::Status Session::Impl::Start() {
  absl::Status status = awareness_.SetLocalState(PresenceJson(author_), Client::NowMs());
  if (!status.ok()) return status;
  UpdateParticipants();
  status_.Update([this](SessionStatus& shown) { ShowLocalStore(shown); });
  const bool eligible = ResolveTier();
  status = StartClient(options_.connect && eligible);
  return status.ok() ? AttachProvider() : status;
}

absl::Status Session::Impl::StartClient(bool connect) {
  ClientOptions options;
  options.url = options_.relay_url;
  options.connect = connect;
  options.backoff = options_.backoff;
  ClientEvents events;
  events.on_status = [this](ConnectionStatus connection) {
    status_.Update([&](SessionStatus& status) { status.connection = connection; });
  };
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Create(std::move(options), std::move(events));
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  local_copy_.OnFailure([this](const absl::Status&) {
    client_->Post(
        [this] { status_.Update([this](SessionStatus& status) { ShowLocalStore(status); }); });
  });
  status_.StartTelling();
  return absl::OkStatus();
}

absl::Status Session::Impl::AttachProvider() {
  ProviderOptions options;
  options.document = document_name_;
  options.token = options_.token;
  options.fetch_token = options_.fetch_token;
  options.flush_delay_ms = options_.send_delay_ms;
  absl::StatusOr<std::unique_ptr<Provider>> provider =
      client_->Attach(doc_, &awareness_, std::move(options), MakeProviderEvents());
  if (!provider.ok()) return provider.status();
  provider_ = *std::move(provider);
  return absl::OkStatus();
}

ProviderEvents Session::Impl::MakeProviderEvents() {
  ProviderEvents events;
  events.on_authenticated = [this](const std::string& scope) {
    status_.Update([&](SessionStatus& status) {
      status.read_only = scope == "readonly";
      status.refusal.clear();
    });
  };
  events.on_authentication_failed = [this](const std::string& reason, bool will_retry) {
    if (will_retry) return;
    status_.Update([&](SessionStatus& status) {
      status.refusal = reason.empty() ? "permission-denied" : reason;
    });
  };
  events.on_synced = [this](bool synced) {
    if (synced) (void)early_messages_.Settle();
    // The host shows itself now that it is known whether somebody was here before.
    if (synced && hooks_.Announce().ok()) {
      (void)document_.RecordCreation(author_, WallClockMs());
    }
    status_.Update([&](SessionStatus& status) { status.synced = synced; });
    if (synced && !relay_known_.exchange(true) && events_.on_history_wanted) {
      events_.on_history_wanted();
    }
  };
  events.on_unsynced_changes = [this](int changes) {
    status_.Update([&](SessionStatus& status) { status.unacknowledged_changes = changes; });
  };
  events.on_awareness = [this](const AwarenessChange&) { UpdateParticipants(); };
  return events;
}

void Session::Impl::ShowLocalStore(SessionStatus& status) const {
  const absl::Status stored = local_copy_.status();
  status.local_store_error = std::string(stored.message());
  status.local_store = !local_copy_.wanted() ? LocalStoreState::kOff
                       : stored.ok()         ? LocalStoreState::kOn
                                             : LocalStoreState::kFailed;
}

void Session::Impl::UpdateParticipants() {
  const std::vector<Participant> participants = ParticipantsOf(awareness_);
  status_.Update([&](SessionStatus& status) { status.participants = participants; });
  if (events_.on_presence) events_.on_presence(participants);
}

void Session::Impl::UpdateOnThread(const std::function<void(SessionStatus&)>& change) {
  if (client_ == nullptr) return status_.Update(change);
  client_->Run([&] { status_.Update(change); });
}

SessionStatus Session::Impl::status() const {
  SessionStatus status = status_.Get();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (provider_ != nullptr) status.unsynced = provider_->unsynced();
  return status;
}

bool Session::Impl::ResolveTier() {
  TierDecision tier = DecideTier(options_.resolve_tier ? options_.resolve_tier() : "");
  if (!options_.enabled) {
    tier.eligible = false;
    tier.hint = "sync is switched off in the configuration";
  }
  UpdateOnThread([&](SessionStatus& status) { status.tier = tier; });
  return tier.eligible;
}

absl::Status Session::Impl::Connect() {
  if (!ResolveTier()) {
    client_->Disconnect();
    return absl::FailedPreconditionError(status().tier.hint);
  }
  UpdateOnThread([](SessionStatus& status) { status.refusal.clear(); });
  if (provider_ != nullptr) provider_->Authenticate();
  client_->Connect();
  return absl::OkStatus();
}

void Session::Impl::SetPaused(bool paused) {
  if (provider_ != nullptr) provider_->SetPaused(paused);
  UpdateOnThread([&](SessionStatus& status) { status.paused = paused; });
}

void Session::Impl::AddHistory(std::string_view messages,
                               std::function<void(const absl::StatusOr<HistoryAdded>&)> done) {
  if (!relay_known_) {
    return done(absl::FailedPreconditionError("the relay's state has not arrived yet"));
  }
  hooks_.AddHistory(messages, std::move(done));
}

absl::StatusOr<Session::Handoff> Session::Impl::RequestHandoff(int64_t ttl_ms) {
  const TierDecision tier = status().tier;
  if (!tier.eligible) return absl::FailedPreconditionError(tier.hint);
  const absl::StatusOr<std::string> token = FetchToken(options_);
  if (!token.ok()) return token.status();
  return RequestHandoffOf(options_.relay_url, document_name_, *token, ttl_ms);
}

absl::Status Session::Impl::Flush(int64_t timeout_ms) {
  if (provider_ == nullptr) return absl::FailedPreconditionError("the session was disposed of");
  const SessionStatus now = status();
  if (!now.tier.eligible) return absl::FailedPreconditionError(now.tier.hint);
  if (now.paused) return absl::FailedPreconditionError("the session is paused");
  return provider_->Flush(timeout_ms);
}

absl::Status Session::Impl::Dispose() {
  if (provider_ == nullptr) return absl::OkStatus();
  absl::Status left = hooks_.Dispose();
  // Of a tier without sessions there is no relay to wait for.
  if (status().tier.eligible) {
    absl::Status flushed = Flush(options_.dispose_timeout_ms);
    if (left.ok()) left = std::move(flushed);
  }
  std::unique_ptr<Provider> provider;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    provider = std::move(provider_);
  }
  provider.reset();
  client_->Disconnect();
  return left;
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(SessionOptions options,
                                                       SessionEvents events) {
  absl::StatusOr<std::string> name =
      options.tenant.empty() ? SessionDocumentName(options.token, options.session_id)
                             : TenantSessionDocumentName(options.tenant, options.session_id);
  if (!name.ok()) return name.status();
  if (options.display_name.empty()) options.display_name = DefaultDisplayName();
  if (const char* home = std::getenv("HOME"); options.home.empty() && home != nullptr) {
    options.home = home;
  }
  auto impl = std::make_unique<Impl>(std::move(options), std::move(events), std::move(*name));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Hooks& Session::hooks() { return impl_->hooks(); }
void Session::AddHistory(std::string_view messages,
                         std::function<void(const absl::StatusOr<HistoryAdded>&)> done) {
  impl_->AddHistory(messages, std::move(done));
}
absl::Status Session::Connect() { return impl_->Connect(); }
void Session::Disconnect() { impl_->Disconnect(); }
void Session::Pause() { impl_->SetPaused(true); }
void Session::Resume() { impl_->SetPaused(false); }
absl::Status Session::Flush(int64_t timeout_ms) { return impl_->Flush(timeout_ms); }
absl::Status Session::Dispose() { return impl_->Dispose(); }
absl::StatusOr<Session::Handoff> Session::RequestHandoff(int64_t ttl_ms) {
  return impl_->RequestHandoff(ttl_ms);
}
Subscription Session::OnConflict(std::function<void(const Conflict&)> callback) {
  return impl_->OnConflict(std::move(callback));
}
void Session::Read(const std::function<void(const SessionDocument&)>& visit) const {
  impl_->Read(visit);
}

SessionStatus Session::status() const { return impl_->status(); }
const std::string& Session::document_name() const { return impl_->document_name(); }
const std::string& Session::display_name() const { return impl_->options().display_name; }
const std::string& Session::session_id() const { return impl_->options().session_id; }
const std::string& Session::relay_url() const { return impl_->options().relay_url; }

}  // namespace ypp::plugin
