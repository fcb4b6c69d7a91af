// Who writes under which client id in one document, so that nobody writes in the name of another.
//
// An identity is what stays the same when a client comes back: the user that its token names, or
// the token's hash. It owns an id from the first time it shows or uses it until it has been away
// for kRememberMs. Connections of one identity share its ids: a client that reconnects writes on
// before its old socket is found dead.
//
// Time comes from the caller, in milliseconds of a steady clock. Thread-compatible.
#ifndef YPP_TRANSPORT_CLIENT_ID_OWNERS_H_
#define YPP_TRANSPORT_CLIENT_ID_OWNERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/id.h"

namespace ypp::transport {

class ClientIdOwners {
 public:
  // Longer than a laptop is closed on the way to a meeting.
  static constexpr int64_t kRememberMs = 10 * 60'000;
  // A new one comes with every page load; past this the oldest of an identity are let go of.
  static constexpr size_t kMaxIdsPerIdentity = 1'000;

  // Connections of an identity. The empty one is the program's own: it may write as anybody, and
  // owns nothing.
  void Enter(const std::string& identity);
  void Leave(const std::string& identity, int64_t now_ms);

  bool MayWrite(const std::string& identity, ClientId client) const;
  // Unless somebody owns it already. REQUIRES: the identity has entered.
  void Claim(const std::string& identity, ClientId client);
  // Lets go of what nobody came back for.
  void Tick(int64_t now_ms);

  size_t size() const { return owners_.size(); }

 private:
  struct Identity {
    size_t connections = 0;
    int64_t left_ms = 0;  // when there are none
    std::vector<ClientId> ids;  // oldest first
  };

  absl::flat_hash_map<std::string, Identity> identities_;
  absl::flat_hash_map<ClientId, std::string> owners_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_ID_OWNERS_H_
