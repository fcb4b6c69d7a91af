// What array and map share: values in and out of items.
#ifndef YPP_CRDT_VALUES_H_
#define YPP_CRDT_VALUES_H_

#include <vector>

#include "absl/status/status.h"
#include "codec/any.h"
#include "crdt/edit.h"
#include "crdt/value.h"

namespace ypp::internal {

// FailedPrecondition unless the handle's type is there and of this kind; ResourceExhausted when the document has no room for
// `more_bytes` of content.
absl::Status CheckUsable(const SharedType& type, TypeKind kind, size_t more_bytes = 0);

// InvalidArgument for a value that no reader would take: nested deeper than kMaxAnyDepth.
absl::Status CheckStorable(const Any& value);

// The value at `offset` of an undeleted, countable item.
Value ReadValue(DocState& doc, const Item& item, Clock offset);

// Inserts the values behind `at.left`, packed as Yjs packs them: JSON-like values that follow each other share an item, byte strings
// stand alone.
void InsertValues(DocState& doc, InsertionPoint& at, const std::vector<Any>& values);

// Inserts an empty type and gives its handle.
SharedType InsertNewType(DocState& doc, InsertionPoint& at, TypeKind kind);

// Whether an empty type of this kind can be made without a name.
absl::Status CheckNestable(TypeKind kind);

// The plain content of a type. Types that nest deeper than kMaxAnyDepth are shown as null, so that no document can exhaust the stack.
Any TypeToAny(const SharedType& type, int depth);

}  // namespace ypp::internal

#endif  // YPP_CRDT_VALUES_H_
