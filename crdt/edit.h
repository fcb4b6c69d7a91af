// Local edits: new structs of the document's own client.
#ifndef YPP_CRDT_EDIT_H_
#define YPP_CRDT_EDIT_H_

#include <string_view>

#include "codec/struct_view.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// The document's own client: whose clocks local edits take.
ClientIndex OwnClient(DocState& doc);

// Where a local edit goes: between two neighbours of a sequence, or behind the current value of a
// key.
struct InsertionPoint {
  TypeIndex parent = kNoIndex;
  KeyIndex key = kNoIndex;
  ItemRef left = ItemRef::kNone;
  ItemRef right = ItemRef::kNone;
};

// What is inserted. `bytes` is the content as the byte store keeps it; a kType makes an empty type
// of `type`, with `name` if it has one.
struct NewContent {
  codec::StructKind kind = codec::StructKind::kAny;
  Clock length = 1;
  std::string_view bytes = {};
  TypeKind type = TypeKind::kMap;
  KeyIndex name = kNoIndex;
  // `bytes` are in the byte store already, and stay where they are.
  bool shared = false;
};

// Inserts at `at` and moves `at.left` behind what was inserted. Content that continues the client's
// last run grows that run instead of making an item. Returns the item that holds the content.
// REQUIRES: inside a transaction.
ItemRef InsertContent(DocState& doc, InsertionPoint& at, const NewContent& content);

// The same where a transaction would have nothing to tell and nothing to tidy up at its end, for
// text or values in a sequence.
inline bool NeedsNoTransaction(const DocState& doc, const TypeRecord& type) {
  return doc.is_unwatched() && (type.is_root() || !doc.items[type.item].deleted());
}
// REQUIRES: NeedsNoTransaction(type).
ItemRef InsertUnwatched(DocState& doc, InsertionPoint& at, const NewContent& content);

// Inserts text where the editor of a text without formats inserts it. REQUIRES: inside a
// transaction, or the text needs none; index <= length of the text; `units` is the length of the
// UTF-8 in UTF-16 units, and not 0.
void InsertText(DocState& doc, TypeIndex text, Clock index, std::string_view utf8, Clock units);

// The place directly behind `index` visible units, before deleted items there. If that cuts an
// item, something has to be inserted between the halves.
InsertionPoint PointAfter(DocState& doc, TypeIndex parent, Clock index);
// The same, behind them: where Yjs inserts text.
InsertionPoint PointAfterDeleted(DocState& doc, TypeIndex parent, Clock index);
// Behind everything.
InsertionPoint PointAtEnd(DocState& doc, TypeIndex parent);
InsertionPoint PointAtKey(DocState& doc, TypeIndex parent, KeyIndex key);

// Deletes `length` visible units from `index` on. REQUIRES: they are there.
void DeleteRange(DocState& doc, TypeIndex parent, Clock index, Clock length);

}  // namespace ypp::internal

#endif  // YPP_CRDT_EDIT_H_
