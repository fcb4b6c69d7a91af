#include "codec/byte_reader.h"

#include <cstring>
#include <string>

#include "codec/utf.h"

namespace ypp::codec {

constexpr char kNumberTooLarge[] = "number beyond 2^53-1";
constexpr char kClockTooLarge[] = "clock beyond 2^56-1";

absl::Status BadInput(const char* reason, size_t offset) {
  return absl::DataLossError(std::string(reason) + " at byte " + std::to_string(offset));
}

VarUintInWord DecodeLongVarUint(uint64_t word) {
  const uint64_t ends = ~word & 0x8080808080808080;
  if (ends == 0) return {};
  uint64_t bits = word & (ends ^ (ends - 1)) & 0x7f7f7f7f7f7f7f7f;
  bits = (bits & 0x007f007f007f007f) | (bits & 0x7f007f007f007f00) >> 1;
  bits = (bits & 0x00003fff00003fff) | (bits & 0x3fff00003fff0000) >> 2;
  bits = (bits & 0x000000000fffffff) | (bits & 0x0fffffff00000000) >> 4;
  return {bits, static_cast<size_t>(__builtin_ctzll(ends) >> 3) + 1};
}

absl::Status ByteReader::status() const {
  return ok() ? absl::OkStatus() : BadInput(error_, error_position_);
}

void ByteReader::Fail(const char* reason) {
  if (!ok()) return;
  error_position_ = static_cast<size_t>(next_ - begin_);
  error_ = reason;
  next_ = end_;  // so that the checks for the end catch every later read
}

// Over-long forms are accepted, as lib0 does: `80 00` is 0. Any number of such empty bytes may
// follow; they add nothing.
uint64_t ByteReader::ReadLongVarUint(uint64_t max) {
  uint64_t value = 0;
  unsigned shift = 0;
  for (const uint8_t* p = next_; p != end_; ++p) {
    const uint64_t bits = *p & 0x7f;
    if (shift < 56) {
      value |= bits << shift;
      shift += 7;
    } else if (bits != 0) {
      value = max + 1;
    }
    if (value > max) {
      Fail(max == kMaxClock ? kClockTooLarge : kNumberTooLarge);
      return 0;
    }
    if (*p < 0x80) {
      next_ = p + 1;
      return value;
    }
  }
  Fail("unexpected end");
  return 0;
}

// Sign and magnitude: bit 8 of each byte says "more", bit 7 of the first is the sign.
ByteReader::SignedVarint ByteReader::ReadLongVarInt(uint64_t max_magnitude) {
  const uint8_t first = ReadUint8();
  uint64_t magnitude = first & 0x3f;
  const bool negative = (first & 0x40) != 0;
  unsigned shift = 6;
  for (uint8_t byte = first; byte >= 0x80;) {
    byte = ReadUint8();
    if (!ok()) return {};
    const uint64_t bits = byte & 0x7f;
    if (shift < 62) {
      magnitude |= bits << shift;
      shift += 7;
    } else if (bits != 0) {
      magnitude = max_magnitude + 1;
    }
    if (magnitude > max_magnitude) {
      Fail(kNumberTooLarge);
      return {};
    }
  }
  const int64_t value = static_cast<int64_t>(magnitude);
  return {negative ? -value : value, negative};
}

std::string_view ByteReader::ReadVarString() {
  uint32_t ignored;
  return ReadVarString(&ignored);
}

std::string_view ByteReader::ReadVarString(uint32_t* length_utf16) {
  const size_t start = position();
  const std::string_view text = AsText(ReadVarBytes());
  *length_utf16 = 0;
  if (text.size() == 1 && static_cast<uint8_t>(text[0]) < 0x80) {  // one keystroke
    *length_utf16 = 1;
    return text;
  }
  if (!MeasureUtf8(text, length_utf16)) {
    Seek(start);
    Fail("invalid UTF-8");
    return {};
  }
  return text;
}

uint64_t ByteReader::ReadBigEndian(size_t size_bytes) {
  uint64_t bits = 0;
  for (const uint8_t byte : ReadBytes(size_bytes)) bits = bits << 8 | byte;
  return bits;
}

float ByteReader::ReadFloat32() {
  const uint32_t bits = static_cast<uint32_t>(ReadBigEndian(sizeof(float)));
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

double ByteReader::ReadFloat64() {
  const uint64_t bits = ReadBigEndian(sizeof(double));
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

int64_t ByteReader::ReadBigInt64() { return static_cast<int64_t>(ReadBigEndian(sizeof(int64_t))); }

}  // namespace ypp::codec
