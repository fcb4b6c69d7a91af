// Writes the lib0 primitives. The mirror of byte_reader.h: every Write… here has its Read… there.
#ifndef YPP_CODEC_BYTE_WRITER_H_
#define YPP_CODEC_BYTE_WRITER_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "absl/numeric/bits.h"
#include "codec/byte_reader.h"

namespace ypp::codec {

// The largest varUint takes eight bytes; what is no varUint any more (a program's mistake) ten.
inline constexpr size_t kMaxVarUintBytes = 10;

// PutVarUint for values of 2^28 and more.
char* PutLongVarUint(char* p, uint64_t value);

// By the highest bit of a number below 2^28: the bits that say that another byte follows, and how
// many bytes there are.
struct VarUintShape {
  uint32_t continues;
  uint32_t size_bytes;
};
inline constexpr std::array<VarUintShape, 28> kVarUintShapes = [] {
  std::array<VarUintShape, 28> shapes = {};
  for (uint32_t bit = 0; bit < shapes.size(); ++bit) {
    const uint32_t more = bit / 7;
    shapes[bit] = {0x808080 & ((1u << 8 * more) - 1), more + 1};
  }
  return shapes;
}();

// Returns where the next byte goes. Opens the gaps between the groups of seven bits without a
// branch: how long the next clock is, nobody can foretell. REQUIRES: room for kMaxVarUintBytes at
// `p`.
[[gnu::always_inline]] inline char* PutEvenVarUint(char* p, uint64_t value) {
  if (__builtin_expect(value >> 28 != 0, 0)) return PutLongVarUint(p, value);
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  uint32_t word = static_cast<uint32_t>(value);
  const VarUintShape shape = kVarUintShapes[absl::bit_width(word | 1) - 1];
  // Adding what lies above a gap moves it up by one bit.
  word += word & ~0x7fu;
  word += word & ~0x7fffu;
  word += word & ~0x7fffffu;
  word |= shape.continues;
  std::memcpy(p, &word, sizeof(word));
  return p + shape.size_bytes;
}
// The same for what mostly is below 2^7.
[[gnu::always_inline]] inline char* PutVarUint(char* p, uint64_t value) {
  if (value < 0x80) {
    *p = static_cast<char>(value);
    return p + 1;
  }
  return PutEvenVarUint(p, value);
}

// Owns the bytes until they are taken. Bytes live in a std::string, the type in which the whole
// library hands out encodings.
class ByteWriter {
 public:
  ByteWriter() = default;
  // Writes into the memory of `buffer`; what is in it is forgotten.
  explicit ByteWriter(std::string buffer) : buffer_(std::move(buffer)) {}

  // So many bytes will fit without another allocation.
  void Reserve(size_t more_bytes);
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view bytes() const { return std::string_view(buffer_.data(), size_); }
  std::string Take() {
    buffer_.resize(std::exchange(size_, 0));
    return std::exchange(buffer_, std::string());
  }
  // The memory without what was written, for the next writer.
  std::string TakeMemory() {
    size_ = 0;
    return std::exchange(buffer_, std::string());
  }
  void Clear() { size_ = 0; }
  // REQUIRES: size <= size().
  void Truncate(size_t size) { size_ = size; }

  void WriteUint8(uint8_t value) {
    if (__builtin_expect(size_ == buffer_.size(), 0)) Grow(1);
    buffer_[size_++] = static_cast<char>(value);
  }
  void WriteVarUint(uint64_t value) {
    if (__builtin_expect(buffer_.size() - size_ < kMaxVarUintBytes, 0)) Grow(kMaxVarUintBytes);
    size_ = static_cast<size_t>(PutVarUint(buffer_.data() + size_, value) - buffer_.data());
  }
  // For who writes many small things at once: `size_bytes` of room at the end, and how far it was
  // filled.
  char* Room(size_t size_bytes) {
    if (__builtin_expect(buffer_.size() - size_ < size_bytes, 0)) Grow(size_bytes);
    return buffer_.data() + size_;
  }
  void FilledUpTo(const char* end) { size_ = static_cast<size_t>(end - buffer_.data()); }
  // REQUIRES: |value| < 2^58. Writes no negative zero; the second form does, `40`.
  void WriteVarInt(int64_t value) {
    WriteVarInt(
        value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value),
        value < 0);
  }
  // The same bytes without a branch, for numbers of which nobody can foretell how long they are.
  [[gnu::always_inline]] void WriteEvenVarInt(int64_t value) {
    const uint64_t sign = static_cast<uint64_t>(value >> 63);
    const uint64_t magnitude = (static_cast<uint64_t>(value) ^ sign) - sign;
    FilledUpTo(PutEvenVarUint(Room(kMaxVarUintBytes), VarIntBits(magnitude, sign & 1)));
  }
  void WriteVarInt(uint64_t magnitude, bool negative) {
    WriteVarUint(VarIntBits(magnitude, negative ? 1 : 0));
  }
  void WriteVarString(std::string_view utf8) {
    WriteVarUint(utf8.size());
    WriteBytes(utf8);
  }
  void WriteVarBytes(Bytes bytes) { WriteVarString(AsText(bytes)); }
  void WriteBytes(Bytes bytes) { WriteBytes(AsText(bytes)); }
  // `bytes` must not lie in this writer.
  void WriteBytes(std::string_view bytes) {
    if (buffer_.size() - size_ < bytes.size()) return Append(bytes);
    if (!bytes.empty()) std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void WriteFloat32(float value);
  void WriteFloat64(double value);
  void WriteBigInt64(int64_t value);

 private:
  // Six bits and the sign in the first byte; the rest is as in a varUint.
  static uint64_t VarIntBits(uint64_t magnitude, uint64_t negative) {
    return (magnitude & ~uint64_t{0x3f}) << 1 | negative << 6 | (magnitude & 0x3f);
  }
  // Makes the buffer larger by `more_bytes` at least.
  void Grow(size_t more_bytes);
  // WriteBytes where the buffer has to become larger.
  void Append(std::string_view bytes);
  template <typename Bits>
  void WriteBigEndian(Bits bits);

  // All of its size, and less than its capacity, is room to write to; the first `size_` bytes are
  // written.
  std::string buffer_;
  size_t size_ = 0;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_BYTE_WRITER_H_
