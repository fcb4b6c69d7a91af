// The order-statistic tree over the sequence of a type: index -> item and item -> index in
// logarithmic time, whatever the history.
//
// A leaf stands for a run of neighbouring items (deleted ones too), found by walking Item::right
// from its first; inner nodes carry the visible length below each child. An item knows its leaf, so
// a change is carried up without a search. The tree holds no content and no order of its own: order
// is the linked list, and the tree follows it. All trees of a document share one set of nodes.
//
// Invariants (CheckTree): every item of the sequence belongs to exactly one leaf, runs follow each
// other in list order, every sum is the sum of what is below, only a tree without items has an
// empty leaf.
#ifndef YPP_CRDT_POSITION_TREE_H_
#define YPP_CRDT_POSITION_TREE_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "crdt/item.h"
#include "crdt/item_pool.h"
#include "crdt/type_table.h"

namespace ypp::internal {

class PositionTree {
 public:
  explicit PositionTree(ItemPool& items) : items_(items) {}

  // Makes the tree of a type that has none.
  void Build(TypeRecord& type);
  // Forgets the tree; items keep a stale leaf, so this is for types whose items go too.
  void Destroy(TypeRecord& type);

  // The item that shows the unit `index`. REQUIRES: index < type.length.
  VisiblePlace Find(const TypeRecord& type, Clock index);
  // Visible units before the item. REQUIRES: its type has a tree.
  Clock IndexOf(ItemRef item);

  // To be told after each change of the sequence. The item was linked between its neighbours:
  void Linked(TypeRecord& type, ItemRef item);
  // `right` is about to be joined into `left`, its direct neighbour; links are still as they were:
  void Joining(TypeRecord& type, ItemRef left, ItemRef right);
  // The visible length of an item changed by `delta`. Costs nothing as long as it is the same
  // leaf's again, as with typing: the sums above the leaf learn of it when somebody else needs
  // them.
  void AddVisible(ItemRef item, int64_t delta) { AddVisible(items_[item].leaf, delta); }
  void AddVisible(LeafIndex leaf, int64_t delta) {
    if (leaf != pending_leaf_) {
      CarryUp();
      pending_leaf_ = leaf;
    }
    pending_ += delta;
  }
  // The same if it is the same leaf's again; else false.
  bool AddToPending(LeafIndex leaf, int64_t delta) {
    if (leaf != pending_leaf_) return false;
    pending_ += delta;
    return true;
  }

  absl::Status CheckTree(const TypeRecord& type);

 private:
  using NodeId = uint32_t;  // an index with kLeafBit for leaves
  static constexpr NodeId kLeafBit = 1u << 31;
  // Large enough to make the tree small beside the items, small enough that walking a leaf costs
  // less than the descent.
  static constexpr uint32_t kMaxLeafItems = 16;
  static constexpr uint32_t kMaxChildren = 16;

  struct Leaf {
    NodeId parent = kNoIndex;
    ItemRef first = ItemRef::kNone;
    uint32_t items = 0;
    Clock visible = 0;
  };
  struct Inner {
    NodeId parent = kNoIndex;
    uint32_t count = 0;
    std::array<NodeId, kMaxChildren> children = {};
    std::array<Clock, kMaxChildren> visible;
  };

  static bool IsLeaf(NodeId node) { return (node & kLeafBit) != 0; }
  Leaf& LeafAt(NodeId node) { return leaves_[node & ~kLeafBit]; }
  const Leaf& LeafAt(NodeId node) const { return leaves_[node & ~kLeafBit]; }
  NodeId& ParentOf(NodeId node) { return IsLeaf(node) ? LeafAt(node).parent : inner_[node].parent; }

  LeafIndex NewLeaf();
  NodeId NewInner();
  void Release(NodeId node);
  uint32_t SlotOf(NodeId parent, NodeId child) const;
  // Adds what is pending to the sums. To be called before sums are read and before nodes come or
  // go.
  void CarryUp() {
    if (pending_ != 0) AddToLeaf(pending_leaf_, std::exchange(pending_, 0));
    pending_leaf_ = kNoIndex;
  }
  void AddToLeaf(LeafIndex leaf, int64_t delta);
  void SplitLeaf(TypeRecord& type, LeafIndex leaf);
  // Puts `right` behind `left`, whose sum already lacks what moved to it.
  void InsertBehind(TypeRecord& type, NodeId left, NodeId right, Clock left_visible,
                    Clock right_visible);
  void RemoveLeaf(TypeRecord& type, LeafIndex leaf);
  Clock SumOf(NodeId node) const;

  ItemPool& items_;
  std::vector<Leaf> leaves_;
  std::vector<Inner> inner_;
  std::vector<LeafIndex> free_leaves_;
  std::vector<NodeId> free_inner_;
  // Not yet in the sums of this leaf and those above it.
  LeafIndex pending_leaf_ = kNoIndex;
  int64_t pending_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_POSITION_TREE_H_
