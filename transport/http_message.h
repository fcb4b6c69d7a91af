// An HTTP request and its answer, as the relay's port sees them. Also what a WebSocket began with.
#ifndef YPP_TRANSPORT_HTTP_MESSAGE_H_
#define YPP_TRANSPORT_HTTP_MESSAGE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ypp {

struct HttpRequest {
  std::string method;
  std::string target;  // as it stands in the request line: path and query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string remote_address;  // of the peer of the connection, without its port

  // Percent signs are left as they are.
  std::string_view path() const;
  std::string_view query() const;
  // Whatever the case of its name; nullptr when it was not sent.
  const std::string* Header(std::string_view name) const;
  // Of the query, decoded.
  std::optional<std::string> Parameter(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> Parameters() const;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

using HttpRespond = std::function<void(HttpResponse response)>;

// Undoes percent-encoding; in a query, `+` is a space. nullopt for a `%` that is not followed by
// two hex digits.
std::optional<std::string> DecodePercents(std::string_view text, bool plus_is_space = false);

}  // namespace ypp

#endif  // YPP_TRANSPORT_HTTP_MESSAGE_H_
