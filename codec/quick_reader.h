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

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

// Whether all of the first `size` bytes at `p` are ASCII. REQUIRES: size <= kShortTextBytes, all of
// which can be read, whatever is asked about: thereby nothing depends on how many they are.
inline constexpr size_t kShortTextBytes = 32;
[[gnu::always_inline]] inline bool IsShortAscii(const uint8_t* p, size_t size) {
#ifdef __SSE2__
  const auto high_bits = [p](size_t at) {
    const auto* half = reinterpret_cast<const __m128i*>(p + at);
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_loadu_si128(half)));
  };
  const uint64_t not_ascii = high_bits(0) | high_bits(16) << 16;
  return (not_ascii & ((uint64_t{1} << size) - 1)) == 0;
#else
  return std::all_of(p, p + size, [](uint8_t byte) { return byte < 0x80; });
#endif
}

// `size`, where it mostly is as guessed. A processor goes on with the guess at once, while it would
// have to wait for a size that is computed from the bytes before it knows where the next ones are.
[[gnu::always_inline]] inline size_t Confirm(size_t guess, size_t size) {
  if (__builtin_expect(guess != size, 0)) {
    guess = size;
    asm("" : "+r"(guess));  // else the compiler sees that the result always is `size`
  }
  return guess;
}

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
  bool ok() const { return ok_ && (kEnd == EndOfInput::kFar || next_ <= end_); }
  const uint8_t* cursor() const { return next_; }
  // Whether a struct that begins here may be read with kFar: two ids, a length, and what is looked
  // at behind it.
  bool IsFarFromEnd() const {
    constexpr size_t kNumbers = 6;
    return static_cast<size_t>(end_ - next_) > kNumbers * kWordBytes + kShortTextBytes;
  }

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
    const uint64_t word = Word();
    // Ids are drawn from 2^32: nearly all take five bytes.
    if (__builtin_expect((word & 0x8080808080) == 0x0080808080, 1)) {
      next_ += 5;
      return JoinSevens(static_cast<uint32_t>(word)) | (word >> 32 & 0x7f) << 28;
    }
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
    id.clock = ReadClock();
    return id;
  }
  // The same two, passed over. Over-long numbers fail if they are not wanted.
  template <bool kShortest>
  [[gnu::always_inline]] void SkipVarUint() {
    next_ += SizeOfVarUint<kShortest>();
  }
  template <bool kShortest>
  [[gnu::always_inline]] void SkipId(const LastClient& last) {
    if ((Word() & last.mask) == last.word) {
      next_ += last.size_bytes;
    } else {
      const uint8_t* start = next_;
      SkipVarUint<kShortest>();
      // Longer ones may be out of range.
      if (next_ - start == static_cast<ptrdiff_t>(kWordBytes)) ok_ = false;
    }
    clock_size_ = Confirm(clock_size_, SizeOfVarUint<kShortest>());
    next_ += clock_size_;
  }

  // A text of less than 128 bytes; most are short and ASCII. Gives the length in UTF-16 units.
  [[gnu::always_inline]] uint32_t ReadText(std::string_view* text) {
    const size_t size = ReadUint8();
    if constexpr (kEnd == EndOfInput::kFar) {
      if (__builtin_expect(size <= kShortTextBytes && IsShortAscii(next_, size), 1)) {
        *text = std::string_view(reinterpret_cast<const char*>(next_), size);
        next_ += size;
        return static_cast<uint32_t>(size);
      }
    }
    return ReadAnyText(size, text);
  }
  // The length of a text, which is passed over, or else the number that stands here. Which of them
  // (1 or 0), nobody can foretell: so short texts and numbers go the same way.
  template <bool kShortest>
  [[gnu::always_inline]] uint64_t SkipTextOrNumber(unsigned is_text) {
    const uint8_t* const begin = next_;
    const uint64_t word = Word();
    const uint64_t number = DecodeVarUint(word).value;
    SkipVarUint<kShortest>();
    if constexpr (kEnd == EndOfInput::kFar) {
      // Of longer numbers this is too much.
      const size_t size = static_cast<uint8_t>(word) & (0u - is_text);
      if (__builtin_expect(size <= kShortTextBytes && IsShortAscii(next_, size), 1)) {
        next_ += size;
        return number;
      }
    } else if (is_text == 0) {
      return number;
    }
    std::string_view text;
    next_ = begin + 1;
    return ReadAnyText(static_cast<uint8_t>(word), &text);
  }

 private:
  // ReadVarUint, for what mostly takes as many bytes as the last one.
  [[gnu::always_inline]] uint64_t ReadClock() {
    const VarUintInWord read = DecodeVarUint(Word());
    ok_ = ok_ && read.size_bytes != 0;
    clock_size_ = Confirm(clock_size_, read.size_bytes);
    next_ += clock_size_;
    return read.value;
  }
  template <bool kShortest>
  [[gnu::always_inline]] size_t SizeOfVarUint() {
    const uint64_t word = Word();
    const uint64_t ends = ~word & 0x8080808080808080;
    const uint64_t end = ends & -ends;  // the highest bit of the last byte
    const bool is_over_long = (word & (end - (end >> 7))) == 0 && end != 0x80;
    if (__builtin_expect(ends == 0 || (kShortest && is_over_long), 0)) {
      ok_ = false;
      return 0;
    }
    return static_cast<unsigned>(__builtin_ctzll(ends)) / 8 + 1;
  }
  [[gnu::always_inline]] uint32_t ReadAnyText(size_t size, std::string_view* text) {
    if (size >= 0x80 || next_ > end_ || size > static_cast<size_t>(end_ - next_)) {
      ok_ = false;
      return 0;
    }
    *text = std::string_view(reinterpret_cast<const char*>(next_), size);
    uint32_t length_utf16 = static_cast<uint32_t>(size);
    constexpr uint64_t kHighBits = 0x8080808080808080;
    // A keystroke, near the end of its update.
    const bool is_ascii_word =
        size < kWordBytes && (Word() & kHighBits & ((uint64_t{1} << 8 * size) - 1)) == 0;
    if (!is_ascii_word) ok_ = MeasureUtf8(*text, &length_utf16) && ok_;
    next_ += size;
    return length_utf16;
  }
  // Zeros or anything else behind the end: who reads there has failed.
  [[gnu::always_inline]] uint64_t Word() const {
    uint64_t word;
    if constexpr (kEnd == EndOfInput::kFar) {
      std::memcpy(&word, next_, kWordBytes);
      return word;
    }
    const uint8_t* const last = end_ - kWordBytes;
    if (next_ <= last) {
      std::memcpy(&word, next_, kWordBytes);
      return word;
    }
    std::memcpy(&word, last, kWordBytes);
    return word >> (8 * static_cast<size_t>(next_ - last) & 63);
  }

  const uint8_t* next_;
  const uint8_t* end_;
  size_t clock_size_ = 0;  // of the last one, in bytes
  bool ok_ = true;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_QUICK_READER_H_
