// Where an item goes among very many that were inserted at the same place.
//
// A conflict scan (integrate.cc) passes the items between an item's origin and its right origin.
// When thousands of clients insert at one place, say at the start of a new document, each scan
// would pass thousands, and all of them together millions. Siblings, that is, items with the same
// origin and right origin, lie in the order of their client ids; so with those of one place by id,
// a scan can begin at the last one that comes before the new item.
//
// The index is built when scans turn out to be long, keeps one place, and is dropped as soon as
// something else is inserted into the same list. It is never needed for being right: who has no
// index scans from the origin.
#ifndef YPP_CRDT_SIBLING_INDEX_H_
#define YPP_CRDT_SIBLING_INDEX_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"
#include "codec/id.h"
#include "crdt/item.h"

namespace ypp::internal {

class DocState;

class SiblingIndex {
 public:
  // The sibling at which the scan for an item of `client` can begin; kNone: at the origin.
  ItemRef ScanStart(const Item& item, ClientId client) const {
    return siblings_.empty() || !IsAtPlace(item) ? ItemRef::kNone : LastBefore(client);
  }
  // A scan for `item` began at the item behind its origin, `first`, and passed so many items.
  void Scanned(const DocState& doc, const Item& item, ItemRef first, size_t passed);
  // `item` was put into its list.
  void Linked(const Item& item, ItemRef ref, ClientId client) {
    if (!siblings_.empty() && item.parent == place_.parent) NoteLinked(item, ref, client);
  }
  // `item` is about to be joined into its left neighbour, collected, or given another first clock.
  void Leaving(const Item& item) {
    if (!siblings_.empty() && IsAtPlace(item)) siblings_.clear();
  }

 private:
  struct Place {
    TypeIndex parent = kNoIndex;
    KeyIndex key = kNoIndex;
    LocalId origin;
    LocalId right_origin;
  };

  bool IsAtPlace(const Item& item) const {
    return item.origin == place_.origin && item.right_origin == place_.right_origin &&
           item.parent == place_.parent && item.key == place_.key;
  }
  ItemRef LastBefore(ClientId client) const;
  void NoteLinked(const Item& item, ItemRef ref, ClientId client);
  void Build(const DocState& doc, ItemRef first, ItemRef end);

  Place place_;  // of the last long scan
  // Building costs as much as a dozen scans. So many long ones in a row are waited for: twice as
  // many after each time it was built, one less for each item that it was good for.
  uint32_t scans_ = 0;
  uint32_t patience_ = 1;
  absl::btree_map<ClientId, ItemRef> siblings_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_SIBLING_INDEX_H_
