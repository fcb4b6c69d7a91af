// What the shared types have in common: which handle can be used as what, and values out of items.
#ifndef YPP_CRDT_VALUES_H_
#define YPP_CRDT_VALUES_H_

#include <string>

#include "absl/status/status.h"
#include "codec/any.h"
#include "crdt/doc_state.h"
#include "crdt/value.h"

namespace ypp::internal {

// Whether a type of `kind` can be used as a `base`: an XML text is a text, a hook a map, an element
// a fragment.
bool IsA(TypeKind kind, TypeKind base);

// FailedPrecondition unless the handle's type is there and is a `kind`; ResourceExhausted when the
// document has no room for `more_bytes` of content.
absl::Status CheckUsable(const SharedType& type, TypeKind kind, size_t more_bytes = 0);

// The name of an element or a hook, else empty. A root element has no name of its own and is called
// "UNDEFINED", as in Yjs.
std::string NameOf(const SharedType& type);

// The value at `offset` of an item that was not collected; undefined when it holds none.
Value ReadValue(DocState& doc, const Item& item, Clock offset);
// The value at `place`, which moves behind it.
Value TakeValue(DocState& doc, const Item& item, ValuePlace& place);

// Whether an empty type of this kind can be made without a name.
absl::Status CheckNestable(TypeKind kind);

// The plain content of a type: text and XML as strings. Types that nest deeper than kMaxAnyDepth
// are shown as null (in XML left out), so that no document can exhaust the stack.
Any TypeToAny(const SharedType& type, int depth);

}  // namespace ypp::internal

#endif  // YPP_CRDT_VALUES_H_
