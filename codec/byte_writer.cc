#include "codec/byte_writer.h"

#include <algorithm>
#include <cstring>

#include "codec/id.h"

namespace ypp::codec {

char* PutLongVarUint(char* p, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *p++ = static_cast<char>(value | 0x80);
  *p++ = static_cast<char>(value);
  return p;
}

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

void ByteWriter::WriteBigInt64(int64_t value) { WriteBigEndian(static_cast<uint64_t>(value)); }

}  // namespace ypp::codec
