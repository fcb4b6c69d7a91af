// The four kinds of column that an update in V2 is made of, from the reading side. FORMAT.md,
// "Columns".
//
// A column that runs out fails, and so does one that leaves the range of numbers; it then yields
// zeros. Unlike lib0, which would repeat the last value or zero for ever: an update that needs more
// values than it brings is damaged.
#ifndef YPP_CODEC_COLUMN_READER_H_
#define YPP_CODEC_COLUMN_READER_H_

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "codec/byte_reader.h"

namespace ypp::codec {

// Runs of equal numbers: varInt +value for one, varInt -value and varUint count-2 for more.
class UintOptRleReader {
 public:
  UintOptRleReader() = default;
  explicit UintOptRleReader(Bytes column) : in_(column) {}

  const char* error() const { return in_.error(); }
  uint64_t Read() {
    if (left_ == 0) ReadRun();
    --left_;
    return value_;
  }

 private:
  void ReadRun();

  ByteReader in_;
  uint64_t value_ = 0;
  uint64_t left_ = 0;  // of the run
};

// Runs of equal differences: varInt 2*difference + more, then, if `more`, varUint count-2.
class IntDiffOptRleReader {
 public:
  IntDiffOptRleReader() = default;
  explicit IntDiffOptRleReader(Bytes column) : in_(column) {}

  const char* error() const { return in_.error(); }
  uint64_t Read() {
    if (left_ == 0) ReadRun();
    --left_;
    value_ += difference_;
    if (__builtin_expect(value_ < 0 || value_ > static_cast<int64_t>(kMaxClock), 0)) LeaveRange();
    return static_cast<uint64_t>(value_);
  }

 private:
  void ReadRun();
  void LeaveRange();

  ByteReader in_;
  int64_t value_ = 0;
  int64_t difference_ = 0;
  uint64_t left_ = 0;
};

// Runs of equal bytes: the byte, then varUint count-1. The count of the last run is not written: it
// lasts for ever.
class RleReader {
 public:
  RleReader() = default;
  explicit RleReader(Bytes column) : in_(column) {}

  const char* error() const { return in_.error(); }
  uint8_t Read() {
    const uint8_t value = Peek();
    --left_;
    return value;
  }
  // What Read will return.
  uint8_t Peek() {
    if (left_ == 0) ReadRun();
    return value_;
  }

 private:
  void ReadRun();

  ByteReader in_;
  uint8_t value_ = 0;
  uint64_t left_ = 0;
};

// All strings as one varString, then their UTF-16 lengths as a UintOptRle column. A length may cut
// a surrogate pair. One that goes past the text takes what is left of it, as in every other reader.
class StringColumnReader {
 public:
  struct Piece {
    std::string_view text;  // the whole characters
    uint32_t length_utf16 = 0;
    bool starts_inside_pair = false;  // a second half before `text`
    bool ends_inside_pair = false;    // a first half behind it
  };

  StringColumnReader() = default;
  explicit StringColumnReader(Bytes column);

  const char* error() const { return error_ != nullptr ? error_ : lengths_.error(); }
  Piece Read();
  // Whether all that has not been read is ASCII. May say no although it is.
  bool is_ascii() const { return units_left_ == text_.size() && !inside_pair_; }
  // The next piece while that is so.
  std::string_view ReadAscii() {
    const uint64_t units = std::min(lengths_.Read(), units_left_);
    const std::string_view piece(text_.data(), static_cast<size_t>(units));
    text_.remove_prefix(static_cast<size_t>(units));
    units_left_ -= units;
    return piece;
  }
  // UTF-16 units that have not been read.
  uint64_t units_left() const { return units_left_; }

 private:
  void Cut(uint32_t units, Piece* piece);

  std::string_view text_;  // what has not been read; a pair that was cut is still in it
  uint64_t units_left_ = 0;
  bool inside_pair_ = false;
  UintOptRleReader lengths_;
  const char* error_ = nullptr;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_COLUMN_READER_H_
