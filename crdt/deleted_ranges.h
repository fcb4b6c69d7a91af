// The ranges that a transaction deleted, in order.
#ifndef YPP_CRDT_DELETED_RANGES_H_
#define YPP_CRDT_DELETED_RANGES_H_

#include <vector>

#include "crdt/transaction_state.h"

namespace ypp::internal {

// By client index, then by clock.
bool IsSorted(const DeletedRange* begin, const DeletedRange* end);
// Sorts them that way, and joins those that touch or overlap. In linear time where each client's
// come in their order, as they do in an update.
void SortAndJoin(std::vector<DeletedRange>& deletes);

}  // namespace ypp::internal

#endif  // YPP_CRDT_DELETED_RANGES_H_
