#include "transport/websocket_server.h"

#include <algorithm>
#include <exception>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>

#include "absl/strings/str_cat.h"
#include "transport/admission.h"
#include "transport/event_loop.h"
#include "transport/liveness.h"
#include "transport/stream_socket.h"
#include "transport/tcp_listener.h"
#include "transport/websocket_transport.h"

namespace ypp::transport {
namespace {

constexpr uint16_t kCloseTryAgainLater = 1013;
constexpr size_t kMaxCloseReasonBytes = 123;  // a control frame holds 125
// From the accepted connection to the end of a plain request's body.
constexpr int64_t kBodyTimeoutMs = 30'000;
// For the peer's answer to a close.
constexpr int64_t kCloseTimeoutMs = 5'000;
constexpr int64_t kTickMs = 1'000;

using TcpSocket = EventLoop::TcpSocket;

// A head whose fields can be let go of once the handshake is over: websocketpp keeps both heads as
// long as the connection, together nearly a kilobyte.
template <typename Head>
struct ReleasableHead : Head {
  void Release() { this->m_headers.clear(); }
};

// websocketpp reads and writes the protocol; bytes come from and go to a StreamSocket.
struct WsConfig : public websocketpp::config::core {
  using type = WsConfig;
  using base = websocketpp::config::core;
  using concurrency_type = websocketpp::concurrency::none;
  using request_type = ReleasableHead<base::request_type>;
  using response_type = ReleasableHead<base::response_type>;
  using message_type = base::message_type;
  using con_msg_manager_type = base::con_msg_manager_type;
  using endpoint_msg_manager_type = base::endpoint_msg_manager_type;
  using alog_type = websocketpp::log::stub;
  using elog_type = websocketpp::log::stub;
  using rng_type = base::rng_type;
  // Every connection has one of these; messages are put together elsewhere.
  static const size_t connection_read_buffer_size = 256;

  struct transport_config : public base::transport_config {
    using concurrency_type = WsConfig::concurrency_type;
    using alog_type = WsConfig::alog_type;
    using elog_type = WsConfig::elog_type;
    using request_type = WsConfig::request_type;
    using response_type = WsConfig::response_type;
  };
  using transport_type = WebSocketTransport<transport_config>;
};

using Endpoint = websocketpp::server<WsConfig>;
using WsConnection = Endpoint::connection_ptr;
using WsMessage = WsConfig::message_type;

// The message with its frame header. A server's frames are not masked, so all sockets can send the
// same one.
StreamSocket::SharedBytes Frame(const OutgoingMessage& message) {
  if (message.prepared != nullptr) {
    return std::static_pointer_cast<const std::string>(message.prepared);
  }
  namespace frame = websocketpp::frame;
  const size_t size = message.bytes.size();
  auto bytes = std::make_shared<std::string>(frame::prepare_header(
      frame::basic_header(frame::opcode::binary, size, true, false), frame::extended_header(size)));
  bytes->append(message.bytes);
  message.prepared = bytes;
  return bytes;
}

// REQUIRES: its handshake is over.
void ReleaseHeads(Endpoint::connection_type& connection) {
  // The connection owns them; it only shows them as const.
  const_cast<WsConfig::request_type&>(connection.get_request()).Release();
  const_cast<WsConfig::response_type&>(connection.get_response()).Release();
}

}  // namespace

class WebSocketServer::Impl {
 public:
  Impl(WebSocketServerOptions options, Callbacks callbacks, LogSink log);

  absl::Status Listen();
  void Run();
  void StopListening() { listener_.StopListening(); }
  absl::Status ReloadTls();

  EventLoop& loop() { return loop_; }
  uint16_t port() const { return listener_.port(); }
  size_t connection_count() const { return admission_.open_count(); }

 private:
  // One accepted connection, from its first byte to its last. Held by the table, and by whatever of
  // it runs.
  class Peer;
  using PeerPtr = std::shared_ptr<Peer>;

  void OnAccept(TcpSocket socket, std::string address);
  void ScheduleTick();
  void Tick();
  RequestPtr RequestOf(const Peer& peer) const;
  bool Validate(Peer& peer);
  void OnOpen(Peer& peer);
  void OnHttp(Peer& peer);
  void OnEnd(Peer& peer);
  void CountTooLarge(const Peer& peer) const;
  void CloseAll();
  Peer& PeerOf(const websocketpp::connection_hdl& handle);
  void Refuse(std::string_view reason) const {
    if (callbacks_.on_refused) callbacks_.on_refused(reason);
  }
  // websocketpp throws when a socket ends at a moment it did not expect; the others go on.
  template <typename Function>
  void Guarded(Function function) {
    try {
      function();
    } catch (const std::exception& exception) {
      log_(LogLevel::kError, absl::StrCat("socket: ", exception.what()));
    }
  }

  WebSocketServerOptions options_;
  Callbacks callbacks_;
  LogSink log_;
  EventLoop loop_;
  TcpListener listener_;
  std::shared_ptr<TlsContext> tls_;
  Endpoint endpoint_;
  std::unordered_map<const void*, PeerPtr> peers_;  // by websocketpp's connection
  Admission admission_;
  int64_t now_ms_ = NowMs();
};

// What the protocol code has of a peer; it may keep this for longer than there is a connection.
class WsSocket : public Socket {
 public:
  WsSocket(WsConnection connection, std::shared_ptr<StreamSocket> stream,
           size_t max_send_queue_bytes, std::function<void(std::string_view)> on_refused)
      : connection_(std::move(connection)),
        stream_(std::move(stream)),
        max_send_queue_bytes_(max_send_queue_bytes),
        on_refused_(std::move(on_refused)) {}

  void Send(const MessagePtr& message) override {
    if (closed_) return;
    const size_t queued = stream_->queued_bytes();
    if (queued == 0) largest_queued_ = 0;
    largest_queued_ = std::max(largest_queued_, message->bytes.size());
    if (queued > max_send_queue_bytes_ + largest_queued_) {
      if (on_refused_) on_refused_("slow_reader");
      Close(kCloseTryAgainLater, "Too Slow");
      return;
    }
    stream_->Write(Frame(*message));
  }

  void Close(uint16_t code, std::string_view reason) override {
    if (closed_) return;
    closed_ = true;
    stream_->SetReading(true);  // the peer's answer to the close must be read
    std::error_code error;
    connection_->close(code, std::string(reason.substr(0, kMaxCloseReasonBytes)), error);
  }

  void SetMaxMessageBytes(size_t size_bytes) override {
    if (connection_ != nullptr) connection_->set_max_message_size(size_bytes);
  }

  void SetReading(bool reading) override {
    if (stream_ != nullptr && !closed_) stream_->SetReading(reading);
  }

  bool closed() const { return closed_; }
  void Release() {
    closed_ = true;
    connection_.reset();
    stream_.reset();
  }

 private:
  WsConnection connection_;
  std::shared_ptr<StreamSocket> stream_;
  size_t max_send_queue_bytes_;
  std::function<void(std::string_view)> on_refused_;
  size_t largest_queued_ = 0;  // of what may be in the queue
  bool closed_ = false;
};

class WebSocketServer::Impl::Peer : public StreamSocket::Handler,
                                    public std::enable_shared_from_this<Peer> {
 public:
  Peer(Impl* server, std::shared_ptr<StreamSocket> stream, WsConnection connection, Visit visit,
       int64_t now_ms)
      : stream(std::move(stream)),
        connection(std::move(connection)),
        visit(std::move(visit)),
        liveness(now_ms),
        server_(server) {}

  void OnBytes(std::string_view bytes) override {
    const auto keep = shared_from_this();
    const WsConnection reader = connection;
    server_->Guarded([&] {
      // It takes as much as its buffer holds, and nothing once it is at its end.
      while (!bytes.empty() && !ended) {
        const size_t taken = reader->read_some(bytes.data(), bytes.size());
        if (taken == 0) break;
        bytes.remove_prefix(taken);
      }
    });
  }

  void OnEnd() override {
    const auto keep = shared_from_this();
    const WsConnection reader = connection;
    server_->Guarded([&reader] { reader->eof(); });
    server_->OnEnd(*this);
  }

  void CheckAlive(int64_t now_ms, int64_t ping_interval_ms) {
    const Liveness::Step step = liveness.Check(now_ms, ping_interval_ms);
    if (step == Liveness::Step::kPing && !socket->closed()) {
      std::error_code ignored;
      connection->ping("", ignored);
    } else if (step == Liveness::Step::kGiveUp) {
      socket->Close(websocketpp::close::status::going_away, "No Answer");
    }
  }

  // What is under way for too long is dropped without another word.
  bool Overdue(int64_t now_ms, int64_t head_timeout_ms) {
    if (socket == nullptr) {
      const bool has_body = !connection->get_request_header("Content-Length").empty();
      const int64_t timeout_ms = has_body ? kBodyTimeoutMs : head_timeout_ms;
      return !answering && liveness.SilentMs(now_ms) >= timeout_ms;
    }
    if (!socket->closed()) return false;
    if (close_since_ms_ == 0) close_since_ms_ = now_ms;
    return now_ms - close_since_ms_ >= kCloseTimeoutMs;
  }

  std::shared_ptr<StreamSocket> stream;
  WsConnection connection;
  Visit visit;
  RequestPtr request;                // from its validation until it is open
  std::shared_ptr<WsSocket> socket;  // once it is open
  std::shared_ptr<SocketHandler> handler;
  Liveness liveness;
  bool answering = false;  // a plain request
  bool ended = false;

 private:
  Impl* server_;
  int64_t close_since_ms_ = 0;
};

WebSocketServer::Impl::Impl(WebSocketServerOptions options, Callbacks callbacks, LogSink log)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      log_(std::move(log)),
      listener_(&loop_,
                [this](TcpSocket socket, std::string address) {
                  OnAccept(std::move(socket), std::move(address));
                }),
      admission_({options_.max_connections, options_.address, options_.trust_forwarded_for},
                 callbacks_.on_refused) {
  using Handle = websocketpp::connection_hdl;
  endpoint_.set_user_agent("ypp-relay");
  endpoint_.set_max_http_body_size(options_.max_http_body_bytes);
  endpoint_.set_validate_handler([this](Handle handle) { return Validate(PeerOf(handle)); });
  endpoint_.set_open_handler([this](Handle handle) { OnOpen(PeerOf(handle)); });
  endpoint_.set_http_handler([this](Handle handle) { OnHttp(PeerOf(handle)); });
  endpoint_.set_message_handler([this](Handle handle, const WsMessage::ptr& message) {
    Peer& peer = PeerOf(handle);
    if (peer.socket->closed()) return;
    peer.liveness.Hear(now_ms_);
    peer.handler->OnMessage(codec::AsBytes(message->get_payload()));
  });
  endpoint_.set_pong_handler(
      [this](Handle handle, const std::string&) { PeerOf(handle).liveness.Hear(now_ms_); });
  endpoint_.set_write_handler([this](Handle handle, const char* bytes, size_t size) {
    PeerOf(handle).stream->Write(std::string_view(bytes, size));
    return std::error_code();
  });
  endpoint_.set_shutdown_handler([this](Handle handle) {
    OnEnd(PeerOf(handle));
    return std::error_code();
  });
}

WebSocketServer::Impl::Peer& WebSocketServer::Impl::PeerOf(
    const websocketpp::connection_hdl& handle) {
  return *peers_.at(handle.lock().get());
}

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
  std::vector<PeerPtr> peers;
  peers.reserve(peers_.size());
  for (const auto& [key, peer] : peers_) peers.push_back(peer);
  for (const PeerPtr& peer : peers) {
    if (peer->ended) continue;
    if (peer->Overdue(now_ms_, options_.head_timeout_ms)) {
      if (peer->socket == nullptr) Refuse("http_timeout");
      OnEnd(*peer);
    } else if (peer->socket != nullptr && !peer->socket->closed()) {
      peer->handler->OnTick(now_ms_);
      Guarded([&] { peer->CheckAlive(now_ms_, options_.ping_interval_ms); });
    }
  }
}

void WebSocketServer::Impl::OnAccept(TcpSocket socket, std::string address) {
  std::optional<Visit> visit = admission_.Accept(std::move(address), NowMs());
  if (!visit) return;
  std::unique_ptr<TlsSession> tls;
  if (tls_ != nullptr) tls = std::make_unique<TlsSession>(*tls_);
  auto stream = std::make_shared<StreamSocket>(&loop_, std::move(socket), std::move(tls));
  Guarded([&] {
    const WsConnection connection = endpoint_.get_connection();
    const auto peer = std::make_shared<Peer>(this, stream, connection, *std::move(visit), NowMs());
    peers_[connection.get()] = peer;
    connection->start();
    stream->Start(peer.get());
  });
}

WebSocketServer::RequestPtr WebSocketServer::Impl::RequestOf(const Peer& peer) const {
  auto request = std::make_shared<HttpRequest>();
  const auto& raw = peer.connection->get_request();
  request->method = raw.get_method();
  request->target = raw.get_uri();
  request->headers.reserve(raw.get_headers().size());
  for (const auto& [name, value] : raw.get_headers()) request->headers.emplace_back(name, value);
  request->body = raw.get_body();
  request->remote_address = admission_.AddressOf(peer.visit, *request);
  return request;
}

namespace {

void SetResponse(const WsConnection& connection, const HttpResponse& response) {
  connection->set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) connection->replace_header(name, value);
  connection->set_body(response.body);
}

}  // namespace

bool WebSocketServer::Impl::Validate(Peer& peer) {
  const RequestPtr request = RequestOf(peer);
  std::optional<HttpResponse> refusal;
  if (const int status = admission_.Check(peer.visit, *request, NowMs()); status != 0) {
    refusal.emplace().status = status;
  } else if (callbacks_.on_upgrade) {
    refusal = callbacks_.on_upgrade(request);
  }
  if (refusal) {
    SetResponse(peer.connection, *refusal);
    return false;
  }
  peer.request = request;
  return true;
}

void WebSocketServer::Impl::OnOpen(Peer& peer) {
  const RequestPtr request = std::exchange(peer.request, nullptr);
  peer.socket = std::make_shared<WsSocket>(peer.connection, peer.stream,
                                           options_.max_send_queue_bytes, callbacks_.on_refused);
  ReleaseHeads(*peer.connection);
  peer.liveness.Hear(NowMs());
  admission_.Open(peer.visit);
  peer.handler = callbacks_.on_open(peer.socket, request);
}

void WebSocketServer::Impl::OnHttp(Peer& peer) {
  peer.connection->defer_http_response();
  peer.answering = true;
  const std::weak_ptr<Peer> weak = peer.shared_from_this();
  callbacks_.on_http(RequestOf(peer), [this, weak](const HttpResponse& response) {
    const PeerPtr peer = weak.lock();
    if (peer == nullptr || peer->ended) return;
    Guarded([&] {
      std::error_code ignored;
      SetResponse(peer->connection, response);
      peer->connection->send_http_response(ignored);
    });
  });
}

void WebSocketServer::Impl::OnEnd(Peer& peer) {
  if (std::exchange(peer.ended, true)) return;
  const PeerPtr keep = peer.shared_from_this();
  CountTooLarge(peer);
  // What was written last still goes out.
  peer.stream->CloseWhenSent();
  // websocketpp is in the middle of something on it.
  loop_.Post([this, keep] { peers_.erase(keep->connection.get()); });
  admission_.Leave(peer.visit);
  if (peer.socket == nullptr) return;
  peer.handler->OnClosed();
  peer.socket->Release();
  if (admission_.open_count() == 0) callbacks_.on_last_closed();
}

void WebSocketServer::Impl::CountTooLarge(const Peer& peer) const {
  namespace status = websocketpp::http::status_code;
  if (peer.socket != nullptr) {
    const auto code = peer.connection->get_local_close_code();
    if (code == websocketpp::close::status::message_too_big) Refuse("message_size");
    return;
  }
  const auto code = peer.connection->get_response_code();
  if (code == status::request_entity_too_large || code == status::request_header_fields_too_large) {
    Refuse("http_size");
  }
}

// No handler may be left that refers to what is about to go.
void WebSocketServer::Impl::CloseAll() {
  for (const auto& [key, peer] : std::exchange(peers_, {})) {
    peer->stream->Close();
    if (std::exchange(peer->ended, true) || peer->socket == nullptr) continue;
    peer->handler->OnClosed();
    peer->socket->Release();
  }
}

WebSocketServer::WebSocketServer(WebSocketServerOptions options, Callbacks callbacks, LogSink log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(callbacks), std::move(log))) {}

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
