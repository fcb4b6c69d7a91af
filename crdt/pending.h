// What came before its dependencies: structs and deletions that wait. Yjs: pendingStructs and
// pendingDs.
#ifndef YPP_CRDT_PENDING_H_
#define YPP_CRDT_PENDING_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/delete_set.h"
#include "codec/id.h"

namespace ypp::internal {

struct Pending {
  // Structs, as updates without deletions in the dialect kV1Any. Kept apart and merged now and
  // then, so that one more costs what it weighs and not what all weigh.
  std::vector<std::string> updates;
  // Client -> the lowest clock that is waited for. When the client's state passes it, the updates
  // are tried again.
  absl::flat_hash_map<ClientId, ypp::Clock> missing;
  // Deletions of structs that are not here yet, by client, sorted and joined.
  absl::flat_hash_map<ClientId, std::vector<ClockRange>> deletes;

  bool empty() const { return updates.empty() && deletes.empty(); }
  size_t size_bytes() const {
    size_t size = 0;
    for (const std::string& update : updates) size += update.size();
    for (const auto& [client, ranges] : deletes) size += ranges.size() * sizeof(ClockRange);
    return size;
  }
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_PENDING_H_
