// Tokens from a file: who holds one may open the documents it names.
//
//   {
//     "s3cret":      {"tier": "team", "user": "ada"},
//     "for-reading": {"readOnly": true, "documents": ["public/*", "handbook"]}
//   }
//
// "documents" are patterns in which `*` stands for any text, also none and also with slashes. A
// token without them opens only the documents of its own tenant: those whose name begins with
// `tenant_<sha256 of the token, lower-case hex>/`.
//
// "tenant" gives the tenant another name than the hash, so that several tokens can share its
// documents and a token can be replaced; "expiresAt" (milliseconds since 1970) ends the token.
//
// Tokens are kept as their SHA-256, and looked up by that: how long a look-up takes tells nothing
// about a token.
#ifndef YPP_TRANSPORT_TOKEN_AUTHENTICATOR_H_
#define YPP_TRANSPORT_TOKEN_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "transport/authenticator.h"

namespace ypp::transport {

// Lower-case hex.
std::string Sha256Hex(std::string_view text);

// Whether `pattern`, in which `*` stands for any text, covers all of `text`. Linear in space, at
// worst the product in time.
bool MatchesPattern(std::string_view pattern, std::string_view text);

class TokenAuthenticator : public Authenticator {
 public:
  // InvalidArgument says what is wrong with the text, without quoting a token.
  static absl::StatusOr<std::unique_ptr<TokenAuthenticator>> Parse(std::string_view json);
  static absl::StatusOr<std::unique_ptr<TokenAuthenticator>> ReadFile(const std::string& path);

  void Authenticate(AuthRequest request, Done done) override;

  size_t token_count() const { return rights_.size(); }

 private:
  struct Rights {
    Grant grant;
    std::vector<std::string> documents;  // patterns
  };

  absl::flat_hash_map<std::string, Rights> rights_;  // by the hash of the token
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_TOKEN_AUTHENTICATOR_H_
