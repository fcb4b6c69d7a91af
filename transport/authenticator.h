// Who may open which document. Asked for every document of every connection, and again when a
// client sends a new token.
#ifndef YPP_TRANSPORT_AUTHENTICATOR_H_
#define YPP_TRANSPORT_AUTHENTICATOR_H_

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
  std::string tier;  // a name for the operator's own use
  std::string user;  // whom the history names for what is written
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
