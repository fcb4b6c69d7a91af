// All structs of one client, ascending by clock and without holes: what Yjs keeps as one array per
// client.
//
// Kept in blocks, so that cutting a struct in the middle of a long history moves half a block at
// most. A client with few structs has one small block. A struct's length is not stored: it ends
// where the next one begins.
//
// A Position names a struct. InsertAfter invalidates all positions of the list but the one it
// returns, EraseAfter those behind the one it is given.
#ifndef YPP_CRDT_STRUCT_LIST_H_
#define YPP_CRDT_STRUCT_LIST_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "codec/check.h"
#include "crdt/item.h"

namespace ypp::internal {

class StructList {
 public:
  struct Entry {
    Clock clock = 0;
    ItemRef ref = ItemRef::kNone;
  };
  struct Position {
    uint32_t block = 0;
    uint32_t slot = 0;
    friend bool operator==(Position a, Position b) {
      return a.block == b.block && a.slot == b.slot;
    }
  };

  // The clock that comes next, that is, the state of the client.
  Clock end_clock() const { return end_clock_; }
  size_t size() const { return blocks_.empty() ? 0 : CountFrom(First()); }
  bool empty() const { return blocks_.empty(); }

  void Reserve(size_t count);
  // Adds a struct at the end. Also how the last struct grows: AppendLength.
  void Append(ItemRef ref, Clock length) {
    if (blocks_.empty() || blocks_.back().size() == kBlockEntries) AddBlock();
    blocks_.back().push_back({end_clock_, ref});
    end_clock_ += length;
  }
  void AppendLength(Clock length) { end_clock_ += length; }

  // The struct that holds `clock`. REQUIRES: clock < end_clock().
  Position Find(Clock clock) const;
  // The same for one that is likely to be the last or the one before it.
  Position FindNearEnd(Clock clock) const {
    Position p = Last();
    if (clock < (*this)[p].clock && !IsFirst(p)) p = Previous(p);
    return clock < (*this)[p].clock ? Find(clock) : p;
  }
  const Entry& operator[](Position p) const { return blocks_[p.block][p.slot]; }
  void SetRef(Position p, ItemRef ref) { blocks_[p.block][p.slot].ref = ref; }
  // Moves the border between the struct at `p` and the one before it.
  void SetClock(Position p, Clock clock) { *BorderAt(p) = clock; }
  // The same for who moves it, or the end of the last struct, again and again: good until structs
  // come or go.
  Clock* BorderAt(Position p) { return &blocks_[p.block][p.slot].clock; }
  Clock* EndBorder() { return &end_clock_; }
  // Where the struct at `p` ends.
  Clock EndOf(Position p) const;

  Position First() const { return {0, 0}; }
  Position Last() const {
    return {static_cast<uint32_t>(blocks_.size() - 1),
            static_cast<uint32_t>(blocks_.back().size() - 1)};
  }
  bool IsFirst(Position p) const { return p.block == 0 && p.slot == 0; }
  bool IsLast(Position p) const { return p == Last(); }
  // REQUIRES: there is one.
  Position Next(Position p) const {
    return p.slot + 1 < blocks_[p.block].size() ? Position{p.block, p.slot + 1}
                                                : Position{p.block + 1, 0};
  }
  Position Previous(Position p) const {
    return p.slot > 0
               ? Position{p.block, p.slot - 1}
               : Position{p.block - 1, static_cast<uint32_t>(blocks_[p.block - 1].size() - 1)};
  }
  // Calls `visit` with every struct from `p` on, and the clock at which it ends.
  template <typename Visit>
  void ForEachFrom(Position p, Visit visit) const {
    for (; p.block < blocks_.size(); p = {p.block + 1, 0}) {
      const Block& block = blocks_[p.block];
      const Entry* entry = block.data() + p.slot;
      const Entry* last = block.data() + block.size() - 1;
      for (; entry < last; ++entry) visit(*entry, entry[1].clock);
      visit(*last, p.block + 1 < blocks_.size() ? blocks_[p.block + 1].front().clock : end_clock_);
    }
  }
  // From `p` leftwards, down to the first struct that begins before `from`: the first one for which
  // `wanted` is true, or that one, or the first of all.
  template <typename Wanted>
  Position FindLeftwards(Position p, Clock from, Wanted wanted) const {
    for (;; p = Previous(p)) {
      const Entry* const first = blocks_[p.block].data();
      for (const Entry* entry = first + p.slot;; --entry) {
        p.slot = static_cast<uint32_t>(entry - first);
        if (entry->clock < from || wanted(*entry) || IsFirst(p)) return p;
        if (entry == first) break;
      }
    }
  }
  // How many structs there are from `p` to the end.
  size_t CountFrom(Position p) const;

  // The struct at `p` is cut: its second half, `ref`, begins at `clock`. Returns the position of
  // the half.
  Position InsertAfter(Position p, Clock clock, ItemRef ref);
  // The `count` structs behind `p` were joined to it. `p` stays good.
  void EraseAfter(Position p, size_t count);

 private:
  // Half a block moves on an insertion: two kilobytes at most, a few tens of nanoseconds.
  static constexpr size_t kBlockEntries = 512;

  // The first entries of a client lie in the list itself: many clients never have more.
  using Block = absl::InlinedVector<Entry, 2>;
  using Blocks = absl::InlinedVector<Block, 1>;

  // Where the last search ended: the next is often for the same struct, or for one soon behind. In
  // one number, since a document has a list for each client; may be out of date, or mean nothing.
  static constexpr uint32_t kSlotBits = 9;
  static_assert(kBlockEntries == size_t{1} << kSlotBits);
  Position hint() const { return {hint_ >> kSlotBits, hint_ & ((1u << kSlotBits) - 1)}; }
  Position SetHint(Position p) const {
    hint_ = p.block << kSlotBits | p.slot;
    return p;
  }
  // Finds the struct that holds `clock` if the hint is at it, right behind it, or not far before it
  // in its block.
  bool FindNearHint(Clock clock, Position* found) const;
  void AddBlock();
  static void MakeRoom(Block& block);

  Blocks blocks_;  // none empty
  Clock end_clock_ = 0;
  mutable uint32_t hint_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRUCT_LIST_H_
