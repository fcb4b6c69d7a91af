#include "codec/byte_writer.h"

#include <cstring>

#include "codec/check.h"
#include "codec/id.h"

namespace ypp::codec {
namespace {

template <typename Bits>
void AppendBigEndian(std::string& out, Bits bits) {
  for (int shift = static_cast<int>(sizeof(Bits)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(bits >> shift & 0xff));
  }
}

}  // namespace

void ByteWriter::WriteLongVarUint(uint64_t value) {
  YPP_DCHECK(value <= kMaxClientId);
  char bytes[10];
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
  bytes[size++] = static_cast<char>(value);
  out_.append(bytes, size);
}

void ByteWriter::WriteVarInt(int64_t value) {
  WriteVarInt(value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value),
              value < 0);
}

void ByteWriter::WriteVarInt(uint64_t magnitude, bool negative) {
  YPP_DCHECK(magnitude < uint64_t{1} << 54);
  const uint64_t rest = magnitude >> 6;
  WriteUint8(
      static_cast<uint8_t>((rest != 0 ? 0x80 : 0) | (negative ? 0x40 : 0) | (magnitude & 0x3f)));
  if (rest != 0) WriteVarUint(rest);
}

void ByteWriter::WriteVarString(std::string_view utf8) {
  WriteVarUint(utf8.size());
  WriteBytes(utf8);
}

void ByteWriter::WriteVarBytes(Bytes bytes) { WriteVarString(AsText(bytes)); }

void ByteWriter::WriteFloat32(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  AppendBigEndian(out_, bits);
}

void ByteWriter::WriteFloat64(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  AppendBigEndian(out_, bits);
}

void ByteWriter::WriteBigInt64(int64_t value) {
  AppendBigEndian(out_, static_cast<uint64_t>(value));
}

}  // namespace ypp::codec
