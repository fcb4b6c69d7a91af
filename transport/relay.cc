#include "transport/relay.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "transport/connection.h"
#include "transport/document_hub.h"
#include "transport/http_pages.h"
#include "transport/listen_address.h"
#include "transport/memory_store.h"
#include "transport/sqlite_store.h"
#include "transport/websocket_server.h"

namespace ypp {

using transport::Connection;
using transport::DocumentHub;
using transport::HttpPages;
using transport::LogLevel;
using transport::WebSocketServer;

class Relay::Impl {
 public:
  explicit Impl(RelayOptions options) : options_(std::move(options)) {}
  ~Impl() { Stop("Server Shutdown"); }

  absl::Status Start();
  void Stop(std::string_view reason);

  uint16_t port() const { return server_->port(); }
  std::string url() const {
    transport::ListenAddress bound = listen_;
    bound.port = server_->port();
    if (bound.host.empty()) bound.host = "localhost";
    return "ws://" + bound.ToString();
  }
  void BroadcastStateless(std::string document, std::string payload) {
    server_->Post([this, document = std::move(document), payload = std::move(payload)] {
      hub_->BroadcastStateless(document, payload);
    });
  }

 private:
  absl::Status OpenStore();
  std::shared_ptr<transport::SocketHandler> OnOpen(std::shared_ptr<transport::Socket> socket);
  void OnTick(int64_t now_ms);
  void BeginDrain(const std::string& reason);
  void EndDrainWhenEmpty();

  RelayOptions options_;
  transport::ListenAddress listen_;
  HttpPages pages_;
  std::unique_ptr<WebSocketServer> server_;
  std::unique_ptr<transport::Store> store_;
  std::unique_ptr<DocumentHub> hub_;
  std::thread thread_;

  // Of the I/O thread.
  std::vector<std::weak_ptr<Connection>> connections_;
  bool stopping_ = false;  // no new connections
  bool draining_ = false;  // those there were have been told

  std::mutex mutex_;
  std::condition_variable drained_changed_;
  bool drained_ = false;
};

absl::Status Relay::Impl::Start() {
  if (options_.authenticator == nullptr) {
    return absl::InvalidArgumentError("a relay needs an authenticator");
  }
  const absl::StatusOr<transport::ListenAddress> listen =
      transport::ParseListenAddress(options_.listen);
  if (!listen.ok()) return listen.status();
  listen_ = *listen;
  if (!options_.console_dir.empty()) {
    if (absl::Status status = pages_.LoadConsole(options_.console_dir); !status.ok()) return status;
  }

  transport::WebSocketServerOptions server_options;
  server_options.listen = listen_;
  server_options.max_connections = options_.max_connections;
  server_options.max_send_queue_bytes = options_.max_send_queue_bytes;
  server_options.ping_interval_ms = options_.ping_interval_ms;
  WebSocketServer::Callbacks callbacks;
  callbacks.on_open = [this](std::shared_ptr<transport::Socket> socket) {
    return OnOpen(std::move(socket));
  };
  callbacks.on_http = [this](std::string_view method, std::string_view target) {
    return pages_.Answer(method, target);
  };
  callbacks.on_tick = [this](int64_t now_ms) { OnTick(now_ms); };
  callbacks.on_last_closed = [this] { EndDrainWhenEmpty(); };
  server_ = std::make_unique<WebSocketServer>(server_options, std::move(callbacks), options_.log);

  // The database first: a relay that listens can serve.
  if (absl::Status status = OpenStore(); !status.ok()) return status;
  transport::HubOptions hub_options;
  hub_options.room.log = options_.log;
  hub_options.room.on_stateless = options_.on_stateless;
  hub_ = std::make_unique<DocumentHub>(store_.get(), std::move(hub_options));
  if (absl::Status status = server_->Listen(); !status.ok()) return status;
  thread_ = std::thread([this] { server_->Run(); });
  return absl::OkStatus();
}

absl::Status Relay::Impl::OpenStore() {
  const transport::Store::Executor executor = [server = server_.get()](std::function<void()> task) {
    server->Post(std::move(task));
  };
  if (options_.database.empty()) {
    store_ = std::make_unique<transport::MemoryStore>(executor);
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<transport::SqliteStore>> store =
      transport::SqliteStore::Open(options_.database, executor, options_.log);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  return absl::OkStatus();
}

std::shared_ptr<transport::SocketHandler> Relay::Impl::OnOpen(
    std::shared_ptr<transport::Socket> socket) {
  auto connection =
      std::make_shared<Connection>(std::move(socket), hub_.get(), options_.authenticator.get(),
                                   options_.connection, options_.log, WebSocketServer::NowMs());
  connections_.push_back(connection);
  if (stopping_) connection->Shutdown("Server Shutdown");
  return connection;
}

void Relay::Impl::OnTick(int64_t now_ms) {
  hub_->Tick(now_ms);
  connections_.erase(
      std::remove_if(connections_.begin(), connections_.end(),
                     [](const std::weak_ptr<Connection>& weak) { return weak.expired(); }),
      connections_.end());
}

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
  hub_->Flush([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = true;
    drained_changed_.notify_all();
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

absl::StatusOr<std::unique_ptr<Relay>> Relay::Start(RelayOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Relay::~Relay() = default;

uint16_t Relay::port() const { return impl_->port(); }

std::string Relay::url() const { return impl_->url(); }

void Relay::BroadcastStateless(std::string document, std::string payload) {
  impl_->BroadcastStateless(std::move(document), std::move(payload));
}

void Relay::Stop(std::string_view reason) { impl_->Stop(reason); }

}  // namespace ypp
