#include "transport/relay.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crdt/random_bits.h"
#include "transport/admin_api.h"
#include "transport/authenticator_hooks.h"
#include "transport/connection.h"
#include "transport/direct_member.h"
#include "transport/document_hub.h"
#include "transport/handoff_api.h"
#include "transport/hook_chain.h"
#include "transport/http_pages.h"
#include "transport/listen_address.h"
#include "transport/log_pace.h"
#include "transport/memory_store.h"
#include "transport/origin_hooks.h"
#include "transport/quarantine.h"
#include "transport/relay_metrics.h"
#include "transport/sqlite_store.h"
#include "transport/tenant_gate.h"
#include "transport/upgrade_hooks.h"
#include "transport/websocket_server.h"
#include "transport/y_websocket.h"

namespace ypp {

using transport::Connection;
using transport::DocumentHub;
using transport::HookChains;
using transport::HttpPages;
using transport::LogLevel;
using transport::RelayMetrics;
using transport::WebSocketServer;
using RequestPtr = WebSocketServer::RequestPtr;

namespace {

constexpr std::string_view kReasonStopping = "Server Shutdown";

int64_t WallClockMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Unlike the position in a table, tells nothing about others.
std::string RandomId() {
  std::string id;
  for (const uint32_t part : internal::RandomBits<std::array<uint32_t, 4>>()) {
    absl::StrAppend(&id, absl::Hex(part, absl::kZeroPad8));
  }
  return id;
}

}  // namespace

class Relay::Impl : public std::enable_shared_from_this<Relay::Impl> {
 public:
  explicit Impl(RelayOptions options) : options_(std::move(options)) {
    options_.log = transport::PacedLog(std::move(options_.log), WebSocketServer::NowMs);
  }
  ~Impl() { Stop(kReasonStopping); }

  absl::Status Start();
  void Stop(std::string_view reason);

  uint16_t port() const { return server_->port(); }
  std::string url() const;
  absl::Status ReloadTls();
  // Runs it on the relay's thread.
  template <typename Task>
  void Post(Task task) {
    server_->Post(std::move(task));
  }
  DocumentHub& hub() { return *hub_; }
  transport::LiveSessions& sessions() { return *sessions_; }
  const transport::Executor& executor() const { return hooks_.executor; }
  const RelayMetrics& metrics() const { return metrics_; }

 private:
  absl::Status Prepare();
  absl::Status OpenStore();
  void MakeServer();
  void MakeHooks();
  void MakeHub();
  void BeginService(std::promise<absl::Status>* started);

  std::shared_ptr<transport::SocketHandler> OnOpen(std::shared_ptr<transport::Socket> socket,
                                                   const RequestPtr& request);
  std::shared_ptr<transport::SocketHandler> Serve(std::shared_ptr<transport::Socket> socket,
                                                  const RequestPtr& request);
  void OnHttp(const RequestPtr& request, HttpRespond respond);
  void OnTick(int64_t now_ms);
  void BeginDrain(const std::string& reason);
  void EndDrainWhenEmpty();

  RelayOptions options_;
  transport::ListenAddress listen_;
  HttpPages pages_;
  RelayMetrics metrics_;
  HookChains hooks_;
  std::shared_ptr<WebSocketServer> server_;
  std::unique_ptr<transport::Store> store_;
  const std::shared_ptr<transport::Quarantine> quarantine_ =
      std::make_shared<transport::Quarantine>();
  std::unique_ptr<DocumentHub> hub_;
  transport::ConnectionServices services_;
  std::optional<transport::AdminApi> api_;
  std::shared_ptr<transport::LiveSessions> sessions_;
  std::optional<transport::HandoffApi> handoff_api_;
  std::thread thread_;

  // Of the relay's thread.
  std::vector<std::weak_ptr<Connection>> connections_;
  transport::UpgradeHooks upgrades_{&hooks_, &options_.connection, &metrics_};
  bool stopping_ = false;  // no new connections
  bool draining_ = false;  // those there were have been told

  std::mutex mutex_;
  std::condition_variable drained_changed_;
  bool drained_ = false;
};

std::string Relay::Impl::url() const {
  transport::ListenAddress bound = listen_;
  bound.port = server_->port();
  if (bound.host.empty()) bound.host = "localhost";
  return (options_.tls_certificate.empty() ? "ws://" : "wss://") + bound.ToString();
}

absl::Status Relay::Impl::ReloadTls() {
  std::promise<absl::Status> done;
  server_->Post([this, &done] { done.set_value(server_->ReloadTls()); });
  return done.get_future().get();
}

// --- Start

absl::Status Relay::Impl::Start() {
  if (absl::Status status = Prepare(); !status.ok()) return status;
  thread_ = std::thread([this] { server_->Run(); });
  std::promise<absl::Status> started;
  server_->Post([this, &started] { BeginService(&started); });
  absl::Status status = started.get_future().get();
  if (!status.ok()) {
    server_->Stop();
    thread_.join();
  }
  return status;
}

absl::Status Relay::Impl::Prepare() {
  const absl::StatusOr<transport::ListenAddress> listen =
      transport::ParseListenAddress(options_.listen);
  if (!listen.ok()) return listen.status();
  listen_ = *listen;
  if (!options_.console_dir.empty()) {
    if (absl::Status status = pages_.LoadConsole(options_.console_dir); !status.ok()) return status;
  }
  if (!options_.quarantine_dir.empty()) {
    const absl::Status status = quarantine_->UseFolder(options_.quarantine_dir);
    if (!status.ok()) return status;
  }
  MakeServer();
  MakeHooks();
  if (hooks_.on_authenticate.empty()) {
    return absl::InvalidArgumentError("a relay needs an authenticator or an OnAuthenticate hook");
  }
  // The database first: a relay that listens can serve.
  if (absl::Status status = OpenStore(); !status.ok()) return status;
  MakeHub();
  return absl::OkStatus();
}

void Relay::Impl::MakeServer() {
  transport::WebSocketServerOptions server_options;
  server_options.listen = listen_;
  server_options.tls = {options_.tls_certificate, options_.tls_key};
  server_options.max_connections = options_.max_connections;
  server_options.address.max_open = options_.max_connections_per_address;
  server_options.address.max_arriving =
      std::max(server_options.address.max_arriving, options_.max_connections_per_address / 10);
  server_options.address.max_arrivals_per_second = options_.max_connects_per_second;
  server_options.trust_forwarded_for = options_.trust_forwarded_for;
  server_options.head_timeout_ms = options_.connection.authentication_timeout_ms;
  server_options.max_http_body_bytes = options_.max_http_body_bytes;
  server_options.max_send_queue_bytes = options_.max_send_queue_bytes;
  server_options.ping_interval_ms = options_.ping_interval_ms;
  WebSocketServer::Callbacks callbacks;
  callbacks.on_upgrade = [this](const RequestPtr& request) { return upgrades_.Ask(request); };
  callbacks.on_open = [this](std::shared_ptr<transport::Socket> socket, const RequestPtr& request) {
    return OnOpen(std::move(socket), request);
  };
  callbacks.on_http = [this](const RequestPtr& request, HttpRespond respond) {
    OnHttp(request, std::move(respond));
  };
  callbacks.on_refused = [this](std::string_view reason) { metrics_.Refuse(reason); };
  callbacks.on_tick = [this](int64_t now_ms) { OnTick(now_ms); };
  callbacks.on_last_closed = [this] { EndDrainWhenEmpty(); };
  server_ = std::make_shared<WebSocketServer>(server_options, std::move(callbacks));
}

void Relay::Impl::MakeHooks() {
  // A hook may answer long after the relay has ended.
  const std::weak_ptr<WebSocketServer> weak = server_;
  hooks_.executor.post = [weak](std::function<void()> task) {
    if (const auto server = weak.lock()) server->Post(std::move(task));
  };
  hooks_.executor.here = [weak] {
    const auto server = weak.lock();
    return server != nullptr && server->OnIoThread();
  };
  hooks_.executor.after = [weak](int64_t delay_ms, std::function<void()> task) {
    if (const auto server = weak.lock()) server->PostAfter(delay_ms, std::move(task));
  };
  hooks_.executor.at_turn_end = [weak](std::function<void()> task) {
    if (const auto server = weak.lock()) server->AtTurnEnd(std::move(task));
  };
  hooks_.executor.now_ms = [] { return WebSocketServer::NowMs(); };
  sessions_ = std::make_shared<transport::LiveSessions>(options_.tier_limits, WallClockMs);
  // First: no error of another hook keeps it from seeing who comes and goes.
  sessions_->Attach(hooks_.executor);
  if (!options_.allowed_origins.empty()) {
    hooks_.Add(transport::OriginHooks(options_.allowed_origins, &metrics_));
  }
  hooks_.Add(sessions_->hooks());
  hooks_.Add(options_.extensions, options_.hooks);
  if (options_.authenticator == nullptr && hooks_.on_authenticate.empty()) return;
  auto handoffs = std::make_shared<transport::HandoffRegistry>(WallClockMs);
  auto gate = std::make_shared<transport::TenantGate>(options_.authenticator, handoffs, sessions_,
                                                      hooks_.executor, WallClockMs);
  if (options_.authenticator != nullptr) sessions_->CheckWith(gate, options_.recheck_tokens_ms);
  hooks_.Add(transport::HooksOf(gate));
  // Hooks of the program are about connections; who may hand on is known by its authenticator.
  if (options_.authenticator != nullptr) handoff_api_.emplace(gate, handoffs, hooks_.executor);
}

absl::Status Relay::Impl::OpenStore() {
  if (options_.database.empty()) {
    store_ = std::make_unique<transport::MemoryStore>(hooks_.executor.post);
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<transport::SqliteStore>> store = transport::SqliteStore::Open(
      options_.database, hooks_.executor.post, options_.log, {options_.history_retention_ms});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  return absl::OkStatus();
}

void Relay::Impl::MakeHub() {
  transport::HubOptions hub_options;
  hub_options.room.log = options_.log;
  hub_options.room.doc.gc = options_.gc;
  // The history tells every change and its author apart.
  hub_options.room.gather = options_.history_retention_ms == 0;
  hub_options.room.acknowledge_applied = options_.acknowledge == Acknowledge::kApplied;
  hub_options.room.max_pending_bytes = options_.max_pending_bytes;
  hub_options.room.awareness.max_update_bytes = options_.max_awareness_bytes;
  hub_options.room.awareness.max_clients_per_member = options_.max_awareness_clients;
  hub_options.debounce_ms = options_.debounce_ms;
  hub_options.max_debounce_ms = options_.max_debounce_ms;
  hub_options.unload_immediately = options_.unload_immediately;
  hub_options.forget_stored = options_.database.empty() && !hooks_.on_store_document.empty();
  hub_options.room.bind_client_ids = options_.bind_client_ids;
  hub_options.quarantine = quarantine_;
  hub_ = std::make_unique<DocumentHub>(store_.get(), &hooks_, &metrics_, std::move(hub_options));
  services_.hub = hub_.get();
  services_.hooks = &hooks_;
  services_.metrics = &metrics_;
  services_.limits = options_.connection;
  services_.log = options_.log;
  transport::AdminApi::Parts parts;
  parts.hub = hub_.get();
  parts.store = store_.get();
  parts.metrics = &metrics_;
  parts.admin_token = options_.admin_token;
  parts.quarantine = quarantine_.get();
  parts.readiness = [this] {
    return stopping_ ? absl::UnavailableError("stopping") : absl::OkStatus();
  };
  api_.emplace(std::move(parts));
}

void Relay::Impl::BeginService(std::promise<absl::Status>* started) {
  const auto listening = [this, started](const absl::Status& status) {
    started->set_value(IsSkipFurtherHooks(status) ? absl::OkStatus() : status);
  };
  const auto configured = [this, listening](absl::Status status) {
    if (IsSkipFurtherHooks(status)) status = absl::OkStatus();
    if (status.ok()) status = server_->Listen();
    if (!status.ok()) return listening(status);
    hooks_.on_listen.Run(hooks_.executor,
                         std::make_shared<ListenPayload>(ListenPayload{port(), url()}), listening);
  };
  hooks_.on_configure.Run(
      hooks_.executor, std::make_shared<ConfigurePayload>(ConfigurePayload{options_}), configured);
}

// --- Sockets

std::shared_ptr<transport::SocketHandler> Relay::Impl::OnOpen(
    std::shared_ptr<transport::Socket> socket, const RequestPtr& request) {
  return upgrades_.Open(socket, request,
                        [this, socket, request] { return Serve(socket, request); });
}

std::shared_ptr<transport::SocketHandler> Relay::Impl::Serve(
    std::shared_ptr<transport::Socket> socket, const RequestPtr& request) {
  const std::optional<std::string> document = transport::YWebsocketDocument(*request);
  std::shared_ptr<transport::YWebsocketAdapter> adapter;
  if (document)
    socket = adapter = std::make_shared<transport::YWebsocketAdapter>(socket, *document);
  auto connection = std::make_shared<Connection>(std::move(socket), &services_, RandomId(), request,
                                                 WebSocketServer::NowMs());
  connections_.push_back(connection);
  metrics_.connections_opened.Increment();
  if (adapter != nullptr) adapter->Open(connection, request->Parameter("token").value_or(""));
  if (stopping_) connection->Shutdown(kReasonStopping);
  if (adapter != nullptr) return adapter;
  return connection;
}

void Relay::Impl::OnHttp(const RequestPtr& request, HttpRespond respond) {
  const bool wants_body = request->method != "HEAD";
  const auto answer = [this, wants_body, respond = std::move(respond)](HttpResponse response) {
    metrics_.CountHttp(response.status);
    if (!wants_body) response.body.clear();
    respond(std::move(response));
  };
  auto payload = std::make_shared<RequestPayload>();
  payload->request = request;
  hooks_.on_request.Run(hooks_.executor, payload, [this, payload, answer](absl::Status) {
    if (payload->response) return answer(*std::move(payload->response));
    if (handoff_api_ && handoff_api_->Answer(payload->request, answer)) return;
    if (api_->Answer(payload->request, answer)) return;
    answer(pages_.Answer(payload->request->method, payload->request->target));
  });
}

void Relay::Impl::OnTick(int64_t now_ms) {
  hub_->Tick(now_ms);
  connections_.erase(
      std::remove_if(connections_.begin(), connections_.end(),
                     [](const std::weak_ptr<Connection>& weak) { return weak.expired(); }),
      connections_.end());
  metrics_.connections.Set(static_cast<double>(server_->connection_count()));
}

// --- The end

void Relay::Impl::BeginDrain(const std::string& reason) {
  if (stopping_) return;
  stopping_ = true;
  server_->StopListening();
  // Acknowledgements of what came so far go out before the end is announced.
  hub_->Flush([this, reason] {
    draining_ = true;
    for (const std::weak_ptr<Connection>& weak : connections_) {
      if (const auto connection = weak.lock()) connection->Shutdown(reason);
    }
    EndDrainWhenEmpty();
  });
}

void Relay::Impl::EndDrainWhenEmpty() {
  if (!draining_ || server_->connection_count() > 0) return;
  draining_ = false;
  const auto destroyed = [this](const absl::Status&) {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = true;
    drained_changed_.notify_all();
  };
  hub_->Flush([this, destroyed] {
    hooks_.on_destroy.Run(hooks_.executor, std::make_shared<DestroyPayload>(), destroyed);
  });
}

void Relay::Impl::Stop(std::string_view reason) {
  if (thread_.joinable()) {
    server_->Post([this, reason = std::string(reason)] { BeginDrain(reason); });
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto limit = std::chrono::milliseconds(options_.drain_timeout_ms);
      if (!drained_changed_.wait_for(lock, limit, [this] { return drained_; })) {
        options_.log(LogLevel::kWarning, "some clients did not end in time");
      }
    }
    server_->Stop();
    thread_.join();
  }
  // Writes what it was still given. Its completions go to a server that no longer runs them.
  store_.reset();
  hub_.reset();
}

// --- The program's side

absl::StatusOr<std::unique_ptr<Relay>> Relay::Start(RelayOptions options) {
  auto impl = std::make_shared<Impl>(std::move(options));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

Relay::Relay(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Relay::~Relay() { impl_->Stop(kReasonStopping); }

uint16_t Relay::port() const { return impl_->port(); }

std::string Relay::url() const { return impl_->url(); }

absl::Status Relay::ReloadTls() { return impl_->ReloadTls(); }

void Relay::RenewTokens() {
  impl_->Post([impl = impl_.get()] { impl->sessions().RenewAll(); });
}

void Relay::Post(std::function<void()> task) { impl_->Post(std::move(task)); }

void Relay::OpenDirectConnection(
    std::string document, ContextPtr context,
    std::function<void(absl::StatusOr<std::shared_ptr<DirectConnection>>)> done) {
  impl_->Post([impl = impl_.get(), document = std::move(document), context = std::move(context),
               done = std::move(done)] {
    transport::OpenDirectMember(&impl->hub(), impl->executor(), document, context, done);
  });
}

void Relay::BroadcastStateless(std::string document, std::string payload) {
  impl_->Post([impl = impl_.get(), document = std::move(document), payload = std::move(payload)] {
    impl->hub().BroadcastStateless(document, payload);
  });
}

void Relay::CloseConnections(std::string document, std::string reason) {
  impl_->Post([impl = impl_.get(), document = std::move(document), reason = std::move(reason)] {
    if (const auto open = impl->hub().FindOpen(document)) open->CloseClients(reason);
  });
}

void Relay::CloseAllConnections(std::string reason) {
  impl_->Post([impl = impl_.get(), reason = std::move(reason)] {
    for (const auto& document : impl->hub().open_documents()) document->CloseClients(reason);
  });
}

void Relay::FlushPendingStores(std::function<void()> done) {
  impl_->Post([impl = impl_.get(), done = std::move(done)] { impl->hub().Flush(done); });
}

size_t Relay::documents_count() const {
  return static_cast<size_t>(impl_->metrics().documents.Value());
}

size_t Relay::sockets_count() const {
  return static_cast<size_t>(impl_->metrics().connections.Value());
}

size_t Relay::connections_count() const {
  return static_cast<size_t>(impl_->metrics().document_connections.Value());
}

void Relay::Stop(std::string_view reason) { impl_->Stop(reason); }

}  // namespace ypp
