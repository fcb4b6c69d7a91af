// Bringing deleted content back: a copy under a new id, at the place where the deleted item was.
//
// Source: redoItem, yjs src/structs/Item.js.
#ifndef YPP_CRDT_REDO_ITEM_H_
#define YPP_CRDT_REDO_ITEM_H_

#include <functional>

#include "absl/container/flat_hash_set.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

struct RedoContext {
  // All items that the step brings back: a type among them is brought back before what it holds.
  const absl::flat_hash_set<ItemRef>& items;
  // Whether a later value of a key may be replaced: undo itself deletes it, or deleted it.
  std::function<bool(LocalId)> replaceable;
  // Values that others set meanwhile are replaced too.
  bool ignore_remote_map_changes = false;
};

// The copy (an earlier one if there is one), or kNone when there is no place for it any more: its
// type stays deleted, or somebody else has set the key since. REQUIRES: inside a transaction;
// `item` is deleted.
ItemRef RedoItem(DocState& doc, ItemRef item, const RedoContext& context);

}  // namespace ypp::internal

#endif  // YPP_CRDT_REDO_ITEM_H_
