// The change of a text as a delta.
#ifndef YPP_CRDT_CHANGED_TEXT_H_
#define YPP_CRDT_CHANGED_TEXT_H_

#include "crdt/change_set.h"
#include "crdt/delta.h"

namespace ypp::internal {

// Inserted content with its formats, and what formats changed on the rest. A format that the
// transaction added and that changes nothing is deleted on the way; that is a transaction of its
// own, opened in any case. REQUIRES: during the commit of the transaction. Source:
// YTextEvent.delta, yjs src/types/YText.js.
TextDelta ChangeOfText(const ChangeSet& changes, TypeIndex text);

}  // namespace ypp::internal

#endif  // YPP_CRDT_CHANGED_TEXT_H_
