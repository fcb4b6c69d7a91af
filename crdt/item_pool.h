// The home of all items of a document.
//
// Items never move and are named by 32-bit references. Memory comes in slabs that grow with the
// document (so a small document stays small and a load that reserves needs one allocation) and is
// handed out in chunks of 64 items, found through one table look-up. Released items are used again
// first.
#ifndef YPP_CRDT_ITEM_POOL_H_
#define YPP_CRDT_ITEM_POOL_H_

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "codec/check.h"
#include "crdt/item.h"

namespace ypp::internal {

class ItemPool {
 public:
  ItemPool() = default;
  ItemPool(const ItemPool&) = delete;
  ItemPool& operator=(const ItemPool&) = delete;

  Item& operator[](ItemRef ref) { return *Locate(ref); }
  const Item& operator[](ItemRef ref) const { return *Locate(ref); }

  // A default Item.
  ItemRef Allocate() {
    if (free_ != ItemRef::kNone) return Reuse();
    if (next_ >= capacity()) AddSlab(1);
    ++live_;
    const auto ref = static_cast<ItemRef>(next_++);
    new (Locate(ref)) Item();
    return ref;
  }
  void Release(ItemRef ref);
  // Makes room for `count` more items at once.
  void Reserve(size_t count);

  // Where all items lie in one slab, as after a load: that slab, by the index of an item, which
  // saves who walks from item to item a look-up at each step. Else null.
  const Item* only_slab() const { return slabs_.size() == 1 ? slabs_[0].get() : nullptr; }

  size_t live() const { return live_; }
  size_t capacity() const { return chunks_.size() * kChunkItems; }
  // Every reference below this one was handed out at some time.
  uint32_t end_index() const { return next_; }

 private:
  static constexpr uint32_t kChunkBits = 6;
  static constexpr uint32_t kChunkItems = 1u << kChunkBits;
  // A slab is a sixteenth of what there is, up to 1 MiB, so that growth stays smooth in a large
  // document; or what was asked for.
  static constexpr size_t kMaxGrowthChunks = 256;

  Item* Locate(ItemRef ref) const {
    const uint32_t index = static_cast<uint32_t>(ref);
    YPP_DCHECK(index >= kFirstItem && index < next_);
    return chunks_[index >> kChunkBits] + (index & (kChunkItems - 1));
  }
  ItemRef Reuse();
  void AddSlab(size_t chunks_needed);

  std::vector<Item*> chunks_;
  // Items begin to live when they are allocated: nobody writes to what a load will write to.
  struct FreeSlab {
    void operator()(Item* slab) const { ::operator delete(slab); }
  };
  std::vector<std::unique_ptr<Item, FreeSlab>> slabs_;
  uint32_t next_ = kFirstItem;
  ItemRef free_ = ItemRef::kNone;  // list through Item::right
  size_t live_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_ITEM_POOL_H_
