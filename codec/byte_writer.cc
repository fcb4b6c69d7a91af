#include "codec/byte_writer.h"

#include <algorithm>
#include <cstring>

#include "codec/check.h"
#include "codec/id.h"

namespace ypp::codec {

template <typename Bits>
void ByteWriter::WriteBigEndian(Bits bits) {
  for (int shift = static_cast<int>(sizeof(Bits)) * 8 - 8; shift >= 0; shift -= 8) {
    WriteUint8(static_cast<uint8_t>(bits >> shift));
  }
}

void ByteWriter::Grow(size_t more_bytes) {
  constexpr size_t kLeastRoom = 64;
  const size_t room = std::max(buffer_.capacity(), size_ + std::max(more_bytes, kLeastRoom));
  buffer_.resize(std::max(room, 2 * size_));
}

void ByteWriter::WriteVarInt(int64_t value) {
  WriteVarInt(value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value),
              value < 0);
}

void ByteWriter::WriteVarInt(uint64_t magnitude, bool negative) {
  YPP_DCHECK(magnitude < uint64_t{1} << 58);
  const uint64_t rest = magnitude >> 6;
  WriteUint8(
      static_cast<uint8_t>((rest != 0 ? 0x80 : 0) | (negative ? 0x40 : 0) | (magnitude & 0x3f)));
  if (rest != 0) WriteVarUint(rest);
}

void ByteWriter::WriteFloat32(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  WriteBigEndian(bits);
}

void ByteWriter::WriteFloat64(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  WriteBigEndian(bits);
}

void ByteWriter::WriteBigInt64(int64_t value) {
  WriteBigEndian(static_cast<uint64_t>(value));
}

}  // namespace ypp::codec
