#include "codec/utf.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

TEST(Utf8, AcceptsTheFirstAndLastCharacterOfEachLength) {
  for (const char* hex : {"00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf",
                          "f0908080", "f48fbfbf"}) {
    EXPECT_TRUE(IsValidUtf8(Unhex(hex))) << hex;
  }
}

TEST(Utf8, RefusesWhatIsNotShortestOrNotACharacter) {
  for (const char* hex :
       {"80", "bf", "c080", "c1bf", "e08080", "e09fbf", "eda080", "edbfbf", "f0808080", "f08fbfbf",
        "f4908080", "f5808080", "ff", "c2", "e0a0", "f09080", "c241", "e0a041", "f0908041"}) {
    EXPECT_FALSE(IsValidUtf8(Unhex(hex))) << hex;
  }
}

TEST(Utf8, FindsAnInvalidByteAtAnyPlaceOfALongText) {
  for (size_t place = 0; place < 40; ++place) {
    std::string text(40, 'x');
    text[place] = '\xff';
    EXPECT_FALSE(IsValidUtf8(text)) << place;
  }
}

TEST(Utf8, CountsInUtf16Units) {
  EXPECT_EQ(Utf16Length(""), 0u);
  EXPECT_EQ(Utf16Length("abc"), 3u);
  EXPECT_EQ(Utf16Length("é中"), 2u);
  EXPECT_EQ(Utf16Length("a😀b"), 4u);
}

TEST(Utf8, CutsBetweenAndInsideCharacters) {
  EXPECT_EQ(CutAtUtf16("a😀b", 0).size_bytes, 0u);
  EXPECT_EQ(CutAtUtf16("a😀b", 1).size_bytes, 1u);
  EXPECT_FALSE(CutAtUtf16("a😀b", 1).splits_pair);
  EXPECT_EQ(CutAtUtf16("a😀b", 2).size_bytes, 1u);
  EXPECT_TRUE(CutAtUtf16("a😀b", 2).splits_pair);
  EXPECT_EQ(CutAtUtf16("a😀b", 3).size_bytes, 5u);
  EXPECT_EQ(CutAtUtf16("a😀b", 4).size_bytes, 6u);
}

// The plain way: one character after the other.
RC_GTEST_PROP(Utf8, CutsWhereACountOfCharactersSays, ()) {
  std::string text;
  std::vector<Utf16Cut> cuts;
  const int characters = *rc::gen::inRange(0, 40);
  for (int i = 0; i < characters; ++i) {
    const std::string c = *rc::gen::element<std::string>("a", "b", "c", "é", "中", "😀");
    cuts.push_back({text.size(), false});
    if (c.size() == 4) cuts.push_back({text.size(), true});
    text += c;
  }
  RC_ASSERT(Utf16Length(text) == cuts.size());
  uint32_t measured = 0;
  RC_ASSERT(MeasureUtf8(text, &measured));
  RC_ASSERT(measured == cuts.size());
  for (uint32_t units = 0; units < cuts.size(); ++units) {
    const Utf16Cut cut = CutAtUtf16(text, units);
    RC_ASSERT(cut.size_bytes == cuts[units].size_bytes);
    RC_ASSERT(cut.splits_pair == cuts[units].splits_pair);
  }
}

}  // namespace
}  // namespace ypp::codec
