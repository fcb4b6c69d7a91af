#include "crdt/byte_store.h"

#include <algorithm>
#include <cstring>

#include "codec/check.h"

namespace ypp::internal {

uint32_t ByteStore::Append(std::string_view bytes) {
  YPP_CHECK(bytes_.size() + bytes.size() <= kMaxSizeBytes);
  const uint32_t offset = static_cast<uint32_t>(bytes_.size());
  bytes_.append(bytes);  // std::string copes with a source inside itself
  return offset;
}

uint32_t ByteStore::ExtendOrMove(uint32_t offset, uint32_t size, std::string_view tail) {
  const uint32_t end = offset + size;
  if (end == bytes_.size()) {
    Append(tail);
    return offset;
  }
  if (tail.data() == bytes_.data() + end) return offset;  // already side by side
  if (Gap* gap = GapAt(end); gap != nullptr && gap->end - gap->begin >= tail.size()) {
    std::memmove(bytes_.data() + end, tail.data(), tail.size());
    gap->begin += static_cast<uint32_t>(tail.size());
    dead_ -= tail.size();
    return offset;
  }
  // A tail in this store must survive the growth below.
  const std::string copy(tail);
  const uint32_t moved = Append(View(offset, size));
  Append(copy);
  dead_ += size;
  const size_t room = std::min<size_t>(size + copy.size(), kMaxSizeBytes - bytes_.size());
  gaps_[next_gap_] = {static_cast<uint32_t>(bytes_.size()),
                      static_cast<uint32_t>(bytes_.size() + room)};
  next_gap_ = (next_gap_ + 1) % kGaps;
  bytes_.append(room, '\0');
  dead_ += room;
  return moved;
}

ByteStore::Gap* ByteStore::GapAt(uint32_t begin) {
  for (Gap& gap : gaps_) {
    if (gap.begin == begin && gap.end > begin) return &gap;
  }
  return nullptr;
}

}  // namespace ypp::internal
