// Which values a local edit may write. Everything is checked before anything changes, so that an
// edit that is refused changes nothing.
#ifndef YPP_CRDT_CHECK_VALUES_H_
#define YPP_CRDT_CHECK_VALUES_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "crdt/doc_state.h"
#include "crdt/value.h"

namespace ypp::internal {

// InvalidArgument for what no document can hold: a type or sub-document that is in a document
// already, a new type whose parts do not fit its kind, strings that are not UTF-8, values or new
// types that nest deeper than kMaxAnyDepth. ResourceExhausted when the document has no room for it.
//
// For what stands anywhere; room is not checked.
absl::Status CheckStorable(const Value& value);
// For the elements of an array and the children of XML; undefined and big integers are refused
// there, as in Yjs.
absl::Status CheckElements(const DocState& doc, absl::Span<const Value> values);
// For the entry of a map, or an attribute.
absl::Status CheckEntry(const DocState& doc, std::string_view key, const Value& value);

}  // namespace ypp::internal

#endif  // YPP_CRDT_CHECK_VALUES_H_
