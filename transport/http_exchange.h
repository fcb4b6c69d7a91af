// The HTTP request with which a connection begins, as bytes, and the answer to it; also when the
// request is a WebSocket's opening handshake (RFC 6455, section 4.2). On websocketpp's parser.
//
// Thread-compatible.
#ifndef YPP_TRANSPORT_HTTP_EXCHANGE_H_
#define YPP_TRANSPORT_HTTP_EXCHANGE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "transport/http_message.h"

namespace ypp::transport {

inline constexpr int kSwitchingProtocols = 101;

class HttpRequestReader {
 public:
  // A body that is announced to be larger is refused with 413; a head of more than 16,000 bytes
  // with 431.
  explicit HttpRequestReader(size_t max_body_bytes);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  // How many of the bytes were the request's: all, unless it ends among them.
  // REQUIRES: it is neither done nor refused
  size_t Read(std::string_view bytes);

  bool done() const;
  // The status to refuse what cannot be a request with; 0: none.
  int refusal() const { return refusal_; }
  // Its head is there, and says that a body follows.
  bool announces_body() const;

  // REQUIRES: done()
  HttpRequest request() const;
  bool wants_websocket() const;
  // What answers the handshake: 101 with what belongs to it, or what it is refused with.
  // REQUIRES: wants_websocket()
  HttpResponse Handshake() const;

 private:
  struct Parser;

  const std::unique_ptr<Parser> parser_;
  int refusal_ = 0;
};

std::string ResponseBytes(const HttpResponse& response);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HTTP_EXCHANGE_H_
