// What came before its dependencies: structs and deletions that wait. Yjs: pendingStructs and
// pendingDs.
#ifndef YPP_CRDT_PENDING_H_
#define YPP_CRDT_PENDING_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/delete_set.h"
#include "codec/id.h"
#include "crdt/pending_structs.h"

namespace ypp::internal {

struct Pending {
  PendingStructs structs;
  // Deletions of structs that are not here yet, by client, sorted and joined.
  absl::flat_hash_map<ClientId, std::vector<ClockRange>> deletes;

  bool empty() const { return structs.empty() && deletes.empty(); }
  size_t size_bytes() const {
    size_t size = structs.size_bytes();
    for (const auto& [client, ranges] : deletes) size += ranges.size() * sizeof(ClockRange);
    return size;
  }
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_PENDING_H_
