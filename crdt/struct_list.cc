#include "crdt/struct_list.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ypp::internal {

// To be followed by Append: no block stays empty.
void StructList::Reserve(size_t count) {
  blocks_.reserve(blocks_.size() + count / kBlockEntries + 1);
  if (blocks_.empty() && count > 1) {
    blocks_.emplace_back();
    blocks_.back().reserve(std::min(count, kBlockEntries));
  }
}

void StructList::AddBlock() {
  const bool is_first = blocks_.empty();
  blocks_.emplace_back();
  if (!is_first) blocks_.back().reserve(kBlockEntries);
}

StructList::Position StructList::Find(Clock clock) const {
  YPP_DCHECK(clock < end_clock_);
  const Block* blocks = blocks_.data();
  const uint32_t last = static_cast<uint32_t>(blocks_.size() - 1);
  if (const Block& end = blocks[last]; clock >= end.back().clock) {
    return {last, static_cast<uint32_t>(end.size() - 1)};
  }
  if (Position near; FindNearHint(clock, &near)) return near;
  // The last block that begins at or before `clock`, then the last entry in it that does.
  uint32_t block = 0;
  for (uint32_t count = last + 1; count > 1;) {
    const uint32_t half = count / 2;
    block += blocks[block + half].front().clock <= clock ? half : 0;
    count -= half;
  }
  const Entry* entries = blocks[block].data();
  const Entry* entry = entries;
  for (size_t count = blocks[block].size(); count > 1;) {
    const size_t half = count / 2;
    entry += entry[half].clock <= clock ? half : 0;
    count -= half;
  }
  return SetHint({block, static_cast<uint32_t>(entry - entries)});
}

bool StructList::FindNearHint(Clock clock, Position* found) const {
  constexpr uint32_t kSteps = 8;  // about what a search in the block would take
  const Position near = hint();
  if (near.block >= blocks_.size()) return false;
  const Block& block = blocks_[near.block];
  const uint32_t size = static_cast<uint32_t>(block.size());
  const Entry* entries = block.data();
  if (near.slot >= size) return false;
  if (clock < entries[near.slot].clock) {  // who erases backwards goes on in the one before
    if (near.slot == 0 || clock < entries[near.slot - 1].clock) return false;
    *found = SetHint({near.block, near.slot - 1});
    return true;
  }
  const uint32_t end = std::min(size, near.slot + kSteps);
  for (uint32_t slot = near.slot + 1; slot < end; ++slot) {
    if (clock >= entries[slot].clock) continue;
    *found = SetHint({near.block, slot - 1});
    return true;
  }
  return false;
}

Clock StructList::EndOf(Position p) const {
  if (IsLast(p)) return end_clock_;
  return (*this)[Next(p)].clock;
}

size_t StructList::CountFrom(Position p) const {
  size_t count = blocks_[p.block].size() - p.slot;
  for (size_t b = p.block + 1; b < blocks_.size(); ++b) count += blocks_[b].size();
  return count;
}

// By an eighth at a time: a document of many cut structs consists of half-full blocks.
void StructList::MakeRoom(Block& block) {
  if (block.size() < block.capacity()) return;
  Block larger;  // a block that grows by itself doubles
  larger.reserve(block.size() + block.size() / 8 + 1);
  larger.assign(block.begin(), block.end());
  block = std::move(larger);
}

StructList::Position StructList::InsertAfter(Position p, Clock clock, ItemRef ref) {
  if (blocks_[p.block].size() >= kBlockEntries) {
    Block& full = blocks_[p.block];
    const size_t half = full.size() / 2;
    Block tail;
    tail.assign(full.begin() + half, full.end());
    // No room behind: who cuts in order never comes back.
    full = Block(full.begin(), full.begin() + half);
    blocks_.insert(blocks_.begin() + p.block + 1, std::move(tail));
    if (p.slot >= half) p = {p.block + 1, static_cast<uint32_t>(p.slot - half)};
  }
  Block& block = blocks_[p.block];
  MakeRoom(block);
  block.emplace_back();  // room at the end; insert would move entry by entry
  Entry* place = block.data() + p.slot + 1;
  std::memmove(place + 1, place, (block.size() - p.slot - 2) * sizeof(Entry));
  *place = {clock, ref};
  SetHint(p);
  return {p.block, p.slot + 1};
}

void StructList::EraseAfter(Position p, size_t count) {
  Block& block = blocks_[p.block];
  const size_t here = std::min(count, block.size() - p.slot - 1);
  Entry* const hole = block.data() + p.slot + 1;  // erase would move entry by entry
  std::memmove(hole, hole + here, (block.size() - p.slot - 1 - here) * sizeof(Entry));
  block.resize(block.size() - here);
  count -= here;
  const auto next = blocks_.begin() + p.block + 1;
  auto keep = next;
  while (count > 0 && keep->size() <= count) {
    count -= keep->size();
    ++keep;
  }
  if (count > 0) keep->erase(keep->begin(), keep->begin() + count);
  blocks_.erase(next, keep);
}

}  // namespace ypp::internal
