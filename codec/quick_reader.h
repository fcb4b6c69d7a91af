// Reads the lib0 primitives eight bytes at a time, without a branch that could go either way. A
// failure is looked for once, at the end. For the fast ways beside ByteReader, which says what is
// wrong.
#ifndef YPP_CODEC_QUICK_READER_H_
#define YPP_CODEC_QUICK_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "codec/byte_reader.h"
#include "codec/id.h"
#include "codec/utf.h"

namespace ypp::codec {

// The bytes of a client id that was read, as a little-endian word: mostly the same one comes again,
// and then its bytes are compared, not decoded. Never over-long ones.
struct LastClient {
  uint64_t word = 0;
  uint64_t mask = 0;
  size_t size_bytes = 0;  // 0: none
  ClientId id = 0;

  // REQUIRES: 0 < size <= 8.
  void Set(const uint8_t* bytes, size_t size, ClientId client) {
    if (size > 1 && bytes[size - 1] == 0) return;
    word = 0;
    std::memcpy(&word, bytes, size);
    mask = size == sizeof(word) ? ~uint64_t{0} : (uint64_t{1} << 8 * size) - 1;
    size_bytes = size;
    id = client;
  }
};

// Whether a reader looks out for the end of its input, or is only used where that is not near.
enum class EndOfInput { kFar, kMayCome };

template <EndOfInput kEnd>
class QuickReader {
 public:
  static constexpr size_t kWordBytes = sizeof(uint64_t);

  // REQUIRES: `end` is kWordBytes away at least, and with kFar at least so many from everything
  // that is read.
  QuickReader(const uint8_t* next, const uint8_t* end) : next_(next), end_(end) {}

  // False when something that was read is not what the general way would read: past the end,
  // over-long, out of range, not UTF-8.
  bool ok() const { return ok_ && next_ <= end_; }
  const uint8_t* cursor() const { return next_; }

  [[gnu::always_inline]] uint8_t ReadUint8() {
    const uint8_t byte = kEnd == EndOfInput::kFar ? *next_ : static_cast<uint8_t>(Word());
    ++next_;
    return byte;
  }
  // Up to 2^56-1, which is kMaxClock.
  [[gnu::always_inline]] uint64_t ReadVarUint() {
    const VarUintInWord read = DecodeVarUint(Word());
    ok_ = ok_ && read.size_bytes != 0;
    next_ += read.size_bytes;
    return read.value;
  }
  [[gnu::always_inline]] ClientId ReadClient() {
    const ClientId client = ReadVarUint();
    ok_ = ok_ && client <= kMaxClientId;
    return client;
  }
  // REQUIRES: `last` is a client.
  [[gnu::always_inline]] Id ReadId(const LastClient& last) {
    Id id;
    if ((Word() & last.mask) == last.word) {
      next_ += last.size_bytes;
      id.client = last.id;
    } else {
      id.client = ReadClient();
    }
    id.clock = ReadVarUint();
    return id;
  }
  // The same two, passed over. Over-long numbers fail if they are not wanted.
  template <bool kShortest>
  [[gnu::always_inline]] void SkipVarUint() {
    const uint64_t word = Word();
    const uint64_t ends = ~word & 0x8080808080808080;
    const uint64_t end = ends & -ends;  // the highest bit of the last byte
    ok_ = ok_ && ends != 0 && (!kShortest || (word & (end - (end >> 7))) != 0 || end == 0x80);
    next_ += (static_cast<unsigned>(__builtin_ctzll(end | uint64_t{1} << 63)) >> 3) + 1;
  }
  template <bool kShortest>
  [[gnu::always_inline]] void SkipId(const LastClient& last) {
    if ((Word() & last.mask) == last.word) {
      next_ += last.size_bytes;
    } else {
      const uint8_t* start = next_;
      SkipVarUint<kShortest>();
      // Longer ones may be out of range.
      ok_ = ok_ && next_ - start < static_cast<ptrdiff_t>(kWordBytes);
    }
    SkipVarUint<kShortest>();
  }

  // A text of less than 128 bytes; most are short and ASCII. Gives the length in UTF-16 units.
  [[gnu::always_inline]] uint32_t ReadText(std::string_view* text) {
    const size_t size = ReadUint8();
    if (size >= 0x80 || next_ > end_ || size > static_cast<size_t>(end_ - next_)) {
      ok_ = false;
      return 0;
    }
    *text = std::string_view(reinterpret_cast<const char*>(next_), size);
    uint32_t length_utf16 = static_cast<uint32_t>(size);
    constexpr uint64_t kHighBits = 0x8080808080808080;
    const bool is_short_ascii =
        size < kWordBytes && (Word() & kHighBits & ((uint64_t{1} << 8 * size) - 1)) == 0;
    if (!is_short_ascii) ok_ = MeasureUtf8(*text, &length_utf16) && ok_;
    next_ += size;
    return length_utf16;
  }

 private:
  // Zeros or anything else behind the end: who reads there has failed.
  [[gnu::always_inline]] uint64_t Word() const {
    uint64_t word;
    if constexpr (kEnd == EndOfInput::kFar) {
      std::memcpy(&word, next_, kWordBytes);
      return word;
    }
    const uint8_t* from = std::min(next_, end_ - kWordBytes);
    std::memcpy(&word, from, kWordBytes);
    return word >> (8 * static_cast<size_t>(next_ - from) & 63);
  }

  const uint8_t* next_;
  const uint8_t* end_;
  bool ok_ = true;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_QUICK_READER_H_
