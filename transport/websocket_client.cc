#include "transport/websocket_client.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_client.hpp>
#include <websocketpp/logger/stub.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

using TlsContext = boost::asio::ssl::context;

// Takes the place of websocketpp's error log: keeps the first entry of an attempt, the only place
// where it says why a connection could not be made. Later entries come from cleaning up.
class FirstError : public websocketpp::log::stub {
 public:
  using stub::stub;
  void write(websocketpp::log::level, const std::string& message) {
    if (first_.empty()) first_ = message;
  }
  void write(websocketpp::log::level, const char* message) {
    if (first_.empty()) first_ = message;
  }
  bool static_test(websocketpp::log::level) const { return true; }
  bool dynamic_test(websocketpp::log::level) { return true; }

  // "asio async_connect error: system:111 (Connection refused)" -> "Connection refused"
  std::string TakeCause() {
    const std::string message = std::exchange(first_, std::string());
    const size_t open = message.find('('), close = message.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) return "";
    return message.substr(open + 1, close - open - 1);
  }

 private:
  std::string first_;
};

template <typename Base>
struct WithFirstError : Base {
  using elog_type = FirstError;
  using alog_type = websocketpp::log::stub;
  struct transport_config : Base::transport_config {
    using elog_type = FirstError;
    using alog_type = websocketpp::log::stub;
  };
  using transport_type = websocketpp::transport::asio::endpoint<transport_config>;
};
using PlainConfig = WithFirstError<websocketpp::config::asio_client>;
using TlsConfig = WithFirstError<websocketpp::config::asio_tls_client>;

// What the handlers of one connection share with its ClientSocket. Handlers hold it while they run,
// so that the socket may be destroyed inside its own event.
struct Shared {
  SocketEvents events;
  bool live = true;  // false once the ClientSocket is gone: the connection only finishes closing
  bool open = false;
};

template <typename Config>
class WebSocket : public ClientSocket {
 public:
  using Endpoint = websocketpp::client<Config>;
  using Connection = typename Endpoint::connection_ptr;

  WebSocket(boost::asio::io_context& io, Endpoint& endpoint, const WebSocketClientOptions& options,
            SocketEvents events)
      : shared_(std::make_shared<Shared>()) {
    shared_->events = std::move(events);
    std::error_code error;
    connection_ = endpoint.get_connection(options.url, error);
    if (error) {
      boost::asio::post(
          io, [shared = shared_, why = error.message()] { End(*shared, kCloseAbnormal, why); });
      return;
    }
    connection_->set_max_message_size(options.max_message_bytes);
    for (const auto& [name, value] : options.headers) connection_->append_header(name, value);
    endpoint.get_elog().TakeCause();
    SetHandlers(endpoint);
    endpoint.connect(connection_);
  }

  ~WebSocket() override {
    shared_->live = false;
    Close(kCloseNormal, "");
  }

  void Send(std::string_view message) override {
    if (!shared_->open) return;
    // An error means that the connection is ending; on_close follows.
    (void)connection_->send(message.data(), message.size(), websocketpp::frame::opcode::binary);
  }

  void Ping() override {
    std::error_code error;
    if (shared_->open) connection_->ping("", error);
  }

  void Close(uint16_t code, const std::string& reason) override {
    std::error_code error;
    // A connection that is not open yet cannot be told; SetHandlers closes it as soon as it opens.
    if (shared_->open) connection_->close(code, reason, error);
    shared_->open = false;
  }

  size_t buffered_bytes() const override {
    return connection_ ? connection_->get_buffered_amount() : 0;
  }

 private:
  void SetHandlers(Endpoint& endpoint) {
    const std::shared_ptr<Shared> shared = shared_;
    const std::weak_ptr<typename Connection::element_type> weak = connection_;
    connection_->set_open_handler([shared, weak](websocketpp::connection_hdl) {
      if (shared->live) {
        // Messages are small and someone waits for each.
        boost::system::error_code ignored;
        if (Connection connection = weak.lock())
          connection->get_raw_socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
        shared->open = true;
        shared->events.on_open();
      } else if (Connection connection = weak.lock()) {
        std::error_code error;
        connection->close(kCloseNormal, "", error);
      }
    });
    connection_->set_message_handler(
        [shared](websocketpp::connection_hdl, typename Endpoint::message_ptr message) {
          // The protocol is binary; text is not ours.
          if (shared->live && message->get_opcode() == websocketpp::frame::opcode::binary)
            shared->events.on_message(message->get_payload());
        });
    connection_->set_pong_handler([shared](websocketpp::connection_hdl, std::string) {
      if (shared->live) shared->events.on_pong();
    });
    connection_->set_close_handler([shared, weak](websocketpp::connection_hdl) {
      if (Connection connection = weak.lock())
        End(*shared, connection->get_remote_close_code(), EndReason(*connection));
    });
    connection_->set_fail_handler([shared, weak, &endpoint](websocketpp::connection_hdl) {
      const std::string cause = endpoint.get_elog().TakeCause();
      if (Connection connection = weak.lock())
        End(*shared, kCloseAbnormal, FailReason(*connection, cause));
    });
  }

  static void End(Shared& shared, uint16_t code, const std::string& reason) {
    shared.open = false;
    if (std::exchange(shared.live, false)) shared.events.on_close(code, reason);
  }

  static std::string EndReason(const typename Connection::element_type& connection) {
    const std::string reason = connection.get_remote_close_reason();
    return reason.empty() ? connection.get_ec().message() : reason;
  }

  // "Connection refused", "HTTP 403", "TLS handshake failed (self-signed certificate)".
  static std::string FailReason(typename Connection::element_type& connection,
                                const std::string& cause) {
    if constexpr (std::is_same_v<Config, TlsConfig>) {
      const long verified = SSL_get_verify_result(connection.get_socket().native_handle());
      if (verified != X509_V_OK)
        return absl::StrCat("TLS handshake failed (", X509_verify_cert_error_string(verified), ")");
    }
    const int http_status = connection.get_response_code();
    if (http_status != 0 && http_status != 101) return absl::StrCat("HTTP ", http_status);
    return cause.empty() ? connection.get_ec().message() : cause;
  }

  std::shared_ptr<Shared> shared_;
  Connection connection_;
};

absl::StatusOr<std::shared_ptr<TlsContext>> MakeTlsContext(const std::string& host,
                                                           const std::string& ca_file) {
  auto context = std::make_shared<TlsContext>(TlsContext::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  if (ca_file.empty()) {
    context->set_default_verify_paths(error);
  } else {
    context->load_verify_file(ca_file, error);
  }
  if (error)
    return absl::InvalidArgumentError(absl::StrCat("cannot read certificates from ",
                                                   ca_file.empty() ? "the system" : ca_file, ": ",
                                                   error.message()));
  context->set_verify_mode(boost::asio::ssl::verify_peer);
  X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(context->native_handle());
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size());
  return context;
}

template <typename Config>
std::shared_ptr<websocketpp::client<Config>> MakeEndpoint(boost::asio::io_context& io) {
  auto endpoint = std::make_shared<websocketpp::client<Config>>();
  std::error_code error;
  endpoint->init_asio(&io, error);
  endpoint->set_user_agent("ypp");
  return endpoint;
}

// Header names and values go onto the wire as they are: a line break in one would be another
// header.
bool UsableHeader(const std::pair<std::string, std::string>& header) {
  const auto is_clean = [](const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  };
  return !header.first.empty() && header.first.find(':') == std::string::npos &&
         is_clean(header.first) && is_clean(header.second);
}

}  // namespace

absl::StatusOr<OpenSocket> WebSocketOpener(boost::asio::io_context& io,
                                           const WebSocketClientOptions& options) {
  const websocketpp::uri uri(options.url);
  const bool is_websocket =
      options.url.compare(0, 5, "ws://") == 0 || options.url.compare(0, 6, "wss://") == 0;
  if (!uri.get_valid() || !is_websocket || uri.get_host().empty())
    return absl::InvalidArgumentError(
        absl::StrCat("not a ws:// or wss:// URL: \"", options.url, "\""));
  for (const auto& header : options.headers) {
    if (!UsableHeader(header))
      return absl::InvalidArgumentError(absl::StrCat("not an HTTP header: \"", header.first, "\""));
  }

  if (!uri.get_secure()) {
    auto endpoint = MakeEndpoint<PlainConfig>(io);
    return OpenSocket([&io, endpoint,
                       options](SocketEvents events) -> std::unique_ptr<ClientSocket> {
      return std::make_unique<WebSocket<PlainConfig>>(io, *endpoint, options, std::move(events));
    });
  }
  absl::StatusOr<std::shared_ptr<TlsContext>> context =
      MakeTlsContext(uri.get_host(), options.ca_file);
  if (!context.ok()) return context.status();
  auto endpoint = MakeEndpoint<TlsConfig>(io);
  endpoint->set_tls_init_handler(
      [context = *context](websocketpp::connection_hdl) { return context; });
  return OpenSocket([&io, endpoint, options](SocketEvents events) -> std::unique_ptr<ClientSocket> {
    return std::make_unique<WebSocket<TlsConfig>>(io, *endpoint, options, std::move(events));
  });
}

}  // namespace ypp::transport
