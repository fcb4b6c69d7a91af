#include "transport/http_client.h"

#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <deque>
#include <thread>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

constexpr int kHttpVersion = 11;

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  HttpUrl parsed;
  parsed.tls = url.substr(0, kTls.size()) == kTls;
  if (!parsed.tls && url.substr(0, kPlain.size()) != kPlain) {
    return absl::InvalidArgumentError("a URL must begin with http:// or https://");
  }
  std::string_view rest = url.substr(parsed.tls ? kTls.size() : kPlain.size());
  const size_t slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) {
    const std::string_view target = rest.substr(slash, rest.find('#') - slash);
    parsed.target = target.empty() || target[0] != '/' ? absl::StrCat("/", Abseil(target))
                                                       : std::string(target);
  }
  if (authority.find('@') != std::string_view::npos) {
    return absl::InvalidArgumentError("a URL must not hold a user or password");
  }
  parsed.port = parsed.tls ? "443" : "80";
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    parsed.port = std::string(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  if (bracket != std::string_view::npos && authority.size() > 2) {
    authority = authority.substr(1, authority.size() - 2);
  }
  parsed.host = std::string(authority);
  if (parsed.host.empty() || parsed.port.empty() ||
      parsed.port.find_first_not_of("0123456789") != std::string::npos) {
    return absl::InvalidArgumentError("a URL must name a host, and a port in digits if any");
  }
  return parsed;
}

namespace {

// One call, from the look-up of the host to the answer. Keeps itself while something is under way.
template <typename Stream>
class Call : public std::enable_shared_from_this<Call<Stream>> {
 public:
  Call(Stream stream, asio::io_context& io, HttpUrl url, const HttpCall& call,
       size_t max_response_bytes, HttpClient::Done done)
      : stream_(std::move(stream)), resolver_(io), url_(std::move(url)), done_(std::move(done)) {
    request_.method_string(call.method);
    request_.version(kHttpVersion);
    request_.target(url_.target);
    const bool default_port = url_.port == (url_.tls ? "443" : "80");
    request_.set(http::field::host, default_port ? url_.host : url_.host + ":" + url_.port);
    request_.set(http::field::user_agent, "ypp-relay");
    for (const auto& [name, value] : call.headers) request_.set(name, value);
    request_.body() = call.body;
    request_.prepare_payload();
    parser_.body_limit(max_response_bytes);
    beast::get_lowest_layer(stream_).expires_after(std::chrono::milliseconds(call.timeout_ms));
  }

  void Start() {
    resolver_.async_resolve(url_.host, url_.port,
                            [self = this->shared_from_this()](auto error, auto places) {
                              if (error) return self->Fail("cannot be found", error);
                              self->Connect(places);
                            });
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  void Connect(const Tcp::resolver::results_type& places) {
    beast::get_lowest_layer(stream_).async_connect(
        places, [self = this->shared_from_this()](auto error, auto) {
          if (error) return self->Fail("cannot be reached", error);
          self->Secure();
        });
  }
  void Secure() {
    if constexpr (kTls) {
      SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str());
      stream_.set_verify_callback(asio::ssl::host_name_verification(url_.host));
      stream_.async_handshake(asio::ssl::stream_base::client,
                              [self = this->shared_from_this()](auto error) {
                                if (error) return self->Fail("has no TLS that is trusted", error);
                                self->Write();
                              });
    } else {
      Write();
    }
  }
  void Write() {
    http::async_write(stream_, request_, [self = this->shared_from_this()](auto error, size_t) {
      if (error) return self->Fail("does not read", error);
      self->Read();
    });
  }
  void Read() {
    http::async_read(stream_, buffer_, parser_,
                     [self = this->shared_from_this()](auto error, size_t) {
                       if (error) return self->Fail("does not answer", error);
                       self->Finish();
                     });
  }
  void Finish() {
    HttpResponse response;
    response.status = static_cast<int>(parser_.get().result_int());
    for (const auto& field : parser_.get()) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(parser_.get().body());
    beast::get_lowest_layer(stream_).close();
    done_(std::move(response));
  }
  void Fail(const char* what, const beast::error_code& error) {
    const std::string text =
        absl::StrCat(Abseil(url_.host), ":", Abseil(url_.port), " ", what, ": ", error.message());
    if (error == beast::error::timeout) {
      done_(absl::DeadlineExceededError(text));
    } else {
      done_(absl::UnavailableError(text));
    }
  }

  Stream stream_;
  Tcp::resolver resolver_;
  HttpUrl url_;
  HttpClient::Done done_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
};

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options)
      : options_(options), tls_(asio::ssl::context::tls_client), work_(io_.get_executor()) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    beast::error_code ignored;
    tls_.set_default_verify_paths(ignored);
    tls_.set_verify_mode(asio::ssl::verify_peer, ignored);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Impl() {
    io_.stop();
    thread_.join();
  }

  void Fetch(HttpCall call, Done done) {
    asio::post(io_, [this, call = std::move(call), done = std::move(done)]() mutable {
      if (waiting_.size() >= options_.max_waiting) {
        done(absl::ResourceExhaustedError("too many calls wait for other servers"));
        return;
      }
      waiting_.emplace_back(std::move(call), std::move(done));
      Next();
    });
  }

 private:
  void Next() {
    while (running_ < options_.max_calls && !waiting_.empty()) {
      auto [call, done] = std::move(waiting_.front());
      waiting_.pop_front();
      ++running_;
      Start(call, [this, done = std::move(done)](absl::StatusOr<HttpResponse> response) {
        --running_;
        done(std::move(response));
        asio::post(io_, [this] { Next(); });
      });
    }
  }
  void Start(const HttpCall& call, Done done) {
    absl::StatusOr<HttpUrl> url = ParseHttpUrl(call.url);
    if (!url.ok()) return done(url.status());
    if (url->tls) {
      Run(beast::ssl_stream<beast::tcp_stream>(io_, tls_), *std::move(url), call, std::move(done));
    } else {
      Run(beast::tcp_stream(io_), *std::move(url), call, std::move(done));
    }
  }
  template <typename Stream>
  void Run(Stream stream, HttpUrl url, const HttpCall& call, Done done) {
    std::make_shared<Call<Stream>>(std::move(stream), io_, std::move(url), call,
                                   options_.max_response_bytes, std::move(done))
        ->Start();
  }

  const HttpClientOptions options_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::deque<std::pair<HttpCall, Done>> waiting_;
  size_t running_ = 0;
  std::thread thread_;
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(options)) {}

HttpClient::~HttpClient() = default;

void HttpClient::Fetch(HttpCall call, Done done) { impl_->Fetch(std::move(call), std::move(done)); }

}  // namespace ypp::transport
