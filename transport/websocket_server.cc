#include "transport/websocket_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

struct Config : websocketpp::config::asio {
  // Nothing that is asked for over HTTP here has a body.
  static const size_t max_http_body_size = 64 * 1024;
};

using Endpoint = websocketpp::server<Config>;
using WsConnection = Endpoint::connection_ptr;
using WsMessage = Config::message_type;
using Tcp = boost::asio::ip::tcp;

constexpr uint16_t kCloseTryAgainLater = 1013;
constexpr size_t kMaxCloseReasonBytes = 123;  // a control frame holds 125

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

class WsSocket : public Socket {
 public:
  WsSocket(WsConnection connection, size_t max_send_queue_bytes)
      : connection_(std::move(connection)), max_send_queue_bytes_(max_send_queue_bytes) {}

  void Send(const MessagePtr& message) override {
    if (closed_) return;
    const size_t queued = connection_->get_buffered_amount();
    if (queued == 0) largest_queued_ = 0;
    largest_queued_ = std::max(largest_queued_, message->bytes.size());
    if (queued > max_send_queue_bytes_ + largest_queued_) {
      Close(kCloseTryAgainLater, "Too Slow");
      return;
    }
    connection_->send(
        Prepare(*message));  // fails only when the socket is ending, which OnClosed tells
  }

  void Close(uint16_t code, std::string_view reason) override {
    if (closed_) return;
    closed_ = true;
    std::error_code error;
    connection_->close(code, std::string(reason.substr(0, kMaxCloseReasonBytes)), error);
  }

  void SetMaxMessageBytes(size_t size_bytes) override {
    connection_->set_max_message_size(size_bytes);
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
  size_t largest_queued_ = 0;  // of what may be in the queue
  bool closed_ = false;
};

}  // namespace

class WebSocketServer::Impl {
 public:
  Impl(WebSocketServerOptions options, Callbacks callbacks, LogSink log)
      : options_(std::move(options)),
        callbacks_(std::move(callbacks)),
        log_(std::move(log)),
        timer_(io_) {
    endpoint_.clear_access_channels(websocketpp::log::alevel::all);
    endpoint_.clear_error_channels(websocketpp::log::elevel::all);
    endpoint_.init_asio(&io_);
    endpoint_.set_reuse_addr(true);
    endpoint_.set_user_agent("ypp-relay");
    // Not the socket init handler: that one runs before there is a socket.
    endpoint_.set_tcp_pre_init_handler([this](websocketpp::connection_hdl handle) {
      // Messages are small and someone waits for each.
      boost::system::error_code ignored;
      endpoint_.get_con_from_hdl(handle)->get_raw_socket().set_option(Tcp::no_delay(true), ignored);
    });
    endpoint_.set_validate_handler([this](websocketpp::connection_hdl handle) {
      if (sockets_.size() < options_.max_connections) return true;
      endpoint_.get_con_from_hdl(handle)->set_status(
          websocketpp::http::status_code::service_unavailable);
      return false;
    });
    endpoint_.set_open_handler([this](websocketpp::connection_hdl handle) { OnOpen(handle); });
    endpoint_.set_http_handler([this](websocketpp::connection_hdl handle) { OnHttp(handle); });
  }

  absl::Status Listen();
  void Run();
  void StopListening() {
    std::error_code ignored;
    if (endpoint_.is_listening()) endpoint_.stop_listening(ignored);
  }

  boost::asio::io_context& io() { return io_; }
  uint16_t port() const { return port_; }
  size_t connection_count() const { return sockets_.size(); }

 private:
  struct Entry {
    WsConnection connection;
    std::shared_ptr<WsSocket> socket;
    std::shared_ptr<SocketHandler> handler;
    int64_t heard_ms = 0;
    bool pinged = false;
  };
  using EntryPtr = std::shared_ptr<Entry>;

  std::vector<Tcp::endpoint> Places(boost::system::error_code& error);
  boost::system::error_code TryPlace(const Tcp::endpoint& place);
  void OnOpen(websocketpp::connection_hdl handle);
  void OnHttp(websocketpp::connection_hdl handle);
  void OnEnd(const EntryPtr& entry);
  void ScheduleTick();
  void Tick(int64_t now_ms);
  void CheckAlive(Entry& entry, int64_t now_ms);

  WebSocketServerOptions options_;
  Callbacks callbacks_;
  LogSink log_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_;
  Endpoint endpoint_;
  uint16_t port_ = 0;
  int64_t now_ms_ = NowMs();
  std::unordered_map<Entry*, EntryPtr> sockets_;
};

// Where to listen, the first choice first.
std::vector<Tcp::endpoint> WebSocketServer::Impl::Places(boost::system::error_code& error) {
  const ListenAddress& listen = options_.listen;
  // The second is for a machine without IPv6; the first takes IPv4 as well.
  if (listen.host.empty()) return {{Tcp::v6(), listen.port}, {Tcp::v4(), listen.port}};
  std::vector<Tcp::endpoint> places;
  Tcp::resolver resolver(io_);
  for (const auto& entry : resolver.resolve(listen.host, std::to_string(listen.port), error)) {
    places.push_back(entry.endpoint());
  }
  return places;
}

// websocketpp keeps the reason to itself, so the port is tried out before.
boost::system::error_code WebSocketServer::Impl::TryPlace(const Tcp::endpoint& place) {
  boost::system::error_code error;
  Tcp::acceptor acceptor(io_);
  acceptor.open(place.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(place, error);
  if (!error) acceptor.listen(1, error);
  return error;
}

absl::Status WebSocketServer::Impl::Listen() {
  boost::system::error_code error;
  std::string why = "no such host";
  for (const Tcp::endpoint& place : Places(error)) {
    error = TryPlace(place);
    if (error) continue;
    std::error_code listen_error;
    endpoint_.listen(place, listen_error);
    if (!listen_error) endpoint_.start_accept(listen_error);
    if (!listen_error) port_ = endpoint_.get_local_endpoint(error).port();
    if (!listen_error && !error) return absl::OkStatus();
    why = listen_error.message();
    break;
  }
  if (error) why = error.message();
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", options_.listen.ToString(), ": ", why));
}

void WebSocketServer::Impl::Run() {
  ScheduleTick();
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& exception) {
      // websocketpp throws when a socket ends at a moment it did not expect; the others go on.
      log_(LogLevel::kError, absl::StrCat("socket: ", exception.what()));
    }
  }
  // No handler may be left that refers to what is about to go.
  for (const auto& [key, entry] : std::exchange(sockets_, {})) {
    entry->handler->OnClosed();
    entry->socket->Release();
  }
}

void WebSocketServer::Impl::OnOpen(websocketpp::connection_hdl handle) {
  const WsConnection connection = endpoint_.get_con_from_hdl(handle);
  connection->set_pong_timeout(0);  // CheckAlive does that
  auto entry = std::make_shared<Entry>();
  entry->connection = connection;
  entry->socket = std::make_shared<WsSocket>(connection, options_.max_send_queue_bytes);
  entry->heard_ms = NowMs();
  entry->handler = callbacks_.on_open(entry->socket);
  sockets_[entry.get()] = entry;

  const std::weak_ptr<Entry> weak = entry;
  connection->set_message_handler(
      [this, weak](websocketpp::connection_hdl, const Endpoint::message_ptr& message) {
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

void WebSocketServer::Impl::OnEnd(const EntryPtr& entry) {
  if (sockets_.erase(entry.get()) == 0) return;
  entry->handler->OnClosed();
  entry->socket->Release();
  entry->connection.reset();
  if (sockets_.empty()) callbacks_.on_last_closed();
}

void WebSocketServer::Impl::OnHttp(websocketpp::connection_hdl handle) {
  const WsConnection connection = endpoint_.get_con_from_hdl(handle);
  const HttpResponse response =
      callbacks_.on_http(connection->get_request().get_method(), connection->get_resource());
  connection->set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) connection->append_header(name, value);
  connection->set_body(response.body);
}

void WebSocketServer::Impl::ScheduleTick() {
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    Tick(NowMs());
    ScheduleTick();
  });
}

void WebSocketServer::Impl::Tick(int64_t now_ms) {
  now_ms_ = now_ms;
  std::vector<EntryPtr> entries;
  entries.reserve(sockets_.size());
  for (const auto& [key, entry] : sockets_) entries.push_back(entry);
  for (const EntryPtr& entry : entries) {
    if (entry->socket->closed()) continue;
    entry->handler->OnTick(now_ms);
    CheckAlive(*entry, now_ms);
  }
  callbacks_.on_tick(now_ms);
}

void WebSocketServer::Impl::CheckAlive(Entry& entry, int64_t now_ms) {
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

WebSocketServer::WebSocketServer(WebSocketServerOptions options, Callbacks callbacks, LogSink log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(callbacks), std::move(log))) {}

WebSocketServer::~WebSocketServer() = default;

absl::Status WebSocketServer::Listen() { return impl_->Listen(); }

uint16_t WebSocketServer::port() const { return impl_->port(); }

void WebSocketServer::Run() { impl_->Run(); }

void WebSocketServer::Post(std::function<void()> task) {
  boost::asio::post(impl_->io(), std::move(task));
}

void WebSocketServer::Stop() { impl_->io().stop(); }

void WebSocketServer::StopListening() { impl_->StopListening(); }

size_t WebSocketServer::connection_count() const { return impl_->connection_count(); }

int64_t WebSocketServer::NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace ypp::transport
