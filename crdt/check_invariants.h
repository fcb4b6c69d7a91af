// Re-derives every cached field of a document from what it caches and says what does not fit. For
// tests, fuzzers and debugging: it walks the whole document.
#ifndef YPP_CRDT_CHECK_INVARIANTS_H_
#define YPP_CRDT_CHECK_INVARIANTS_H_

#include "absl/status/status.h"
#include "crdt/doc.h"

namespace ypp {

// Internal with the first broken invariant. REQUIRES: outside a transaction.
absl::Status CheckInvariants(const Doc& doc);

}  // namespace ypp

#endif  // YPP_CRDT_CHECK_INVARIANTS_H_
