#include "crdt/position_tree.h"

#include <algorithm>
#include <string>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "codec/check.h"

namespace ypp::internal {

LeafIndex PositionTree::NewLeaf() {
  if (!free_leaves_.empty()) {
    const LeafIndex leaf = free_leaves_.back();
    free_leaves_.pop_back();
    leaves_[leaf] = Leaf();
    return leaf;
  }
  leaves_.emplace_back();
  return static_cast<LeafIndex>(leaves_.size() - 1);
}

PositionTree::NodeId PositionTree::NewInner() {
  if (!free_inner_.empty()) {
    const NodeId node = free_inner_.back();
    free_inner_.pop_back();
    inner_[node].parent = kNoIndex;
    inner_[node].count = 0;
    return node;
  }
  inner_.emplace_back();
  return static_cast<NodeId>(inner_.size() - 1);
}

void PositionTree::Release(NodeId node) {
  if (IsLeaf(node)) {
    free_leaves_.push_back(node & ~kLeafBit);
  } else {
    free_inner_.push_back(node);
  }
}

Clock PositionTree::SumOf(NodeId node) const {
  if (IsLeaf(node)) return LeafAt(node).visible;
  const Inner& inner = inner_[node];
  Clock sum = 0;
  for (uint32_t i = 0; i < inner.count; ++i) sum += inner.visible[i];
  return sum;
}

void PositionTree::Build(TypeRecord& type) {
  YPP_DCHECK(type.tree == kNoIndex);
  // Leaves are filled to three quarters, so that the edits that follow do not split each of them at
  // once.
  constexpr uint32_t kFill = kMaxLeafItems * 3 / 4;
  std::vector<NodeId> level;
  ItemRef ref = type.start;
  do {
    const LeafIndex index = NewLeaf();
    Leaf& leaf = leaves_[index];
    leaf.first = ref;
    for (; ref != ItemRef::kNone && leaf.items < kFill; ++leaf.items) {
      Item& item = items_[ref];
      item.leaf = index;
      leaf.visible += item.visible_length();
      ref = item.right;
    }
    level.push_back(index | kLeafBit);
  } while (ref != ItemRef::kNone);

  while (level.size() > 1) {
    std::vector<NodeId> above;
    constexpr uint32_t kFanOut = kMaxChildren * 3 / 4;
    for (size_t i = 0; i < level.size(); i += kFanOut) {
      const NodeId node = NewInner();
      for (size_t j = i; j < std::min<size_t>(i + kFanOut, level.size()); ++j) {
        const Clock sum = SumOf(level[j]);
        Inner& inner = inner_[node];
        inner.children[inner.count] = level[j];
        inner.visible[inner.count++] = sum;
        ParentOf(level[j]) = node;
      }
      above.push_back(node);
    }
    level = std::move(above);
  }
  type.tree = level[0];
}

void PositionTree::Destroy(TypeRecord& type) {
  if (type.tree == kNoIndex) return;
  CarryUp();
  std::vector<NodeId> todo = {type.tree};
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    if (!IsLeaf(node)) {
      const Inner& inner = inner_[node];
      todo.insert(todo.end(), inner.children.begin(), inner.children.begin() + inner.count);
    }
    Release(node);
  }
  type.tree = kNoIndex;
}

VisiblePlace PositionTree::Find(const TypeRecord& type, Clock index) {
  YPP_DCHECK(index < type.length);
  CarryUp();
  NodeId node = type.tree;
  Clock left = index;
  while (!IsLeaf(node)) {
    const Inner& inner = inner_[node];
    uint32_t slot = 0;
    while (left >= inner.visible[slot]) left -= inner.visible[slot++];
    node = inner.children[slot];
  }
  ItemRef ref = LeafAt(node).first;
  for (;;) {
    const Item& item = items_[ref];
    const Clock visible = item.visible_length();
    if (left < visible) return {ref, index - left};
    left -= visible;
    ref = item.right;
  }
}

Clock PositionTree::IndexOf(ItemRef item) {
  CarryUp();
  const LeafIndex leaf = items_[item].leaf;
  Clock index = 0;
  for (ItemRef ref = leaves_[leaf].first; ref != item; ref = items_[ref].right) {
    index += items_[ref].visible_length();
  }
  NodeId child = leaf | kLeafBit;
  for (NodeId parent = leaves_[leaf].parent; parent != kNoIndex; parent = inner_[parent].parent) {
    const Inner& inner = inner_[parent];
    for (uint32_t slot = 0; inner.children[slot] != child; ++slot) index += inner.visible[slot];
    child = parent;
  }
  return index;
}

uint32_t PositionTree::SlotOf(NodeId parent, NodeId child) const {
  // All of them are looked at, as nobody can foretell which one it is. What lies behind the last is
  // old: it may be the same child, but never comes first.
  const Inner& inner = inner_[parent];
  uint32_t found = 0;
  for (uint32_t slot = 0; slot < kMaxChildren; ++slot)
    found |= static_cast<uint32_t>(inner.children[slot] == child) << slot;
  return static_cast<uint32_t>(absl::countr_zero(found));
}

void PositionTree::AddToLeaf(LeafIndex leaf, int64_t delta) {
  leaves_[leaf].visible += static_cast<Clock>(delta);
  NodeId child = leaf | kLeafBit;
  for (NodeId parent = leaves_[leaf].parent; parent != kNoIndex; parent = inner_[parent].parent) {
    inner_[parent].visible[SlotOf(parent, child)] += static_cast<Clock>(delta);
    child = parent;
  }
}

void PositionTree::Linked(TypeRecord& type, ItemRef ref) {
  Item& item = items_[ref];
  LeafIndex leaf;
  if (item.left != ItemRef::kNone) {
    leaf = items_[item.left].leaf;
  } else {
    // The first item of the sequence goes into the leaf of the one it came before, or into the
    // empty tree's only leaf.
    leaf = item.right != ItemRef::kNone ? items_[item.right].leaf : (type.tree & ~kLeafBit);
    leaves_[leaf].first = ref;
  }
  item.leaf = leaf;
  ++leaves_[leaf].items;
  if (const Clock visible = item.visible_length(); visible > 0) AddVisible(ref, visible);
  if (leaves_[leaf].items > kMaxLeafItems) SplitLeaf(type, leaf);
}

void PositionTree::Joining(TypeRecord& type, ItemRef left, ItemRef right) {
  const Item& gone = items_[right];
  const LeafIndex from = gone.leaf;
  const LeafIndex to = items_[left].leaf;
  if (from != to) {
    if (const int64_t visible = gone.visible_length(); visible > 0) {
      AddVisible(right, -visible);
      AddVisible(left, visible);
    }
    // It was the first of its run, since the one before belongs to another.
    leaves_[from].first = gone.right;
  }
  if (--leaves_[from].items == 0) RemoveLeaf(type, from);
}

void PositionTree::SplitLeaf(TypeRecord& type, LeafIndex old_leaf) {
  CarryUp();
  const LeafIndex new_leaf = NewLeaf();
  Leaf& left = leaves_[old_leaf];
  Leaf& right = leaves_[new_leaf];
  const uint32_t keep = left.items / 2;
  right.items = left.items - keep;
  ItemRef ref = left.first;
  for (uint32_t i = 0; i < keep; ++i) ref = items_[ref].right;
  right.first = ref;
  for (uint32_t i = 0; i < right.items; ++i) {
    Item& item = items_[ref];
    item.leaf = new_leaf;
    right.visible += item.visible_length();
    ref = item.right;
  }
  left.items = keep;
  left.visible -= right.visible;
  InsertBehind(type, old_leaf | kLeafBit, new_leaf | kLeafBit, left.visible, right.visible);
}

void PositionTree::InsertBehind(TypeRecord& type, NodeId left, NodeId right, Clock left_visible,
                                Clock right_visible) {
  NodeId parent = ParentOf(left);
  if (parent == kNoIndex) {
    const NodeId root = NewInner();
    inner_[root].count = 2;
    inner_[root].children[0] = left;
    inner_[root].children[1] = right;
    inner_[root].visible[0] = left_visible;
    inner_[root].visible[1] = right_visible;
    ParentOf(left) = root;
    ParentOf(right) = root;
    type.tree = root;
    return;
  }
  if (inner_[parent].count == kMaxChildren) {
    const NodeId sibling = NewInner();
    Inner& full = inner_[parent];
    Inner& half = inner_[sibling];
    constexpr uint32_t kKeep = kMaxChildren / 2;
    half.count = full.count - kKeep;
    for (uint32_t i = 0; i < half.count; ++i) {
      half.children[i] = full.children[kKeep + i];
      half.visible[i] = full.visible[kKeep + i];
      ParentOf(half.children[i]) = sibling;
    }
    full.count = kKeep;
    InsertBehind(type, parent, sibling, SumOf(parent), SumOf(sibling));
    parent = ParentOf(left);
  }
  Inner& inner = inner_[parent];
  const uint32_t slot = SlotOf(parent, left);
  for (uint32_t i = inner.count; i > slot + 1; --i) {
    inner.children[i] = inner.children[i - 1];
    inner.visible[i] = inner.visible[i - 1];
  }
  ++inner.count;
  inner.visible[slot] = left_visible;
  inner.children[slot + 1] = right;
  inner.visible[slot + 1] = right_visible;
  ParentOf(right) = parent;
}

void PositionTree::RemoveLeaf(TypeRecord& type, LeafIndex leaf) {
  CarryUp();
  NodeId child = leaf | kLeafBit;
  NodeId parent = leaves_[leaf].parent;
  if (parent == kNoIndex) {  // the only leaf stays, empty
    leaves_[leaf].first = ItemRef::kNone;
    return;
  }
  Release(child);
  while (inner_[parent].count == 1) {  // it held nothing else: it goes too
    child = parent;
    parent = inner_[child].parent;
    YPP_DCHECK(parent != kNoIndex);
    Release(child);
  }
  Inner& inner = inner_[parent];
  for (uint32_t i = SlotOf(parent, child); i + 1 < inner.count; ++i) {
    inner.children[i] = inner.children[i + 1];
    inner.visible[i] = inner.visible[i + 1];
  }
  --inner.count;
  // A root with one child gives way to it.
  while (!IsLeaf(type.tree) && inner_[type.tree].count == 1) {
    const NodeId root = type.tree;
    type.tree = inner_[root].children[0];
    ParentOf(type.tree) = kNoIndex;
    Release(root);
  }
}

absl::Status PositionTree::CheckTree(const TypeRecord& type) {
  CarryUp();
  ItemRef ref = type.start;
  std::vector<NodeId> todo = {type.tree};
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    if (!IsLeaf(node)) {
      const Inner& inner = inner_[node];
      for (uint32_t i = inner.count; i-- > 0;) {
        const NodeId child = inner.children[i];
        const NodeId parent = IsLeaf(child) ? LeafAt(child).parent : inner_[child].parent;
        if (parent != node) return absl::InternalError("tree: child with another parent");
        if (inner.visible[i] != SumOf(child)) return absl::InternalError("tree: wrong sum");
        todo.push_back(child);
      }
      continue;
    }
    const Leaf& leaf = LeafAt(node);
    if (leaf.items == 0 && node != type.tree) return absl::InternalError("tree: empty leaf");
    if (leaf.items > 0 && leaf.first != ref) return absl::InternalError("tree: run out of order");
    Clock visible = 0;
    for (uint32_t i = 0; i < leaf.items; ++i) {
      if (ref == ItemRef::kNone) return absl::InternalError("tree: run past the end");
      const Item& item = items_[ref];
      if ((item.leaf | kLeafBit) != node) return absl::InternalError("tree: item in another leaf");
      visible += item.visible_length();
      ref = item.right;
    }
    if (visible != leaf.visible) return absl::InternalError("tree: wrong leaf sum");
  }
  if (ref != ItemRef::kNone) return absl::InternalError("tree: items behind the last leaf");
  return absl::OkStatus();
}

}  // namespace ypp::internal
