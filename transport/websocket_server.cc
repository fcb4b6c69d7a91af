#include "transport/websocket_server.h"

#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>
#include <websocketpp/config/asio.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

using PlainConfig = websocketpp::config::asio;
using TlsConfig = websocketpp::config::asio_tls;
using WsMessage = PlainConfig::message_type;
static_assert(std::is_same_v<WsMessage, TlsConfig::message_type>);
using Tcp = boost::asio::ip::tcp;
using TlsContext = boost::asio::ssl::context;

constexpr uint16_t kCloseTryAgainLater = 1013;
constexpr size_t kMaxCloseReasonBytes = 123;  // a control frame holds 125
// From the accepted connection to the end of the handshake, or of the answer to a plain request.
constexpr long kHandshakeTimeoutMs = 30'000;
constexpr int kStatusOk = 200;
constexpr int kStatusTooManyRequests = 429;
constexpr int kStatusUnavailable = 503;

// The message with its frame header. A server's frames are not masked, so all sockets can send the
// same one.
WsMessage::ptr Prepare(const OutgoingMessage& message) {
  if (message.prepared != nullptr) return std::static_pointer_cast<WsMessage>(message.prepared);
  namespace frame = websocketpp::frame;
  auto ws = std::make_shared<WsMessage>(WsMessage::con_msg_man_ptr(), frame::opcode::binary,
                                        message.bytes.size());
  const frame::basic_header header(frame::opcode::binary, message.bytes.size(), true, false);
  ws->set_header(frame::prepare_header(header, frame::extended_header(message.bytes.size())));
  ws->set_payload(message.bytes);
  ws->set_prepared(true);
  message.prepared = ws;
  return ws;
}

template <typename WsConnection>
class WsSocket : public Socket {
 public:
  WsSocket(WsConnection connection, size_t max_send_queue_bytes,
           std::function<void(std::string_view)> on_refused)
      : connection_(std::move(connection)),
        max_send_queue_bytes_(max_send_queue_bytes),
        on_refused_(std::move(on_refused)) {}

  void Send(const MessagePtr& message) override {
    if (closed_) return;
    const size_t queued = connection_->get_buffered_amount();
    if (queued == 0) largest_queued_ = 0;
    largest_queued_ = std::max(largest_queued_, message->bytes.size());
    if (queued > max_send_queue_bytes_ + largest_queued_) {
      if (on_refused_) on_refused_("slow_reader");
      Close(kCloseTryAgainLater, "Too Slow");
      return;
    }
    connection_->send(
        Prepare(*message));  // fails only when the socket is ending, which OnClosed tells
  }

  void Close(uint16_t code, std::string_view reason) override {
    if (closed_) return;
    closed_ = true;
    SetReading(true);  // the peer's answer to the close must be read
    std::error_code error;
    connection_->close(code, std::string(reason.substr(0, kMaxCloseReasonBytes)), error);
  }

  void SetMaxMessageBytes(size_t size_bytes) override {
    connection_->set_max_message_size(size_bytes);
  }

  void SetReading(bool reading) override {
    if (connection_ == nullptr || reading == reading_) return;
    reading_ = reading;
    if (reading) {
      connection_->resume_reading();
    } else {
      connection_->pause_reading();
    }
  }

  bool closed() const { return closed_; }
  // The handler may keep this longer than the connection lives.
  void Release() {
    closed_ = true;
    connection_.reset();
  }

 private:
  WsConnection connection_;
  size_t max_send_queue_bytes_;
  std::function<void(std::string_view)> on_refused_;
  size_t largest_queued_ = 0;  // of what may be in the queue
  bool reading_ = true;
  bool closed_ = false;
};

std::string OpenSslError(const boost::system::error_code& error) {
  return error ? error.message() : "unknown error";
}

absl::StatusOr<std::shared_ptr<TlsContext>> ReadTls(const TlsFiles& files) {
  auto context = std::make_shared<TlsContext>(TlsContext::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("TLS certificate ", files.certificate, ": ", OpenSslError(error)));
  }
  context->use_private_key_file(files.key, TlsContext::pem, error);
  if (!error && SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("TLS key ", files.key, ": not that of ", files.certificate));
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("TLS key ", files.key, ": ", OpenSslError(error)));
  }
  return context;
}

// Where to listen, the first choice first.
std::vector<Tcp::endpoint> Places(boost::asio::io_context& io, const ListenAddress& listen,
                                  boost::system::error_code& error) {
  // The second is for a machine without IPv6; the first takes IPv4 as well.
  if (listen.host.empty()) return {{Tcp::v6(), listen.port}, {Tcp::v4(), listen.port}};
  std::vector<Tcp::endpoint> places;
  Tcp::resolver resolver(io);
  for (const auto& entry : resolver.resolve(listen.host, std::to_string(listen.port), error)) {
    places.push_back(entry.endpoint());
  }
  return places;
}

// websocketpp keeps the reason to itself, so the port is tried out before.
boost::system::error_code TryPlace(boost::asio::io_context& io, const Tcp::endpoint& place) {
  boost::system::error_code error;
  Tcp::acceptor acceptor(io);
  acceptor.open(place.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(place, error);
  if (!error) acceptor.listen(1, error);
  return error;
}

// The last entry: the one that the nearest proxy added.
std::string LastForwarded(std::string_view header) {
  const size_t comma = header.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? header : header.substr(comma + 1);
  return std::string(absl::StripAsciiWhitespace(absl::string_view(last.data(), last.size())));
}

}  // namespace

class WebSocketServer::Impl {
 public:
  Impl(WebSocketServerOptions options, Callbacks callbacks, LogSink log)
      : options_(std::move(options)),
        callbacks_(std::move(callbacks)),
        log_(std::move(log)),
        timer_(io_) {}
  virtual ~Impl() = default;

  absl::Status Listen();
  void Run();
  virtual void StopListening() = 0;
  virtual size_t connection_count() const = 0;
  absl::Status ReloadTls();

  boost::asio::io_context& io() { return io_; }
  uint16_t port() const { return port_; }
  bool OnIoThread() const { return io_thread_.load() == std::this_thread::get_id(); }

 protected:
  // Listens there; the port really bound, or 0 and why not.
  virtual uint16_t ListenAt(const Tcp::endpoint& place, std::string* why) = 0;
  virtual void TickSockets(int64_t now_ms) = 0;
  virtual void CloseAll() = 0;
  void ScheduleTick();
  void Refuse(std::string_view reason) const {
    if (callbacks_.on_refused) callbacks_.on_refused(reason);
  }

  WebSocketServerOptions options_;
  Callbacks callbacks_;
  LogSink log_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_;
  std::shared_ptr<TlsContext> tls_;
  std::atomic<std::thread::id> io_thread_{};
  uint16_t port_ = 0;
  int64_t now_ms_ = NowMs();
};

absl::Status WebSocketServer::Impl::Listen() {
  if (absl::Status status = ReloadTls(); !status.ok()) return status;
  boost::system::error_code error;
  std::string why = "no such host";
  for (const Tcp::endpoint& place : Places(io_, options_.listen, error)) {
    error = TryPlace(io_, place);
    if (error) continue;
    port_ = ListenAt(place, &why);
    if (port_ != 0) return absl::OkStatus();
    break;
  }
  if (error) why = error.message();
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", options_.listen.ToString(), ": ", why));
}

absl::Status WebSocketServer::Impl::ReloadTls() {
  if (options_.tls.empty()) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<TlsContext>> context = ReadTls(options_.tls);
  if (!context.ok()) return context.status();
  tls_ = *std::move(context);
  // A connection gets its context when the one before it is accepted, which may be long ago; what
  // counts is the certificate at the time of its handshake.
  SSL_CTX_set_client_hello_cb(
      tls_->native_handle(),
      [](SSL* ssl, int*, void* self) {
        SSL_set_SSL_CTX(ssl, static_cast<Impl*>(self)->tls_->native_handle());
        return SSL_CLIENT_HELLO_SUCCESS;
      },
      this);
  return absl::OkStatus();
}

void WebSocketServer::Impl::Run() {
  io_thread_ = std::this_thread::get_id();
  ScheduleTick();
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& exception) {
      // websocketpp throws when a socket ends at a moment it did not expect; the others go on.
      log_(LogLevel::kError, absl::StrCat("socket: ", exception.what()));
    }
  }
  CloseAll();
}

void WebSocketServer::Impl::ScheduleTick() {
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    now_ms_ = NowMs();
    TickSockets(now_ms_);
    callbacks_.on_tick(now_ms_);
    ScheduleTick();
  });
}

// For one of websocketpp's configurations: with TLS or without.
template <typename Config>
class WebSocketServer::ServerOf : public WebSocketServer::Impl {
 public:
  ServerOf(WebSocketServerOptions options, Callbacks callbacks, LogSink log);

  void StopListening() override {
    std::error_code ignored;
    if (endpoint_.is_listening()) endpoint_.stop_listening(ignored);
  }
  size_t connection_count() const override { return sockets_.size(); }

 private:
  using Endpoint = websocketpp::server<Config>;
  using WsConnection = typename Endpoint::connection_ptr;
  struct Entry {
    WsConnection connection;
    std::shared_ptr<WsSocket<WsConnection>> socket;
    std::shared_ptr<SocketHandler> handler;
    std::string address;
    int64_t heard_ms = 0;
    bool pinged = false;
  };
  using EntryPtr = std::shared_ptr<Entry>;

  uint16_t ListenAt(const Tcp::endpoint& place, std::string* why) override;
  void TickSockets(int64_t now_ms) override;
  void CloseAll() override;
  RequestPtr RequestOf(const WsConnection& connection) const;
  bool Validate(const WsConnection& connection);
  void OnOpen(const WsConnection& connection);
  void OnHttp(const WsConnection& connection);
  void OnEnd(const EntryPtr& entry);
  void CheckAlive(Entry& entry, int64_t now_ms);
  static void SetResponse(const WsConnection& connection, const HttpResponse& response);

  Endpoint endpoint_;
  std::unordered_map<const void*, RequestPtr> upgrades_;  // let through, not open yet
  std::unordered_map<Entry*, EntryPtr> sockets_;
  std::unordered_map<std::string, size_t> sockets_by_address_;
};

template <typename Config>
WebSocketServer::ServerOf<Config>::ServerOf(WebSocketServerOptions options, Callbacks callbacks,
                                            LogSink log)
    : Impl(std::move(options), std::move(callbacks), std::move(log)) {
  endpoint_.clear_access_channels(websocketpp::log::alevel::all);
  endpoint_.clear_error_channels(websocketpp::log::elevel::all);
  endpoint_.init_asio(&io_);
  endpoint_.set_reuse_addr(true);
  endpoint_.set_user_agent("ypp-relay");
  endpoint_.set_max_http_body_size(options_.max_http_body_bytes);
  endpoint_.set_open_handshake_timeout(kHandshakeTimeoutMs);
  const auto connection_of = [this](websocketpp::connection_hdl handle) {
    return endpoint_.get_con_from_hdl(handle);
  };
  // Not the socket init handler: that one runs before there is a socket.
  endpoint_.set_tcp_pre_init_handler([connection_of](websocketpp::connection_hdl handle) {
    // Messages are small and someone waits for each.
    boost::system::error_code ignored;
    connection_of(handle)->get_raw_socket().set_option(Tcp::no_delay(true), ignored);
  });
  if constexpr (std::is_same_v<Config, TlsConfig>) {
    endpoint_.set_tls_init_handler([this](websocketpp::connection_hdl) { return tls_; });
  }
  endpoint_.set_validate_handler([this, connection_of](websocketpp::connection_hdl handle) {
    return Validate(connection_of(handle));
  });
  endpoint_.set_open_handler(
      [this, connection_of](websocketpp::connection_hdl handle) { OnOpen(connection_of(handle)); });
  endpoint_.set_fail_handler([this, connection_of](websocketpp::connection_hdl handle) {
    upgrades_.erase(connection_of(handle).get());
  });
  endpoint_.set_http_handler(
      [this, connection_of](websocketpp::connection_hdl handle) { OnHttp(connection_of(handle)); });
}

template <typename Config>
uint16_t WebSocketServer::ServerOf<Config>::ListenAt(const Tcp::endpoint& place, std::string* why) {
  std::error_code listen_error;
  endpoint_.listen(place, listen_error);
  if (!listen_error) endpoint_.start_accept(listen_error);
  boost::system::error_code error;
  const uint16_t port = listen_error ? 0 : endpoint_.get_local_endpoint(error).port();
  *why = listen_error ? listen_error.message() : error.message();
  return port;
}

template <typename Config>
WebSocketServer::RequestPtr WebSocketServer::ServerOf<Config>::RequestOf(
    const WsConnection& connection) const {
  auto request = std::make_shared<HttpRequest>();
  const auto& raw = connection->get_request();
  request->method = raw.get_method();
  request->target = raw.get_uri();
  for (const auto& [name, value] : raw.get_headers()) request->headers.emplace_back(name, value);
  request->body = raw.get_body();
  boost::system::error_code error;
  const auto peer = connection->get_raw_socket().remote_endpoint(error);
  if (!error) request->remote_address = peer.address().to_string();
  if (options_.trust_forwarded_for) {
    if (const std::string* forwarded = request->Header("x-forwarded-for")) {
      request->remote_address = LastForwarded(*forwarded);
    }
  }
  return request;
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::SetResponse(const WsConnection& connection,
                                                    const HttpResponse& response) {
  connection->set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) connection->replace_header(name, value);
  connection->set_body(response.body);
}

template <typename Config>
bool WebSocketServer::ServerOf<Config>::Validate(const WsConnection& connection) {
  HttpResponse refusal;
  const RequestPtr request = RequestOf(connection);
  const auto from_there = sockets_by_address_.find(request->remote_address);
  if (sockets_.size() >= options_.max_connections) {
    Refuse("max_connections");
    refusal.status = kStatusUnavailable;
  } else if (from_there != sockets_by_address_.end() &&
             from_there->second >= options_.max_connections_per_address) {
    Refuse("connections_per_address");
    refusal.status = kStatusTooManyRequests;
  } else if (callbacks_.on_upgrade) {
    std::optional<HttpResponse> response = callbacks_.on_upgrade(request);
    if (response) {
      SetResponse(connection, *response);
      return false;
    }
  }
  if (refusal.status == kStatusOk) {
    upgrades_[connection.get()] = request;
    return true;
  }
  SetResponse(connection, refusal);
  return false;
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::OnOpen(const WsConnection& connection) {
  connection->set_pong_timeout(0);  // CheckAlive does that
  const RequestPtr request = std::exchange(upgrades_[connection.get()], nullptr);
  upgrades_.erase(connection.get());
  auto entry = std::make_shared<Entry>();
  entry->connection = connection;
  entry->socket = std::make_shared<WsSocket<WsConnection>>(
      connection, options_.max_send_queue_bytes, callbacks_.on_refused);
  entry->address = request->remote_address;
  entry->heard_ms = NowMs();
  ++sockets_by_address_[entry->address];
  entry->handler = callbacks_.on_open(entry->socket, request);
  sockets_[entry.get()] = entry;

  const std::weak_ptr<Entry> weak = entry;
  connection->set_message_handler(
      [this, weak](websocketpp::connection_hdl, const WsMessage::ptr& message) {
        const EntryPtr entry = weak.lock();
        if (entry == nullptr || entry->socket->closed()) return;
        entry->heard_ms = now_ms_;
        entry->handler->OnMessage(codec::AsBytes(message->get_payload()));
      });
  connection->set_pong_handler([this, weak](websocketpp::connection_hdl, const std::string&) {
    if (const EntryPtr entry = weak.lock()) entry->heard_ms = now_ms_;
  });
  const auto on_end = [this, weak](websocketpp::connection_hdl) {
    if (const EntryPtr entry = weak.lock()) OnEnd(entry);
  };
  connection->set_close_handler(on_end);
  connection->set_fail_handler(on_end);
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::OnEnd(const EntryPtr& entry) {
  if (sockets_.erase(entry.get()) == 0) return;
  const auto from_there = sockets_by_address_.find(entry->address);
  if (--from_there->second == 0) sockets_by_address_.erase(from_there);
  entry->handler->OnClosed();
  entry->socket->Release();
  entry->connection.reset();
  if (sockets_.empty()) callbacks_.on_last_closed();
}

// No handler may be left that refers to what is about to go.
template <typename Config>
void WebSocketServer::ServerOf<Config>::CloseAll() {
  for (const auto& [key, entry] : std::exchange(sockets_, {})) {
    entry->handler->OnClosed();
    entry->socket->Release();
  }
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::OnHttp(const WsConnection& connection) {
  connection->defer_http_response();
  // The connection ends when nobody keeps it, so an answer that never comes leaves nothing behind.
  callbacks_.on_http(RequestOf(connection), [connection](const HttpResponse& response) {
    std::error_code ignored;
    SetResponse(connection, response);
    connection->send_http_response(ignored);
  });
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::TickSockets(int64_t now_ms) {
  std::vector<EntryPtr> entries;
  entries.reserve(sockets_.size());
  for (const auto& [key, entry] : sockets_) entries.push_back(entry);
  for (const EntryPtr& entry : entries) {
    if (entry->socket->closed()) continue;
    entry->handler->OnTick(now_ms);
    CheckAlive(*entry, now_ms);
  }
}

template <typename Config>
void WebSocketServer::ServerOf<Config>::CheckAlive(Entry& entry, int64_t now_ms) {
  const int64_t silent_ms = now_ms - entry.heard_ms;
  if (silent_ms < options_.ping_interval_ms) {
    entry.pinged = false;
  } else if (!entry.pinged) {
    entry.pinged = true;
    std::error_code ignored;
    if (!entry.socket->closed()) entry.connection->ping("", ignored);
  } else if (silent_ms >= 2 * options_.ping_interval_ms) {
    entry.socket->Close(websocketpp::close::status::going_away, "No Answer");
  }
}

WebSocketServer::WebSocketServer(WebSocketServerOptions options, Callbacks callbacks, LogSink log) {
  if (options.tls.empty()) {
    impl_ = std::make_unique<ServerOf<PlainConfig>>(std::move(options), std::move(callbacks),
                                                    std::move(log));
  } else {
    impl_ = std::make_unique<ServerOf<TlsConfig>>(std::move(options), std::move(callbacks),
                                                  std::move(log));
  }
}

WebSocketServer::~WebSocketServer() = default;

absl::Status WebSocketServer::Listen() { return impl_->Listen(); }

uint16_t WebSocketServer::port() const { return impl_->port(); }

void WebSocketServer::Run() { impl_->Run(); }

void WebSocketServer::Post(std::function<void()> task) {
  boost::asio::post(impl_->io(), std::move(task));
}

bool WebSocketServer::OnIoThread() const { return impl_->OnIoThread(); }

void WebSocketServer::PostAfter(int64_t delay_ms, std::function<void()> task) {
  auto timer = std::make_shared<boost::asio::steady_timer>(impl_->io());
  timer->expires_after(std::chrono::milliseconds(delay_ms));
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

absl::Status WebSocketServer::ReloadTls() { return impl_->ReloadTls(); }

void WebSocketServer::Stop() { impl_->io().stop(); }

void WebSocketServer::StopListening() { impl_->StopListening(); }

size_t WebSocketServer::connection_count() const { return impl_->connection_count(); }

int64_t WebSocketServer::NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace ypp::transport
