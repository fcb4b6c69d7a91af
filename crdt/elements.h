// The sequence of a type as a list of values: what arrays and XML fragments have in common.
//
// Edits are for handles that can be used as `base` (values.h, IsA); they check everything first and
// change nothing when they fail.
#ifndef YPP_CRDT_ELEMENTS_H_
#define YPP_CRDT_ELEMENTS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp::internal {

uint32_t ElementCount(const SharedType& list);
// Undefined when there is none.
Value ElementAt(const SharedType& list, uint32_t index);
// From `start` up to before `end`; negative ones count from the end. What lies outside of the list
// is left out.
std::vector<Value> SliceElements(const SharedType& list, int64_t start, int64_t end);
void ForEachElement(const SharedType& list, const std::function<void(const Value&)>& visit);

absl::Status InsertElements(const SharedType& list, TypeKind base, uint32_t index,
                            absl::Span<const Value> values);
// At the very end, behind deleted elements.
absl::Status PushElements(const SharedType& list, TypeKind base, absl::Span<const Value> values);
// Directly behind `child`, a type of this list, or before everything when `child` is undefined or
// null.
absl::Status InsertElementsAfter(const SharedType& list, TypeKind base, const Value& child,
                                 absl::Span<const Value> values);
absl::Status DeleteElements(const SharedType& list, TypeKind base, uint32_t index, uint32_t length);

}  // namespace ypp::internal

#endif  // YPP_CRDT_ELEMENTS_H_
