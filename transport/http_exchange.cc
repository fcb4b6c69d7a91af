#include "transport/http_exchange.h"

#include <websocketpp/http/request.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "transport/digest.h"

namespace ypp::transport {
namespace {

namespace http = websocketpp::http;

constexpr const char* kVersion = "13";  // the only one since 2011

// What shows that this side knows WebSockets.
std::string AcceptKey(const std::string& key) {
  return absl::Base64Escape(Sha1(absl::StrCat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}

}  // namespace

struct HttpRequestReader::Parser : http::parser::request {};

HttpRequestReader::HttpRequestReader(size_t max_body_bytes) : parser_(std::make_unique<Parser>()) {
  parser_->set_max_body_size(max_body_bytes);
}

HttpRequestReader::~HttpRequestReader() = default;

size_t HttpRequestReader::Read(std::string_view bytes) {
  try {
    return parser_->consume(bytes.data(), bytes.size());
  } catch (const http::exception& exception) {
    refusal_ = exception.m_error_code;
    return bytes.size();
  }
}

bool HttpRequestReader::done() const { return parser_->ready(); }

bool HttpRequestReader::announces_body() const {
  return !parser_->get_header("Content-Length").empty();
}

HttpRequest HttpRequestReader::request() const {
  HttpRequest request;
  request.method = parser_->get_method();
  request.target = parser_->get_uri();
  request.headers.assign(parser_->get_headers().begin(), parser_->get_headers().end());
  request.body = parser_->get_body();
  return request;
}

bool HttpRequestReader::wants_websocket() const {
  const std::string protocols = absl::AsciiStrToLower(parser_->get_header("Upgrade"));
  const std::string options = absl::AsciiStrToLower(parser_->get_header("Connection"));
  return absl::StrContains(protocols, "websocket") && absl::StrContains(options, "upgrade");
}

HttpResponse HttpRequestReader::Handshake() const {
  const std::string& key = parser_->get_header("Sec-WebSocket-Key");
  if (parser_->get_method() != "GET" || parser_->get_version() != "HTTP/1.1" || key.empty()) {
    return {http::status_code::bad_request, "", {}};
  }
  if (parser_->get_header("Sec-WebSocket-Version") != kVersion) {
    return {http::status_code::upgrade_required, "", {{"Sec-WebSocket-Version", kVersion}}};
  }
  return {kSwitchingProtocols,
          "",
          {{"Upgrade", "websocket"},
           {"Connection", "Upgrade"},
           {"Sec-WebSocket-Accept", AcceptKey(key)}}};
}

std::string ResponseBytes(const HttpResponse& response) {
  const auto status = static_cast<http::status_code::value>(response.status);
  std::string bytes =
      absl::StrCat("HTTP/1.1 ", response.status, " ", http::status_code::get_string(status), "\r\n",
                   "Server: ypp-relay\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  }
  if (response.status != kSwitchingProtocols) {
    // One request is all that a connection is for.
    absl::StrAppend(&bytes, "Connection: close\r\nContent-Length: ", response.body.size(), "\r\n");
  }
  absl::StrAppend(&bytes, "\r\n", response.body);
  return bytes;
}

}  // namespace ypp::transport
