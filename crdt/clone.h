// Copies of shared types, to be inserted somewhere else.
#ifndef YPP_CRDT_CLONE_H_
#define YPP_CRDT_CLONE_H_

#include "crdt/new_type.h"
#include "crdt/shared_type.h"

namespace ypp::internal {

// The content of a type and of those in it, without its history. A sub-document becomes a new one
// with the same guid and options. Types that nest deeper than kMaxAnyDepth become null. REQUIRES:
// valid().
NewType CloneType(const SharedType& type);

}  // namespace ypp::internal

#endif  // YPP_CRDT_CLONE_H_
