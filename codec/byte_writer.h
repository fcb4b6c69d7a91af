// Writes the lib0 primitives. The mirror of byte_reader.h: every Write… here has its Read… there.
#ifndef YPP_CODEC_BYTE_WRITER_H_
#define YPP_CODEC_BYTE_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "codec/byte_reader.h"

namespace ypp::codec {

// Owns the bytes until they are taken. Bytes live in a std::string, the type in which the whole
// library hands out encodings.
class ByteWriter {
 public:
  void Reserve(size_t size_bytes) { out_.reserve(size_bytes); }
  size_t size() const { return out_.size(); }
  bool empty() const { return out_.empty(); }
  const std::string& bytes() const { return out_; }
  std::string Take() { return std::exchange(out_, std::string()); }
  void Clear() { out_.clear(); }

  void WriteUint8(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  // REQUIRES: value < 2^53.
  void WriteVarUint(uint64_t value) {
    if (__builtin_expect(value < 0x80, 1)) {
      out_.push_back(static_cast<char>(value));
    } else {
      WriteLongVarUint(value);
    }
  }
  // REQUIRES: |value| < 2^54. Writes no negative zero; the second form does, `40`.
  void WriteVarInt(int64_t value);
  void WriteVarInt(uint64_t magnitude, bool negative);
  void WriteVarString(std::string_view utf8);
  void WriteVarBytes(Bytes bytes);
  void WriteBytes(Bytes bytes) {
    out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void WriteBytes(std::string_view bytes) { out_.append(bytes.data(), bytes.size()); }
  void WriteFloat32(float value);
  void WriteFloat64(double value);
  void WriteBigInt64(int64_t value);

 private:
  void WriteLongVarUint(uint64_t value);

  std::string out_;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_BYTE_WRITER_H_
