// Who may open which document. Asked for every document of every connection, and again when a
// client sends a new token.
#ifndef YPP_TRANSPORT_AUTHENTICATOR_H_
#define YPP_TRANSPORT_AUTHENTICATOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ypp::transport {

// What a client is told that has no right and no need to know more.
inline constexpr std::string_view kReasonPermissionDenied = "permission-denied";

struct AuthRequest {
  std::string document;
  std::string token;
  bool renewal = false;  // the connection is already open
};

struct Grant {
  bool read_only = false;
  std::string tier;  // see tier_limits.h
  std::string user;  // whom the history names for what is written
  // Whose `tenant_<tenant>/` documents the token opens. Empty: those of the token's SHA-256.
  std::string tenant;
  // Milliseconds since 1970, when the client must show its token again. 0: never.
  int64_t expires_at_ms = 0;
};

class Authenticator {
 public:
  // PermissionDenied: the message is the reason the client gets. Any other error is logged, and the
  // client gets kReasonPermissionDenied. To be called once, from any thread, inside Authenticate or
  // later.
  using Done = std::function<void(absl::StatusOr<Grant> grant)>;

  virtual ~Authenticator() = default;
  virtual void Authenticate(AuthRequest request, Done done) = 0;
};

// Any token, any document.
class OpenAuthenticator : public Authenticator {
 public:
  void Authenticate(AuthRequest, Done done) override { done(Grant{}); }
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_AUTHENTICATOR_H_
