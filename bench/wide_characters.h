// Where the characters of a text lie that are longer in UTF-8 than in UTF-16, so that a position in
// one is known in the other. For texts that have few of them.
#ifndef YPP_BENCH_WIDE_CHARACTERS_H_
#define YPP_BENCH_WIDE_CHARACTERS_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace ypp::bench {

uint32_t Utf16Length(std::string_view utf8);

class WideCharacters {
 public:
  uint32_t Utf8Offset(uint32_t position_utf16) const;
  // The same edit as in the text.
  void Edit(uint32_t position_utf16, uint32_t deleted_utf16, std::string_view inserted);

 private:
  struct Wide {
    uint32_t position = 0;  // UTF-16
    uint32_t extra = 0;     // bytes beyond one per unit
  };

  std::vector<Wide> wide_;  // by position
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_WIDE_CHARACTERS_H_
