// The content of items: from foreign bytes into the byte store, cut, joined, and shown again as a
// StructView.
#ifndef YPP_CRDT_CONTENT_H_
#define YPP_CRDT_CONTENT_H_

#include <string_view>

#include "codec/struct_view.h"
#include "codec/utf.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Sets kind, length and content of `item` from a struct that was read, values in canonical form.
// For kType the new type is made too.
void StoreContent(DocState& doc, const codec::StructView& view, ItemRef item);

// `left` keeps `offset` units of its content, `right` gets the rest. Both have their new lengths
// already.
void CutContent(DocState& doc, Item& left, Item& right, Clock offset);

// Where the first `units` of a text of `length` units end. Costs nothing when all of it is ASCII.
codec::Utf16Cut CutText(std::string_view text, Clock length, Clock units);

// Whether two contents of this kind can become one.
constexpr bool ContentJoins(codec::StructKind kind) {
  return kind == codec::StructKind::kString || kind == codec::StructKind::kAny ||
         kind == codec::StructKind::kJson || kind == codec::StructKind::kDeleted;
}
// Appends the content of `right` to that of `left`. REQUIRES: same kind, and it joins.
void JoinContent(DocState& doc, Item& left, const Item& right);

// The content is not needed any more: the item becomes kDeleted. A type it holds is the caller's to
// collect.
void DropContent(DocState& doc, Item& item);

// The item as it goes on the wire. Views into the document.
void ViewOf(const DocState& doc, const Item& item, codec::StructView* view);

// The value at `offset` of an item that holds values (kAny, kJson, kBinary, kEmbed); strings come
// as one-unit strings, and anything that holds no value as undefined.
Any ValueAt(const DocState& doc, const Item& item, Clock offset);
// The value at `place`, which moves behind it.
Any TakeAny(const DocState& doc, const Item& item, ValuePlace& place);
// Moves `place` on to `offset`. REQUIRES: place.offset <= offset <= item.length.
void SkipValues(const DocState& doc, const Item& item, Clock offset, ValuePlace& place);

TypeKind KindOf(codec::TypeRef ref);
codec::TypeRef RefOf(TypeKind kind);

}  // namespace ypp::internal

#endif  // YPP_CRDT_CONTENT_H_
