// Reads the lib0 primitives from foreign bytes. FORMAT.md, "Scalars".
//
// A reader never reads past its end and never allocates. The first failure makes it stick: every
// later read returns zero or an empty view and ok() stays false, so a caller checks ok() once per
// struct and not once per field. Returned views point into the input, which must outlive them.
#ifndef YPP_CODEC_BYTE_READER_H_
#define YPP_CODEC_BYTE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "codec/id.h"

namespace ypp::codec {

using Bytes = absl::Span<const uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}
inline std::string_view AsText(Bytes bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// What every bad input is reported as: DataLoss, "<reason> at byte <offset>".
absl::Status BadInput(const char* reason, size_t offset);

// A varUint that ends within eight bytes, which is every one that is not over-long.
struct VarUintInWord {
  uint64_t value = 0;
  size_t size_bytes = 0;  // 0: it does not end here
};
// One of 2^28 and more.
VarUintInWord DecodeLongVarUint(uint64_t word);
// The low seven bits of each of four bytes, side by side.
[[gnu::always_inline]] inline uint32_t JoinSevens(uint32_t bytes) {
  bytes = (bytes & 0x007f007f) | (bytes & 0x7f007f00) >> 1;
  return (bytes & 0x00003fff) | (bytes & 0x3fff0000) >> 2;
}
// Finds the end and closes the gaps between the groups of seven bits without a loop or a branch
// that could go either way: nearly every number is below 2^28. `word` is the next eight bytes,
// little-endian.
[[gnu::always_inline]] inline VarUintInWord DecodeVarUint(uint64_t word) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  const uint32_t low = static_cast<uint32_t>(word);
  const uint32_t ends = ~low & 0x80808080;
  if (__builtin_expect(ends == 0, 0)) return DecodeLongVarUint(word);
  const uint32_t bits = JoinSevens(low & (ends ^ (ends - 1)));  // up to and with the first end
  return {bits, static_cast<size_t>(__builtin_ctz(ends) >> 3) + 1};
}

class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(Bytes input)
      : begin_(input.data()), next_(input.data()), end_(input.data() + input.size()) {}

  bool ok() const { return error_ == nullptr; }
  // OK, or DataLoss with the reason and the byte offset at which reading stopped.
  absl::Status status() const;
  // The reason of the failure, nullptr while ok().
  const char* error() const { return error_; }
  // Marks the input as bad at the current position. `reason` is a string literal. The first failure
  // wins.
  void Fail(const char* reason);

  bool empty() const { return next_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  // From the start of the input. After a failure, where it was found.
  size_t position() const { return ok() ? static_cast<size_t>(next_ - begin_) : error_position_; }
  const uint8_t* cursor() const { return next_; }
  // What was read since cursor() was `start`.
  std::string_view TextSince(const uint8_t* start) const {
    return std::string_view(reinterpret_cast<const char*>(start),
                            static_cast<size_t>(next_ - start));
  }
  // Goes back (or forth) to a position() of this reader. REQUIRES: position <= size of the input.
  void Seek(size_t position) {
    if (ok()) next_ = begin_ + position;
  }

  // REQUIRES: begin <= end <= size of the input.
  Bytes BytesBetween(size_t begin, size_t end) const { return Bytes(begin_ + begin, end - begin); }
  // REQUIRES: bytes <= remaining().
  void Skip(size_t bytes) { next_ += bytes; }

  uint8_t ReadUint8() {
    if (__builtin_expect(next_ == end_, 0)) {
      Fail("unexpected end");
      return 0;
    }
    return *next_++;
  }

  // Passes over the next `size_bytes`, 1 to 8, if they are those of `word` under `mask`
  // (little-endian). False near the end of the input.
  bool SkipIfNext(uint64_t word, uint64_t mask, size_t size_bytes) {
    if (size_bytes == 0 || remaining() < sizeof(uint64_t)) return false;
    uint64_t next;
    __builtin_memcpy(&next, next_, sizeof(next));
    if ((next & mask) != word) return false;
    next_ += size_bytes;
    return true;
  }

  // 0 .. 2^53-1; anything larger fails.
  uint64_t ReadVarUint() { return ReadVarUintWithin<kMaxClientId>(); }
  // 0 .. kMaxClock.
  Clock ReadClock() { return ReadVarUintWithin<kMaxClock>(); }
  // A varUint that must not pass `max`.
  uint64_t ReadVarUintUpTo(uint64_t max, const char* reason) {
    const uint64_t value = ReadVarUint();
    if (__builtin_expect(value <= max, 1)) return value;
    Fail(reason);
    return 0;
  }
  // A count of things that each take at least `min_bytes_each` of the bytes that remain, so that a
  // count can never announce more than the input holds.
  uint64_t ReadCount(size_t min_bytes_each = 1) {
    const uint64_t count = ReadVarUint();
    if (__builtin_expect(count <= remaining() / min_bytes_each, 1)) return count;
    Fail("count larger than the input");
    return 0;
  }

  struct SignedVarint {
    int64_t value = 0;      // magnitude with its sign
    bool negative = false;  // set also for the negative zero `40`
  };
  // -(2^53-1) .. 2^53-1, or as far as `max_magnitude` says.
  [[gnu::always_inline]] SignedVarint ReadVarInt(uint64_t max_magnitude = kMaxClientId) {
    if (remaining() >= sizeof(uint64_t)) {
      uint64_t word;
      __builtin_memcpy(&word, next_, sizeof(word));
      const VarUintInWord read = DecodeVarUint(word);
      // Bit 6 of the first byte is the sign.
      const uint64_t magnitude = (read.value >> 7) << 6 | (read.value & 0x3f);
      if (__builtin_expect(read.size_bytes != 0 && magnitude <= max_magnitude, 1)) {
        next_ += read.size_bytes;
        const bool negative = (read.value & 0x40) != 0;
        const int64_t value = static_cast<int64_t>(magnitude);
        return {negative ? -value : value, negative};
      }
    }
    return ReadLongVarInt(max_magnitude);
  }

  std::string_view ReadVarString();  // valid UTF-8, else fails
  // The same; `length_utf16` becomes its length in UTF-16 units.
  std::string_view ReadVarString(uint32_t* length_utf16);
  Bytes ReadVarBytes() { return ReadBytes(ReadVarUint()); }
  Bytes ReadBytes(uint64_t count) {
    if (__builtin_expect(count > remaining(), 0)) {
      Fail("unexpected end");
      return Bytes();
    }
    const Bytes bytes(next_, static_cast<size_t>(count));
    next_ += count;
    return bytes;
  }

  // Big-endian.
  float ReadFloat32();
  double ReadFloat64();
  int64_t ReadBigInt64();

 private:
  // Inlined everywhere: most of an update is such numbers.
  template <uint64_t kMax>
  [[gnu::always_inline]] uint64_t ReadVarUintWithin() {
    if (__builtin_expect(next_ != end_ && *next_ < 0x80, 1)) return *next_++;
    // Two and three bytes are the clocks of most documents.
    if (remaining() >= 3) {
      const uint64_t low = (next_[0] & 0x7fu) | (next_[1] & 0x7fu) << 7;
      if (next_[1] < 0x80) {
        next_ += 2;
        return low;
      }
      if (next_[2] < 0x80) {
        const uint64_t value = low | uint64_t{next_[2]} << 14;
        next_ += 3;
        return value;
      }
    }
    return remaining() >= sizeof(uint64_t) ? ReadVarUintOfWord<kMax>() : ReadLongVarUint(kMax);
  }
  // REQUIRES: eight bytes remain.
  template <uint64_t kMax>
  [[gnu::noinline]] uint64_t ReadVarUintOfWord() {
    uint64_t word;
    __builtin_memcpy(&word, next_, sizeof(word));
    const VarUintInWord read = DecodeVarUint(word);
    if (__builtin_expect(read.size_bytes == 0 || read.value > kMax, 0))
      return ReadLongVarUint(kMax);
    next_ += read.size_bytes;
    return read.value;
  }
  uint64_t ReadLongVarUint(uint64_t max);
  SignedVarint ReadLongVarInt(uint64_t max_magnitude);
  uint64_t ReadBigEndian(size_t size_bytes);

  const uint8_t* begin_ = nullptr;
  const uint8_t* next_ = nullptr;
  const uint8_t* end_ = nullptr;
  const char* error_ = nullptr;
  size_t error_position_ = 0;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_BYTE_READER_H_
