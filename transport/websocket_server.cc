#include "transport/websocket_server.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "transport/admission.h"
#include "transport/event_loop.h"
#include "transport/stream_socket.h"
#include "transport/tcp_listener.h"
#include "transport/websocket_peer.h"

namespace ypp::transport {
namespace {

constexpr int64_t kTickMs = 1'000;

}  // namespace

class WebSocketServer::Impl : public WebSocketPeer::Host {
 public:
  Impl(WebSocketServerOptions options, Callbacks callbacks);

  absl::Status Listen();
  void Run();
  void StopListening() { listener_.StopListening(); }
  absl::Status ReloadTls();

  EventLoop& loop() { return loop_; }
  uint16_t port() const { return listener_.port(); }
  size_t connection_count() const { return admission_.open_count(); }

 private:
  using PeerPtr = std::shared_ptr<WebSocketPeer>;

  void OnAccept(EventLoop::TcpSocket socket, std::string address);
  void ScheduleTick();
  void Tick();
  std::vector<PeerPtr> Peers() const { return {peers_.begin(), peers_.end()}; }
  void CloseAll();

  std::optional<HttpResponse> OnUpgrade(WebSocketPeer& peer, const RequestPtr& request) override;
  std::shared_ptr<SocketHandler> OnOpen(WebSocketPeer& peer, const RequestPtr& request) override;
  void OnHttp(const RequestPtr& request, HttpRespond respond) override;
  void OnPeerEnd(WebSocketPeer& peer) override;
  void OnRefused(std::string_view reason) override;
  std::string AddressOf(const WebSocketPeer& peer, const HttpRequest& request) override;
  int64_t now_ms() const override { return now_ms_; }

  WebSocketServerOptions options_;
  const WebSocketPeer::Limits limits_;
  Callbacks callbacks_;
  EventLoop loop_;
  TcpListener listener_;
  std::shared_ptr<TlsContext> tls_;
  std::unordered_set<PeerPtr> peers_;
  Admission admission_;
  int64_t now_ms_ = NowMs();
};

WebSocketServer::Impl::Impl(WebSocketServerOptions options, Callbacks callbacks)
    : options_(std::move(options)),
      limits_{options_.max_http_body_bytes, options_.max_send_queue_bytes, options_.head_timeout_ms,
              options_.ping_interval_ms},
      callbacks_(std::move(callbacks)),
      listener_(&loop_,
                [this](EventLoop::TcpSocket socket, std::string address) {
                  OnAccept(std::move(socket), std::move(address));
                }),
      admission_({options_.max_connections, options_.address, options_.trust_forwarded_for},
                 callbacks_.on_refused) {}

absl::Status WebSocketServer::Impl::Listen() {
  if (absl::Status status = ReloadTls(); !status.ok()) return status;
  return listener_.Listen(options_.listen);
}

absl::Status WebSocketServer::Impl::ReloadTls() {
  if (options_.tls.empty()) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<TlsContext>> context = TlsContext::Read(options_.tls);
  if (!context.ok()) return context.status();
  tls_ = *std::move(context);
  return absl::OkStatus();
}

void WebSocketServer::Impl::Run() {
  ScheduleTick();
  loop_.Run();
  CloseAll();
}

void WebSocketServer::Impl::ScheduleTick() {
  loop_.PostAfter(kTickMs, [this] {
    now_ms_ = NowMs();
    Tick();
    callbacks_.on_tick(now_ms_);
    ScheduleTick();
  });
}

void WebSocketServer::Impl::Tick() {
  admission_.Tick(now_ms_);
  for (const PeerPtr& peer : Peers()) peer->Tick();
}

// Nothing may be left that refers to what is about to go.
void WebSocketServer::Impl::CloseAll() {
  for (const PeerPtr& peer : Peers()) peer->Abort();
}

void WebSocketServer::Impl::OnAccept(EventLoop::TcpSocket socket, std::string address) {
  now_ms_ = NowMs();  // the time it has to say what it wants begins now, not at the last tick
  std::optional<Visit> visit = admission_.Accept(std::move(address), now_ms_);
  if (!visit) return;
  std::unique_ptr<TlsSession> tls;
  if (tls_ != nullptr) tls = std::make_unique<TlsSession>(*tls_);
  auto stream = std::make_shared<StreamSocket>(&loop_, std::move(socket), std::move(tls));
  const auto peer =
      std::make_shared<WebSocketPeer>(this, &limits_, std::move(stream), *std::move(visit));
  peers_.insert(peer);
  peer->Start();
}

std::string WebSocketServer::Impl::AddressOf(const WebSocketPeer& peer,
                                             const HttpRequest& request) {
  return admission_.AddressOf(peer.visit(), request);
}

std::optional<HttpResponse> WebSocketServer::Impl::OnUpgrade(WebSocketPeer& peer,
                                                             const RequestPtr& request) {
  if (const int status = admission_.Check(peer.visit(), *request, NowMs()); status != 0) {
    return HttpResponse{status, "", {}};
  }
  return callbacks_.on_upgrade ? callbacks_.on_upgrade(request) : std::nullopt;
}

std::shared_ptr<SocketHandler> WebSocketServer::Impl::OnOpen(WebSocketPeer& peer,
                                                             const RequestPtr& request) {
  admission_.Open(peer.visit());
  return callbacks_.on_open(peer.shared_from_this(), request);
}

void WebSocketServer::Impl::OnHttp(const RequestPtr& request, HttpRespond respond) {
  callbacks_.on_http(request, std::move(respond));
}

void WebSocketServer::Impl::OnPeerEnd(WebSocketPeer& peer) {
  peers_.erase(peer.shared_from_this());
  const bool was_open = peer.visit().open;
  admission_.Leave(peer.visit());
  if (was_open && admission_.open_count() == 0) callbacks_.on_last_closed();
}

void WebSocketServer::Impl::OnRefused(std::string_view reason) {
  if (callbacks_.on_refused) callbacks_.on_refused(reason);
}

WebSocketServer::WebSocketServer(WebSocketServerOptions options, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(callbacks))) {}

WebSocketServer::~WebSocketServer() = default;

absl::Status WebSocketServer::Listen() { return impl_->Listen(); }

uint16_t WebSocketServer::port() const { return impl_->port(); }

void WebSocketServer::Run() { impl_->Run(); }

void WebSocketServer::Post(std::function<void()> task) { impl_->loop().Post(std::move(task)); }

bool WebSocketServer::OnIoThread() const { return impl_->loop().Here(); }

void WebSocketServer::PostAfter(int64_t delay_ms, std::function<void()> task) {
  impl_->loop().PostAfter(delay_ms, std::move(task));
}

void WebSocketServer::AtTurnEnd(std::function<void()> task) {
  impl_->loop().AtTurnEnd(std::move(task));
}

absl::Status WebSocketServer::ReloadTls() { return impl_->ReloadTls(); }

void WebSocketServer::Stop() { impl_->loop().Stop(); }

void WebSocketServer::StopListening() { impl_->StopListening(); }

size_t WebSocketServer::connection_count() const { return impl_->connection_count(); }

int64_t WebSocketServer::NowMs() { return EventLoop::NowMs(); }

}  // namespace ypp::transport
