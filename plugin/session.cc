#include "plugin/session.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "codec/json.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "plugin/document_name.h"

namespace ypp::plugin {
namespace {

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

}  // namespace

class Session::Impl {
 public:
  Impl(SessionOptions options, SessionEvents events, std::string document_name)
      : options_(std::move(options)),
        events_(std::move(events)),
        document_name_(std::move(document_name)),
        author_{options_.display_name, options_.device},
        document_(doc_),
        watcher_(document_,
                 [this](const RemoteChanges& changes) {
                   if (events_.on_remote) events_.on_remote(changes);
                 }),
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
    ClientOptions client_options;
    client_options.url = options_.relay_url;
    client_options.connect = options_.connect;
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
      status_.state = StateNow();
      after = status_;
    }
    const bool same = before.state == after.state && before.connection == after.connection &&
                      before.unacknowledged_changes == after.unacknowledged_changes &&
                      before.refusal == after.refusal && before.read_only == after.read_only;
    if (!same && events_.on_status) events_.on_status(after);
  }

  // REQUIRES: mutex_ is held.
  SyncState StateNow() const {
    if (!status_.refusal.empty()) return SyncState::kRefused;
    if (status_.connection != ConnectionStatus::kConnected) return SyncState::kOffline;
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
    return status_;
  }

  absl::Status Flush(int64_t timeout_ms) {
    if (provider_ == nullptr) return absl::FailedPreconditionError("the session was disposed of");
    return provider_->Flush(timeout_ms);
  }

  absl::Status Dispose() {
    if (provider_ == nullptr) return absl::OkStatus();
    absl::Status status = hooks_.Dispose();
    if (absl::Status flushed = provider_->Flush(options_.dispose_timeout_ms); status.ok()) {
      status = std::move(flushed);
    }
    provider_.reset();
    client_->Disconnect();
    return status;
  }

  const SessionOptions options_;
  const SessionEvents events_;
  const std::string document_name_;
  const Author author_;

  Doc doc_;
  SessionDocument document_;
  RemoteChangesWatcher watcher_;
  Hooks hooks_;
  Awareness awareness_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Provider> provider_;

  mutable std::mutex mutex_;
  SessionStatus status_;  // guarded by mutex_
  bool synced_ = false;   // guarded by mutex_
};

absl::StatusOr<std::unique_ptr<Session>> Session::Open(SessionOptions options,
                                                       SessionEvents events) {
  absl::StatusOr<std::string> name = SessionDocumentName(options.token, options.session_id);
  if (!name.ok()) return name.status();
  if (options.display_name.empty()) options.display_name = DefaultDisplayName();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(events), std::move(*name));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Hooks& Session::hooks() { return impl_->hooks_; }
void Session::Connect() { impl_->client_->Connect(); }
void Session::Disconnect() { impl_->client_->Disconnect(); }
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

std::string DefaultDisplayName() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') return "pugi-cli";
  std::string name(host);
  name.resize(std::min(name.size(), name.find('.')));  // the domain says more than it should
  return "pugi-cli@" + name;
}

std::string ConsoleLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view document_name, std::string_view token) {
  std::string link(console_url);
  if (link.empty()) {
    const bool secure = relay_url.substr(0, 6) == "wss://";
    std::string_view host = relay_url.substr(secure ? 6 : 5);
    host = host.substr(0, host.find('/'));
    link = std::string(secure ? "https://" : "http://") + std::string(host) + "/console/";
  }
  link += "#doc=" + PercentEncoded(document_name) + "&token=" + PercentEncoded(token);
  if (!console_url.empty()) link += "&relay=" + PercentEncoded(relay_url);
  return link;
}

}  // namespace ypp::plugin
