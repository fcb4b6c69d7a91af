// Asks another server who may open what.
//
//   POST <url>   {"document": "notes", "token": "...", "renewal": false}
//   2xx          {"readOnly": false, "tier": "team", "user": "ada", "tenant": "acme",
//                "expiresAt": 1700000000000}; all may be left out; an empty body grants all
//   401, 403     {"reason": "..."}, may be left out; the client is told the reason
//   anything else, or no answer in time: denied, and logged
//
// Every document connection and every renewal asks; caching_authenticator.h keeps answers. A server
// that cannot be reached, or hangs up, is tried kRetries times more, one that does not answer in
// time is not.
#ifndef YPP_TRANSPORT_URL_AUTHENTICATOR_H_
#define YPP_TRANSPORT_URL_AUTHENTICATOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "transport/authenticator.h"

namespace ypp::transport {

class HttpClient;

class UrlAuthenticator : public Authenticator {
 public:
  static constexpr int kRetries = 2;

  // InvalidArgument for a URL that cannot be used.
  static absl::StatusOr<std::unique_ptr<UrlAuthenticator>> Create(std::string url,
                                                                  int64_t timeout_ms = 5'000);
  ~UrlAuthenticator() override;

  void Authenticate(AuthRequest request, Done done) override;

 private:
  UrlAuthenticator(std::string url, int64_t timeout_ms);
  void Ask(std::string body, int retries, Done done);

  const std::string url_;
  const int64_t timeout_ms_;
  std::unique_ptr<HttpClient> client_;
};

// What an answer means.
absl::StatusOr<Grant> ReadGrant(int status, const std::string& body);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_URL_AUTHENTICATOR_H_
