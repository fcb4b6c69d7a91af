// The columns of V2 from the writing side. The mirror of column_reader.h.
#ifndef YPP_CODEC_COLUMN_WRITER_H_
#define YPP_CODEC_COLUMN_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/byte_writer.h"

namespace ypp::codec {

// The end of a run of `count` values in the columns that are OptRle: what comes once has no count.
inline void WriteRunCount(ByteWriter& out, uint64_t count) {
  if (__builtin_expect(count > 1, 0)) out.WriteVarUint(count - 2);
}

// A column that never saw a value is empty. Take ends the last run; it goes last.
class UintOptRleWriter {
 public:
  [[gnu::always_inline]] void Write(uint64_t value) {
    if (value != value_) {
      EndRun();
      value_ = value;
    }
    ++count_;
  }
  std::string Take() {
    EndRun();
    return out_.Take();
  }

 private:
  void EndRun() {
    if (count_ == 0) return;
    out_.WriteVarInt(value_, count_ > 1);
    WriteRunCount(out_, count_);
    count_ = 0;
  }

  ByteWriter out_;
  uint64_t value_ = 0;
  uint64_t count_ = 0;
};

class IntDiffOptRleWriter {
 public:
  [[gnu::always_inline]] void Write(uint64_t value) {
    const int64_t difference = static_cast<int64_t>(value) - last_;
    last_ = static_cast<int64_t>(value);
    if (difference != difference_) {
      EndRun();
      difference_ = difference;
    }
    ++count_;
  }
  std::string Take() {
    EndRun();
    return out_.Take();
  }

 private:
  void EndRun() {
    if (count_ == 0) return;
    out_.WriteEvenVarInt(difference_ * 2 + (count_ > 1 ? 1 : 0));
    WriteRunCount(out_, count_);
    count_ = 0;
  }

  ByteWriter out_;
  int64_t last_ = 0;
  int64_t difference_ = 0;
  uint64_t count_ = 0;
};

class RleWriter {
 public:
  [[gnu::always_inline]] void Write(uint8_t value) {
    if (count_ == 0 || value != value_) {
      char* p = out_.Room(kMaxVarUintBytes + 1);
      if (count_ > 0) p = PutVarUint(p, count_ - 1);
      *p++ = static_cast<char>(value);
      out_.FilledUpTo(p);
      value_ = value;
      count_ = 0;
    }
    ++count_;
  }
  std::string Take() { return out_.Take(); }  // the last run has no count

 private:
  ByteWriter out_;
  uint8_t value_ = 0;
  uint64_t count_ = 0;
};

class StringColumnWriter {
 public:
  void Write(std::string_view utf8);
  // In parts: text first, as much as there is, then the length of all of it.
  ByteWriter& text() { return text_; }
  void WriteText(std::string_view utf8) { text_.WriteBytes(utf8); }
  void WriteLength(uint32_t length_utf16) { lengths_.Write(length_utf16); }
  std::string Take();

 private:
  ByteWriter text_;
  UintOptRleWriter lengths_;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_COLUMN_WRITER_H_
