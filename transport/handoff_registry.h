// One-time tokens that carry a session to another device.
//
// Issue gives a token for one document. Whoever redeems it, once and in time, gets a session token,
// which opens that document and no other until it expires. Of both only the SHA-256 is kept, in
// memory: a relay that starts again has forgotten them.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_HANDOFF_REGISTRY_H_
#define YPP_TRANSPORT_HANDOFF_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "transport/authenticator.h"

namespace ypp::transport {

// Long enough to pick up a phone, short enough that a link found later is worth nothing.
inline constexpr int64_t kDefaultHandoffTtlMs = 5 * 60'000;
inline constexpr int64_t kMinHandoffTtlMs = 10'000;
inline constexpr int64_t kMaxHandoffTtlMs = 30 * 60'000;
// Of the session token: an evening's work. Then a new handoff is needed.
inline constexpr int64_t kHandoffSessionTtlMs = 4 * 3'600'000;
// Tokens of one document that may wait, those of one tenant with the sessions they gave, and all of
// these. Each takes some 200 bytes.
inline constexpr size_t kMaxHandoffsPerDocument = 32;
inline constexpr size_t kMaxHandoffsPerTenant = 1'000;
inline constexpr size_t kMaxHandoffs = 100'000;

struct IssuedHandoff {
  std::string token;
  int64_t expires_at_ms = 0;  // milliseconds since 1970
};

struct RedeemedHandoff {
  std::string document;
  std::string session_token;
  int64_t expires_at_ms = 0;
  bool read_only = false;
};

class HandoffRegistry {
 public:
  // Milliseconds since 1970.
  explicit HandoffRegistry(std::function<int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

  // `grant` is what the issuer may do, and so what the other device may do. The lifetime is
  // clamped; 0: the default. ResourceExhausted when there are too many.
  absl::StatusOr<IssuedHandoff> Issue(const std::string& document, Grant grant, int64_t ttl_ms);
  // NotFound for a token that never was or is long gone, FailedPrecondition for one that was used,
  // DeadlineExceeded for one that has expired.
  absl::StatusOr<RedeemedHandoff> Redeem(std::string_view token);

  struct Session {
    std::string document;
    Grant grant;
  };
  // nullptr: no session token, or one that has expired. Good until the next call.
  const Session* FindSession(std::string_view session_token);

 private:
  struct Handoff {
    Session session;
    int64_t expires_at_ms = 0;
    bool used = false;
  };
  // Of a document of no tenant it is the document itself.
  static std::string TenantKey(const std::string& document);
  void Forget(absl::flat_hash_map<std::string, size_t>& counts, const std::string& key);
  void Clean();

  const std::function<int64_t()> now_ms_;
  absl::flat_hash_map<std::string, Handoff> handoffs_;  // by the hash of the token
  absl::flat_hash_map<std::string, Session> sessions_;
  absl::flat_hash_map<std::string, size_t> waiting_of_document_;  // handoffs not used
  absl::flat_hash_map<std::string, size_t> of_tenant_;            // handoffs and sessions
  int64_t cleaned_at_ms_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HANDOFF_REGISTRY_H_
