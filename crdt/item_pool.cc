#include "crdt/item_pool.h"

#include <algorithm>

namespace ypp::internal {

ItemRef ItemPool::Reuse() {
  ++live_;
  const ItemRef ref = free_;
  Item& item = (*this)[ref];
  free_ = item.right;
  item = Item();
  return ref;
}

void ItemPool::Release(ItemRef ref) {
  Item& item = (*this)[ref];
  item = Item();
  item.right = free_;
  free_ = ref;
  --live_;
}

void ItemPool::Reserve(size_t count) {
  const size_t wanted = next_ + count;
  if (wanted <= capacity()) return;
  AddSlab((wanted - capacity() + kChunkItems - 1) / kChunkItems);
}

void ItemPool::AddSlab(size_t chunks_needed) {
  const size_t chunks = std::max(chunks_needed, std::min(chunks_.size() / 16, kMaxGrowthChunks));
  const size_t size_bytes = chunks * kChunkItems * sizeof(Item);
  slabs_.emplace_back(static_cast<Item*>(::operator new(size_bytes)));
  Item* slab = slabs_.back().get();
  const size_t first = chunks_.size();
  chunks_.resize(first + chunks);
  for (size_t i = 0; i < chunks; ++i) chunks_[first + i] = slab + i * kChunkItems;
}

}  // namespace ypp::internal
