// Values into a document: as elements of a sequence or as entries by key. What is written was
// checked before (check_values.h).
#ifndef YPP_CRDT_INSERT_VALUES_H_
#define YPP_CRDT_INSERT_VALUES_H_

#include <string_view>

#include "absl/types/span.h"
#include "crdt/doc_state.h"
#include "crdt/edit.h"
#include "crdt/new_type.h"
#include "crdt/value.h"

namespace ypp::internal {

// Whether the value can share an item with others: whether it is JSON-like.
inline bool IsPacked(const Value& value) {
  const Any* any = value.if_any();
  return any != nullptr && any->if_bytes() == nullptr;
}

// Inserts such a one. REQUIRES: NeedsNoTransaction (edit.h).
void InsertUnwatched(DocState& doc, InsertionPoint& at, const Any& value);

// All others REQUIRE a transaction.

// Inserts the values behind `at.left`, packed as Yjs packs them: JSON-like values that follow each
// other share an item, everything else stands alone.
void InsertValues(DocState& doc, InsertionPoint& at, absl::Span<const Value> values);

// Makes `value` the current one of the key.
void SetEntry(DocState& doc, TypeIndex parent, std::string_view key, const Value& value);

// Inserts the type and then its content: children or text, then entries. That is the order of their
// clocks in Yjs.
SharedType InsertNewType(DocState& doc, InsertionPoint& at, const NewType& type);

inline NewType EmptyType(TypeKind kind) { return {kind, {}, {}, {}, {}}; }

}  // namespace ypp::internal

#endif  // YPP_CRDT_INSERT_VALUES_H_
