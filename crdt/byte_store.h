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

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace ypp::internal {

class ByteStore {
 public:
  // Offsets are 32 bits wide.
  static constexpr size_t kMaxSizeBytes = UINT32_MAX;
  // Beyond this a document refuses to grow: a run that moves may take twice its size. Far above any
  // document one can work with.
  static constexpr size_t kMaxContentBytes = size_t{1} << 30;

  std::string_view View(uint32_t offset, uint32_t size) const {
    return std::string_view(bytes_.data() + offset, size);
  }
  // Copies a view of this store to `p`, where there must be room for so many bytes more. Returns
  // where the next byte goes. Most views are short: these are copied with whatever lies behind
  // them, so that nothing depends on how long they are.
  static constexpr size_t kSlackBytes = 16;
  [[gnu::always_inline]] char* Put(char* p, std::string_view view) const {
    if (OffsetOf(view) + kSlackBytes <= bytes_.size()) {
      std::memcpy(p, view.data(), kSlackBytes);
      if (view.size() > kSlackBytes)
        std::memcpy(p + kSlackBytes, view.data() + kSlackBytes, view.size() - kSlackBytes);
    } else {
      std::memcpy(p, view.data(), view.size());
    }
    return p + view.size();
  }
  // Where a view of this store lies.
  uint32_t OffsetOf(std::string_view view) const {
    return static_cast<uint32_t>(view.data() - bytes_.data());
  }
  size_t size() const { return bytes_.size(); }
  size_t dead() const { return dead_; }
  size_t capacity() const { return bytes_.capacity(); }
  void Reserve(size_t more) { bytes_.reserve(bytes_.size() + more); }

  // The offset of the appended bytes. `bytes` may lie in this store.
  uint32_t Append(std::string_view bytes);
  // Appends `tail` to the run at (offset, size), moving the run if it must. Returns the run's
  // offset. `tail` may lie in this store.
  uint32_t Extend(uint32_t offset, uint32_t size, std::string_view tail) {
    if (offset + size != bytes_.size() || bytes_.capacity() - bytes_.size() < tail.size())
      return ExtendOrMove(offset, size, tail);
    if (tail.size() == 1) {
      bytes_.push_back(tail[0]);
    } else {
      bytes_.append(tail);
    }
    return offset;
  }
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

  Gap* GapAt(uint32_t begin);
  uint32_t ExtendOrMove(uint32_t offset, uint32_t size, std::string_view tail);

  std::string bytes_;
  size_t dead_ = 0;
  std::array<Gap, kGaps> gaps_;
  size_t next_gap_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_BYTE_STORE_H_
