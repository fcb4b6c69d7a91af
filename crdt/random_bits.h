// Numbers that nobody can foretell, from the operating system.
#ifndef YPP_CRDT_RANDOM_BITS_H_
#define YPP_CRDT_RANDOM_BITS_H_

#if __has_include(<sys/random.h>)
#include <sys/random.h>  // getentropy on macOS
#include <unistd.h>      // and elsewhere

#include "codec/check.h"
#else
#include <random>
#endif

namespace ypp::internal {

// Trivially copyable. Not by std::random_device where it can be helped: in each new one GCC's asks
// the processor what it is capable of, which in a virtual machine takes longer than to load a small
// document.
template <typename Bits>
Bits RandomBits() {
  Bits bits;
#if __has_include(<sys/random.h>)
  YPP_CHECK(getentropy(&bits, sizeof(bits)) == 0);
#else
  std::random_device device;
  auto* bytes = reinterpret_cast<unsigned char*>(&bits);
  for (size_t i = 0; i < sizeof(bits); ++i) bytes[i] = static_cast<unsigned char>(device());
#endif
  return bits;
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_RANDOM_BITS_H_
