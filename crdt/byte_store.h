// The bytes of all content of a document: text as UTF-8, values as encoded Any. Items point into it
// by offset.
//
// Bytes are only ever appended, so that cutting a run moves nothing. Joining two runs moves nothing
// either when they lie side by side; a run that grows while something else was appended behind it
// moves to the end once, with room to grow as large again (a "gap"), so that typing costs a
// constant per character however many authors take turns. What is no longer used is counted as
// dead; the document copies the live content into a new store when the dead part has become the
// larger one (doc_state.cc).
#ifndef YPP_CRDT_BYTE_STORE_H_
#define YPP_CRDT_BYTE_STORE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace ypp::internal {

class ByteStore {
 public:
  // Offsets are 32 bits wide.
  static constexpr size_t kMaxSizeBytes = UINT32_MAX;
  // Beyond this a document refuses to grow: a run that moves may take twice its size. Far above any
  // document one can work with.
  static constexpr size_t kMaxContentBytes = size_t{1} << 30;

  std::string_view View(uint32_t offset, uint32_t size) const {
    return std::string_view(bytes_.get() + offset, size);
  }
  // Copies a view of this store to `p`, where there must be room for so many bytes more. Returns
  // where the next byte goes. Most views are short: these are copied with whatever lies behind
  // them, so that nothing depends on how long they are.
  static constexpr size_t kSlackBytes = 32;
  [[gnu::always_inline]] char* Put(char* p, std::string_view view) const {
    return PutPart(p, all(), OffsetOf(view), view.size());
  }
  // The same for a part of all(), which who writes meanwhile need not look up again.
  [[gnu::always_inline]] static char* PutPart(char* p, std::string_view all, size_t offset,
                                              size_t size) {
    if (size <= kSlackBytes && offset + kSlackBytes <= all.size()) {
      std::memcpy(p, all.data() + offset, kSlackBytes);
    } else if (size > 0) {  // an empty store has no address
      std::memcpy(p, all.data() + offset, size);
    }
    return p + size;
  }
  std::string_view all() const { return std::string_view(bytes_.get(), size_); }
  // Where a view of this store lies.
  uint32_t OffsetOf(std::string_view view) const {
    return static_cast<uint32_t>(view.data() - bytes_.get());
  }
  size_t size() const { return size_; }
  size_t dead() const { return dead_; }
  size_t capacity() const { return capacity_; }
  void Reserve(size_t more) {
    if (more > capacity_ - size_) MoveTo(size_ + more);
  }

  // The offset of the appended bytes. `bytes` may lie in this store.
  uint32_t Append(std::string_view bytes) {
    char* const room = Room(bytes.size());
    if (room == nullptr) return AppendToMore(bytes);
    if (!bytes.empty()) std::memmove(room, bytes.data(), bytes.size());
    return FilledUpTo(room + bytes.size());
  }
  // The same for a part of `all`, which must not lie in this store. As Put does, where that goes.
  uint32_t AppendPart(std::string_view all, size_t position, size_t size) {
    char* const room = Room(kSlackBytes);
    if (size > kSlackBytes || position + kSlackBytes > all.size() || room == nullptr)
      return Append(all.substr(position, size));
    std::memcpy(room, all.data() + position, kSlackBytes);
    return FilledUpTo(room + size);
  }
  // Appends `tail` to the run at (offset, size), moving the run if it must. Returns the run's
  // offset. `tail` may lie in this store.
  uint32_t Extend(uint32_t offset, uint32_t size, std::string_view tail) {
    char* const room = Room(tail.size());
    if (offset + size != size_ || room == nullptr) return ExtendOrMove(offset, size, tail);
    if (tail.size() == 1) {
      *room = tail[0];
    } else if (!tail.empty()) {
      std::memmove(room, tail.data(), tail.size());
    }
    FilledUpTo(room + tail.size());
    return offset;
  }
  // By how much the run that ends at `end` can grow byte by byte (AppendByte).
  size_t RoomBehind(uint32_t end) const {
    const size_t most = std::min(capacity_, kMaxContentBytes);
    return end == size_ && size_ < most ? most - size_ : 0;
  }
  // REQUIRES: there is room for it.
  void AppendByte(char byte) { bytes_[size_++] = byte; }
  // These bytes are not used any more.
  void Drop(size_t size) { dead_ += size; }

 private:
  // Reserved, unused bytes behind a run that moved.
  struct Gap {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  // As many runs as are likely to be typed in at the same time; a forgotten gap is only wasted, not
  // wrong.
  static constexpr size_t kGaps = 8;

  // Where the next bytes go, if there is room for so many.
  char* Room(size_t size) const {
    return size <= capacity_ - size_ ? bytes_.get() + size_ : nullptr;
  }
  // Where they began.
  uint32_t FilledUpTo(const char* end) {
    return static_cast<uint32_t>(std::exchange(size_, static_cast<size_t>(end - bytes_.get())));
  }
  uint32_t AppendToMore(std::string_view bytes);
  // Both return the memory in which the bytes were before. Growing takes twice as much at least.
  std::unique_ptr<char[]> Grow(size_t more);
  std::unique_ptr<char[]> MoveTo(size_t capacity);
  Gap* GapAt(uint32_t begin);
  uint32_t ExtendOrMove(uint32_t offset, uint32_t size, std::string_view tail);

  // Memory that nobody has written to before the bytes are put there.
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t dead_ = 0;
  std::array<Gap, kGaps> gaps_;
  size_t next_gap_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_BYTE_STORE_H_
