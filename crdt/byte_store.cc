#include "crdt/byte_store.h"

#include <cstring>

#include "codec/check.h"

namespace ypp::internal {

// `bytes` may lie in the memory that is given up.
uint32_t ByteStore::AppendToMore(std::string_view bytes) {
  const std::unique_ptr<char[]> old = Grow(bytes.size());
  return Append(bytes);
}

std::unique_ptr<char[]> ByteStore::Grow(size_t more) {
  YPP_CHECK(more <= kMaxSizeBytes - size_);
  return MoveTo(std::max(size_ + more, std::min(2 * capacity_, kMaxSizeBytes)));
}

std::unique_ptr<char[]> ByteStore::MoveTo(size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  capacity_ = capacity;
  return std::exchange(bytes_, std::move(larger));
}

uint32_t ByteStore::ExtendOrMove(uint32_t offset, uint32_t size, std::string_view tail) {
  const uint32_t end = offset + size;
  if (end == size_) {
    Append(tail);
    return offset;
  }
  if (tail.data() == bytes_.get() + end) return offset;  // already side by side
  if (Gap* gap = GapAt(end); gap != nullptr && gap->end - gap->begin >= tail.size()) {
    std::memmove(bytes_.get() + end, tail.data(), tail.size());
    gap->begin += static_cast<uint32_t>(tail.size());
    dead_ -= tail.size();
    return offset;
  }
  // A tail in this store must survive the growth below.
  const std::string copy(tail);
  const uint32_t moved = Append(View(offset, size));
  Append(copy);
  dead_ += size;
  const size_t room = std::min<size_t>(size + copy.size(), kMaxSizeBytes - size_);
  if (Room(room) == nullptr) Grow(room);
  const auto gap = static_cast<uint32_t>(size_);
  gaps_[next_gap_] = {gap, gap + static_cast<uint32_t>(room)};
  next_gap_ = (next_gap_ + 1) % kGaps;
  size_ += room;
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
