#include "plugin/session.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

#include "codec/json.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "plugin/document_name.h"
#include "plugin/handoff_request.h"
#include "plugin/listeners.h"
#include "plugin/local_copy.h"

namespace ypp::plugin {
namespace {

// How long a handoff waits for the host's token.
constexpr std::chrono::seconds kTokenPatience{5};

int64_t WallClockMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// y-protocols leaves the shape open; `user` with a `name` is what editors on Yjs look for.
std::string PresenceJson(const Author& author) {
  return codec::ToJson(
      Any::Object{{"user", Any::Object{{"name", author.name}, {"device", author.device}}}});
}

// nullopt for a participant that shows no name, as one that has just come.
std::optional<Author> AuthorFromPresence(const std::string& json) {
  const absl::StatusOr<Any> state = codec::ParseJson(json);
  if (!state.ok()) return std::nullopt;
  const Any* user = state->Find("user");
  const Any* name = user != nullptr ? user->Find("name") : nullptr;
  if (name == nullptr || name->if_string() == nullptr) return std::nullopt;
  Author author{*name->if_string(), ""};
  const Any* device = user->Find("device");
  if (device != nullptr && device->if_string() != nullptr) author.device = *device->if_string();
  return author;
}

std::string PercentEncoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      encoded.push_back(static_cast<char>(c));
    } else {
      encoded.append({'%', kDigits[c >> 4], kDigits[c & 15]});
    }
  }
  return encoded;
}

// Where the relay serves it unless it is elsewhere.
std::string ConsoleAddress(std::string_view relay_url, std::string_view console_url) {
  if (!console_url.empty()) return std::string(console_url);
  const bool secure = relay_url.substr(0, 6) == "wss://";
  std::string_view host = relay_url.substr(secure ? 6 : 5);
  host = host.substr(0, host.find('/'));
  return std::string(secure ? "https://" : "http://") + std::string(host) + "/console/";
}

}  // namespace

class Session::Impl {
 public:
  Impl(SessionOptions options, SessionEvents events, std::string document_name)
      : options_(std::move(options)),
        events_(std::move(events)),
        document_name_(std::move(document_name)),
        author_{options_.display_name, options_.device},
        local_copy_(doc_, options_.local_persistence_path, document_name_),
        document_(doc_),
        watcher_(document_,
                 [this](const RemoteChanges& changes) {
                   if (events_.on_remote) events_.on_remote(changes);
                 }),
        conflict_watcher_(document_,
                          [this](const Conflict& conflict) { conflicts_.Call(conflict); }),
        hooks_(document_, {options_.session_id, author_, options_.worktree, WallClockMs,
                           [this](const std::function<void()>& fn) { client_->Run(fn); }}),
        awareness_(doc_.client_id(), Client::NowMs()) {}

  // No callback comes once these are gone, and all the callbacks use is still there until then.
  ~Impl() {
    provider_.reset();
    client_.reset();
  }

  absl::Status Start() {
    if (absl::Status status = awareness_.SetLocalState(PresenceJson(author_), Client::NowMs());
        !status.ok()) {
      return status;
    }
    UpdateParticipants();
    local_copy_.OnFailure([this] { Update([](SessionStatus&) {}); });
    const bool eligible = ResolveTier();
    ClientOptions client_options;
    client_options.url = options_.relay_url;
    client_options.connect = options_.connect && eligible;
    client_options.backoff = options_.backoff;
    ClientEvents client_events;
    client_events.on_status = [this](ConnectionStatus connection) {
      Update([&](SessionStatus& status) { status.connection = connection; });
    };
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(std::move(client_options), std::move(client_events));
    if (!client.ok()) return client.status();
    client_ = std::move(*client);

    ProviderOptions provider_options;
    provider_options.document = document_name_;
    provider_options.token = options_.token;
    provider_options.fetch_token = options_.fetch_token;
    absl::StatusOr<std::unique_ptr<Provider>> provider =
        client_->Attach(doc_, &awareness_, std::move(provider_options), MakeProviderEvents());
    if (!provider.ok()) return provider.status();
    provider_ = std::move(*provider);
    return absl::OkStatus();
  }

  ProviderEvents MakeProviderEvents() {
    ProviderEvents events;
    events.on_authenticated = [this](const std::string& scope) {
      Update([&](SessionStatus& status) {
        status.read_only = scope == "readonly";
        status.refusal.clear();
      });
    };
    events.on_authentication_failed = [this](const std::string& reason, bool will_retry) {
      if (will_retry) return;
      Update([&](SessionStatus& status) {
        status.refusal = reason.empty() ? "permission-denied" : reason;
      });
    };
    events.on_synced = [this](bool synced) {
      // The host shows itself now that it is known whether somebody was here before.
      if (synced && hooks_.Announce().ok()) {
        (void)document_.RecordCreation(author_, WallClockMs());
      }
      Update([&](SessionStatus&) { synced_ = synced; });
    };
    events.on_unsynced_changes = [this](int changes) {
      Update([&](SessionStatus& status) { status.unacknowledged_changes = changes; });
    };
    events.on_awareness = [this](const AwarenessChange&) { UpdateParticipants(); };
    return events;
  }

  // Changes the status and tells the host if that made a difference it can see.
  template <typename Change>
  void Update(const Change& change) {
    SessionStatus before, after;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      before = status_;
      change(status_);
      SetLocalStore();
      status_.synced = synced_;
      status_.state = StateNow();
      after = status_;
    }
    const bool same = before.state == after.state && before.connection == after.connection &&
                      before.local_store == after.local_store &&
                      before.unacknowledged_changes == after.unacknowledged_changes &&
                      before.refusal == after.refusal && before.read_only == after.read_only;
    // While the session is being opened there is nobody to tell.
    if (!same && client_ != nullptr && events_.on_status) events_.on_status(after);
  }
  template <typename Change>
  void UpdateOnThread(const Change& change) {
    if (client_ == nullptr) return Update(change);
    client_->Run([&] { Update(change); });
  }

  // REQUIRES: mutex_ is held.
  void SetLocalStore() {
    const absl::Status stored = local_copy_.status();
    status_.local_store_error = std::string(stored.message());
    status_.local_store = !local_copy_.wanted() ? LocalStoreState::kOff
                          : stored.ok()         ? LocalStoreState::kOn
                                                : LocalStoreState::kFailed;
  }

  // REQUIRES: mutex_ is held.
  SyncState StateNow() const {
    if (!status_.tier.eligible) return SyncState::kNotEligible;
    if (!status_.refusal.empty()) return SyncState::kRefused;
    if (status_.connection != ConnectionStatus::kConnected) return SyncState::kOffline;
    if (status_.paused) return SyncState::kPaused;
    if (!synced_) return SyncState::kConnecting;
    return status_.unacknowledged_changes > 0 ? SyncState::kSaving : SyncState::kSaved;
  }

  void UpdateParticipants() {
    std::vector<Participant> participants;
    for (const auto& [client, state] : awareness_.states()) {
      if (std::optional<Author> author = AuthorFromPresence(state)) {
        participants.push_back({std::move(*author), client == awareness_.client()});
      }
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      status_.participants = participants;
    }
    if (events_.on_presence) events_.on_presence(participants);
  }

  SessionStatus status() const {
    std::lock_guard<std::mutex> lock(mutex_);
    SessionStatus status = status_;
    if (provider_ != nullptr) status.unsynced = provider_->unsynced();
    return status;
  }

  // Whether it is eligible.
  bool ResolveTier() {
    TierDecision tier = DecideTier(options_.resolve_tier ? options_.resolve_tier() : "");
    if (!options_.enabled) {
      tier.eligible = false;
      tier.hint = "sync is switched off in the configuration";
    }
    UpdateOnThread([&](SessionStatus& status) { status.tier = tier; });
    return tier.eligible;
  }

  absl::Status Connect() {
    if (!ResolveTier()) {
      client_->Disconnect();
      return absl::FailedPreconditionError(status().tier.hint);
    }
    UpdateOnThread([](SessionStatus& status) { status.refusal.clear(); });
    if (provider_ != nullptr) provider_->Authenticate();
    client_->Connect();
    return absl::OkStatus();
  }

  void SetPaused(bool paused) {
    if (provider_ != nullptr) provider_->SetPaused(paused);
    UpdateOnThread([&](SessionStatus& status) { status.paused = paused; });
  }

  absl::StatusOr<Handoff> RequestHandoff(int64_t ttl_ms) {
    const TierDecision tier = status().tier;
    if (!tier.eligible) return absl::FailedPreconditionError(tier.hint);
    std::string token = options_.token;
    if (options_.fetch_token) {
      // Shared, as the answer may come after the wait.
      const auto answer = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
      std::future<absl::StatusOr<std::string>> fetched = answer->get_future();
      options_.fetch_token(
          [answer](absl::StatusOr<std::string> given) { answer->set_value(std::move(given)); });
      if (fetched.wait_for(kTokenPatience) != std::future_status::ready) {
        return absl::DeadlineExceededError("no token came in time");
      }
      absl::StatusOr<std::string> given = fetched.get();
      if (!given.ok()) return given.status();
      token = *std::move(given);
    }
    return RequestHandoffOf(options_.relay_url, document_name_, token, ttl_ms);
  }

  // Why nothing can be waited for.
  absl::Status Flushable() const {
    const SessionStatus now = status();
    if (!now.tier.eligible) return absl::FailedPreconditionError(now.tier.hint);
    if (now.paused) return absl::FailedPreconditionError("the session is paused");
    return absl::OkStatus();
  }

  absl::Status Flush(int64_t timeout_ms) {
    if (provider_ == nullptr) return absl::FailedPreconditionError("the session was disposed of");
    if (absl::Status status = Flushable(); !status.ok()) return status;
    return provider_->Flush(timeout_ms);
  }

  absl::Status Dispose() {
    if (provider_ == nullptr) return absl::OkStatus();
    absl::Status status = hooks_.Dispose();
    if (!this->status().tier.eligible) {
      // There is no relay to wait for.
    } else if (absl::Status flushed = Flush(options_.dispose_timeout_ms); status.ok()) {
      status = std::move(flushed);
    }
    std::unique_ptr<Provider> provider;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      provider = std::move(provider_);
    }
    provider.reset();
    client_->Disconnect();
    return status;
  }

  const SessionOptions options_;
  const SessionEvents events_;
  const std::string document_name_;
  const Author author_;

  Listeners<Conflict> conflicts_;

  Doc doc_;
  LocalCopy local_copy_;  // first: what it reads is no news to those below
  SessionDocument document_;
  RemoteChangesWatcher watcher_;
  ConflictWatcher conflict_watcher_;
  Hooks hooks_;
  Awareness awareness_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Provider> provider_;  // taken away with mutex_ held

  mutable std::mutex mutex_;
  SessionStatus status_;  // guarded by mutex_
  bool synced_ = false;   // guarded by mutex_
};

absl::StatusOr<std::unique_ptr<Session>> Session::Open(SessionOptions options,
                                                       SessionEvents events) {
  absl::StatusOr<std::string> name =
      options.tenant.empty() ? SessionDocumentName(options.token, options.session_id)
                             : TenantSessionDocumentName(options.tenant, options.session_id);
  if (!name.ok()) return name.status();
  if (options.display_name.empty()) options.display_name = DefaultDisplayName();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(events), std::move(*name));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Hooks& Session::hooks() { return impl_->hooks_; }
absl::Status Session::Connect() { return impl_->Connect(); }
void Session::Disconnect() { impl_->client_->Disconnect(); }
void Session::Pause() { impl_->SetPaused(true); }
void Session::Resume() { impl_->SetPaused(false); }
Subscription Session::OnConflict(std::function<void(const Conflict&)> callback) {
  return impl_->conflicts_.Add(std::move(callback));
}
absl::StatusOr<Session::Handoff> Session::RequestHandoff(int64_t ttl_ms) {
  return impl_->RequestHandoff(ttl_ms);
}
const std::string& Session::relay_url() const { return impl_->options_.relay_url; }
SessionStatus Session::status() const { return impl_->status(); }
const std::string& Session::document_name() const { return impl_->document_name_; }
const std::string& Session::display_name() const { return impl_->author_.name; }
const std::string& Session::session_id() const { return impl_->options_.session_id; }

void Session::Read(const std::function<void(const SessionDocument&)>& visit) const {
  impl_->client_->Run([&] { visit(impl_->document_); });
}

absl::Status Session::Flush(int64_t timeout_ms) { return impl_->Flush(timeout_ms); }
absl::Status Session::Dispose() { return impl_->Dispose(); }

std::string_view SyncStateName(SyncState state) {
  switch (state) {
    case SyncState::kOffline:
      return "offline";
    case SyncState::kNotEligible:
      return "not-eligible";
    case SyncState::kPaused:
      return "paused";
    case SyncState::kConnecting:
      return "connecting";
    case SyncState::kSaving:
      return "saving";
    case SyncState::kSaved:
      return "saved";
    case SyncState::kRefused:
      return "refused";
  }
  return "unknown";
}

std::string_view LocalStoreStateName(LocalStoreState state) {
  switch (state) {
    case LocalStoreState::kOff:
      return "off";
    case LocalStoreState::kOn:
      return "on";
    case LocalStoreState::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string DefaultDisplayName() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') return "pugi-cli";
  std::string name(host);
  name.resize(std::min(name.size(), name.find('.')));  // the domain says more than it should
  return "pugi-cli@" + name;
}

std::string HandoffLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view handoff_token) {
  std::string link = ConsoleAddress(relay_url, console_url);
  link += "#handoff=" + PercentEncoded(handoff_token);
  if (!console_url.empty()) link += "&relay=" + PercentEncoded(relay_url);
  return link;
}

std::string ConsoleLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view document_name, std::string_view token) {
  std::string link = ConsoleAddress(relay_url, console_url);
  link += "#doc=" + PercentEncoded(document_name) + "&token=" + PercentEncoded(token);
  if (!console_url.empty()) link += "&relay=" + PercentEncoded(relay_url);
  return link;
}

}  // namespace ypp::plugin
