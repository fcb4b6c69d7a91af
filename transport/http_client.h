// Asks other servers over HTTP, for webhooks and authentication.
//
//   HttpCall call;
//   call.url = "https://auth.example/check";
//   call.body = R"({"token":"..."})";
//   client.Fetch(call, [](absl::StatusOr<HttpResponse> response) { ... });
//
// Has a thread of its own, on which answers come. Certificates are checked against those of the
// system. Redirections are not followed: a secret sent to one place is not meant for another.
#ifndef YPP_TRANSPORT_HTTP_CLIENT_H_
#define YPP_TRANSPORT_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/http_message.h"

namespace ypp::transport {

struct HttpUrl {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target = "/";
};
// http:// and https:// only, without user and password.
absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url);

struct HttpCall {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int64_t timeout_ms = 5'000;  // for all of it
};

struct HttpClientOptions {
  size_t max_calls = 64;        // at a time; others wait
  size_t max_waiting = 10'000;  // more are refused
  size_t max_response_bytes = 16u << 20;
};

class HttpClient {
 public:
  using Done = std::function<void(absl::StatusOr<HttpResponse> response)>;

  explicit HttpClient(HttpClientOptions options = {});
  // Calls under way end without an answer.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // From any thread. InvalidArgument for the URL, ResourceExhausted, DeadlineExceeded, Unavailable
  // with the system's words. An answer of the server is OK whatever its status.
  void Fetch(HttpCall call, Done done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HTTP_CLIENT_H_
