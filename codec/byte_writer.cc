#include "codec/byte_writer.h"

#include <algorithm>
#include <cstring>

#include "codec/id.h"

namespace ypp::codec {

namespace {

constexpr size_t kLeastRoom = 64;

}  // namespace

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

void ByteWriter::Reserve(size_t more_bytes) {
  if (buffer_.capacity() - size_ < more_bytes)
    buffer_.reserve(std::max(size_ + std::max(more_bytes, kLeastRoom), 2 * size_));
}

// A string fills what it grows by with zeros. So it does not grow by all of its capacity at once:
// what was just filled is still in the cache when it is written to.
void ByteWriter::Grow(size_t more_bytes) {
  constexpr size_t kMostRoom = 4096;
  Reserve(more_bytes);
  buffer_.resize(std::max(size_ + more_bytes, std::min(buffer_.capacity(), size_ + kMostRoom)));
}

void ByteWriter::Append(std::string_view bytes) {
  Reserve(bytes.size());
  buffer_.resize(size_);
  buffer_.append(bytes);
  size_ = buffer_.size();
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
