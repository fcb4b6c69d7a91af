// The relay's side of awareness for one document: who is there, kept and passed on as the bytes in
// which it came. y-protocols, awareness.js, without its parsing of states.
//
// 1. An entry is taken when its clock is larger than the known one (0 for an unknown client), or
//    equal and it says `null` for a client that is present. Everything else is old news and goes
//    nowhere.
// 2. A present client belongs to the member that introduced it, or that took it over with a newer
//    state, as a client does that reconnects before its old socket is found dead.
// 3. When that member leaves, its clients are said to be gone with their clock unchanged. Only a
//    client itself raises its clock.
// 4. A client not renewed for timeout_ms is gone as well. Clocks of the gone are remembered as
//    long, so that a late message does not bring them back.
//
// Time comes from the caller, in milliseconds of a steady clock. Thread-compatible.
#ifndef YPP_TRANSPORT_AWARENESS_TABLE_H_
#define YPP_TRANSPORT_AWARENESS_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/id.h"
#include "transport/member_id.h"

namespace ypp::transport {

struct AwarenessLimits {
  int64_t timeout_ms = 30'000;         // that of y-protocols; clients renew every 15 s
  size_t max_update_bytes = 1u << 20;  // of one message; cursors and names take a few hundred bytes
  size_t max_clients_per_member = 256;  // a provider has one
};

// What changed, and the update that says so to others; both empty when nothing did.
struct AwarenessNews {
  std::string update;
  std::vector<ClientId> added;
  std::vector<ClientId> updated;
  std::vector<ClientId> removed;
};

class AwarenessTable {
 public:
  explicit AwarenessTable(AwarenessLimits limits = {}) : limits_(limits) {}

  // Takes in what a member says. The result's update is to be passed on to everybody. All or
  // nothing: DataLoss for bytes that are no awareness update or a state that is no JSON (which
  // would throw in the clients it is passed on to), ResourceExhausted past a limit.
  absl::StatusOr<AwarenessNews> Apply(MemberId member, codec::Bytes update, int64_t now_ms);

  // Says that the member's clients are gone.
  AwarenessNews RemoveMember(MemberId member);
  // The same for those that were not renewed in time.
  AwarenessNews DropExpired(int64_t now_ms);

  // What is known of these clients now, each once; those who are gone as `null`.
  std::string Encode(std::vector<ClientId> clients) const;
  // All present clients, nullopt when there are none.
  std::optional<std::string> Present() const;

 private:
  static constexpr MemberId kNobody = 0;  // of those who are gone

  struct Entry {
    uint64_t clock = 0;
    std::string state;  // JSON text; "null": gone
    MemberId owner = kNobody;
    int64_t renewed_ms = 0;

    bool gone() const { return state == "null"; }
  };

  bool IsNews(ClientId client, uint64_t clock, bool gone) const;
  bool BelongsTo(ClientId client, MemberId member) const;
  void SetOwner(ClientId client, Entry& entry, MemberId member);

  AwarenessLimits limits_;
  std::map<ClientId, Entry> entries_;
  // The present clients of each member that has any.
  absl::flat_hash_map<MemberId, std::vector<ClientId>> clients_of_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_AWARENESS_TABLE_H_
