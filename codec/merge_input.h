// What MergeUpdates (update_merge.cc) reads from: updates of all sizes, and the order among them.
#ifndef YPP_CODEC_MERGE_INPUT_H_
#define YPP_CODEC_MERGE_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/byte_reader.h"
#include "codec/decode_limits.h"
#include "codec/id.h"
#include "codec/quick_reader.h"
#include "codec/small_update.h"
#include "codec/struct_view.h"
#include "codec/update_reader.h"

namespace ypp::codec {

// Sections in the order in which Yjs writes them. The heap relies on it.
inline bool InOrder(const UpdateReader::Section& before, const UpdateReader::Section& after) {
  if (before.client != after.client) return before.client > after.client;
  return before.clock <= after.clock;
}

// Where the reader of an update stands, for the order among them.
struct MergeKey {
  ClientId client = 0;
  Clock clock = 0;
  bool is_gc = false;
  // The number of the update; when its reader has moved, minus the step in which it did so last.
  int64_t moved = 0;

  // Clients descend, clocks ascend. Of equal readers of the same sort the one that moved last, and
  // before the first move the first in the list; of a GC and an item the other way round.
  bool IsBefore(const MergeKey& other) const {
    if (client != other.client) return client > other.client;
    if (clock != other.clock) return clock < other.clock;
    return is_gc == other.is_gc ? moved < other.moved : moved > other.moved;
  }
};

// One of the updates, and the struct at which its reader stands. Skips in it are passed over: holes
// are found anew.
class MergeInput {
 public:
  MergeInput() : MergeInput(Bytes(), Dialect::kV1, DecodeLimits(), 0) {}
  MergeInput(Bytes update, Dialect dialect, const DecodeLimits& limits, size_t number)
      : reader_(update, dialect, limits), moved_(static_cast<int64_t>(number)) {
    Next();
  }

  bool at_end() const { return at_end_; }
  bool sorted() const { return sorted_; }
  const StructView& view() const { return view_; }
  UpdateReader& reader() { return reader_; }

  void Next() {
    do {
      while (!reader_.NextStruct(&view_)) {
        if (!NextSection()) {
          at_end_ = true;
          return;
        }
      }
    } while (view_.kind == StructKind::kSkip);
    ForgetInheritedParentSub(&view_);
  }

  void MovedAt(int64_t step) { moved_ = -step; }
  MergeKey key() const {
    return {view_.id.client, view_.id.clock, view_.kind == StructKind::kGc, moved_};
  }

 private:
  bool NextSection() {
    UpdateReader::Section section;
    if (!reader_.NextSection(&section)) return false;
    if (section.structs == 0) return true;
    sorted_ = sorted_ && (first_section_ || InOrder(section_, section));
    first_section_ = false;
    section_ = section;
    return true;
  }

  UpdateReader reader_;
  UpdateReader::Section section_;
  StructView view_;
  int64_t moved_;
  bool at_end_ = false;
  bool sorted_ = true;
  bool first_section_ = true;
};

// Where the first struct of an update in V1 stands, if that is easy to tell: it is not behind an
// empty section, and no hole.
inline bool PeekFirst(Bytes update, MergeKey* key) {
  using Reader = QuickReader<EndOfInput::kMayCome>;
  if (update.size() < Reader::kWordBytes) return false;
  Reader reader(update.data(), update.data() + update.size());
  const uint64_t sections = reader.ReadVarUint();
  const uint64_t structs = reader.ReadVarUint();
  key->client = reader.ReadClient();
  key->clock = reader.ReadVarUint();
  const auto kind = static_cast<StructKind>(reader.ReadUint8() & kInfoKindMask);
  key->is_gc = kind == StructKind::kGc;
  return reader.ok() && sections > 0 && structs > 0 && kind != StructKind::kSkip;
}

// An update of a single struct, as a keystroke sends it.
class SmallMergeInput {
 public:
  // False when it is larger, or begins with a hole.
  bool Read(Bytes update, Dialect dialect) {
    at_end_ = false;
    update_ = SmallUpdate();
    if (dialect != Dialect::kV1 || !ReadSmallUpdate(update, &update_) || !update_.has_struct ||
        update_.view.kind == StructKind::kSkip)
      return false;
    ForgetInheritedParentSub(&update_.view);
    return true;
  }

  bool at_end() const { return at_end_; }
  const StructView& view() const { return update_.view; }
  void Next() { at_end_ = true; }
  size_t deletes_position() const { return update_.deletes_position; }

 private:
  SmallUpdate update_;
  bool at_end_ = false;
};

// Opened inputs, the first on top. Only the top one moves, so all it takes is to let that one sink.
// What is compared lies in the heap itself: there may be very many inputs, each of them in another
// place of memory.
class MergeHeap {
 public:
  // In any order, then Build once.
  void Add(MergeInput* input) { entries_.push_back({input->key(), input}); }
  void Build() {
    const auto by_number = [](const Entry& a, const Entry& b) { return a.key.moved < b.key.moved; };
    std::sort(entries_.begin(), entries_.end(), by_number);
    for (size_t i = entries_.size() / 2; i-- > 0;) Sink(i);
  }

  bool empty() const { return entries_.empty(); }
  const MergeKey& top_key() const { return entries_.front().key; }
  MergeInput& top() { return *entries_.front().input; }
  void Push(MergeInput* input) {
    Add(input);
    std::push_heap(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return b.key.IsBefore(a.key); });
  }
  void TopMoved() {
    entries_.front().key = top().key();
    Sink(0);
  }
  void DropTop() {
    entries_.front() = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) Sink(0);
  }

 private:
  struct Entry {
    MergeKey key;
    MergeInput* input;
  };

  void Sink(size_t i) {
    const size_t size = entries_.size();
    const Entry sinking = entries_[i];
    while (true) {
      size_t child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && entries_[child + 1].key.IsBefore(entries_[child].key)) ++child;
      if (!entries_[child].key.IsBefore(sinking.key)) break;
      entries_[i] = entries_[child];
      i = child;
    }
    entries_[i] = sinking;
  }

  std::vector<Entry> entries_;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_MERGE_INPUT_H_
