#include "codec/unicode_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codec/utf.h"

namespace ypp::codec {
namespace {

// Expected are the results of toLowerCase and toUpperCase in node.
TEST(UnicodeCase, LowersLettersOfAllScripts) {
  EXPECT_EQ(ToLowerCase("DIV"), "div");
  EXPECT_EQ(ToLowerCase("h1-Already_low"), "h1-already_low");
  EXPECT_EQ(ToLowerCase("ÄÖ"), "äö");
  EXPECT_EQ(ToLowerCase("\u0130"), "i\u0307");
  EXPECT_EQ(ToLowerCase("\u1E9E"), "ß");
  EXPECT_EQ(ToLowerCase("ЖҐ"), "жґ");
  EXPECT_EQ(ToLowerCase("\U00010400"), "\U00010428");
  EXPECT_EQ(ToLowerCase("漢字😀"), "漢字😀");
  EXPECT_EQ(ToLowerCase(""), "");
}

TEST(UnicodeCase, UsesTheFinalSigmaAtTheEndOfAWordOnly) {
  EXPECT_EQ(ToLowerCase("ΣΑΣ"), "σας");
  EXPECT_EQ(ToLowerCase("ΟΔΥΣΣΕΥΣ.ΣΟ"), "οδυσσευσ.σο");
  EXPECT_EQ(ToLowerCase("Σ"), "σ");
}

TEST(UnicodeCase, UppersLettersOfAllScripts) {
  EXPECT_EQ(ToUpperCase("straße"), "STRASSE");
  EXPECT_EQ(ToUpperCase("σς"), "ΣΣ");
  EXPECT_EQ(ToUpperCase("ﬁ"), "FI");
  EXPECT_EQ(ToUpperCase("\U00010428"), "\U00010400");
  EXPECT_EQ(ToUpperCase("ÿ"), "Ÿ");
}

TEST(Utf, SortsAsJavaScriptDoes) {
  std::vector<std::string> words = {"\uFB00", "b", "\U0001F600", "é", "ab", "a", "", "\uD7FF"};
  std::sort(words.begin(), words.end(), LessInUtf16);
  const std::vector<std::string> expected = {"",  "a",      "ab",         "b",
                                             "é", "\uD7FF", "\U0001F600", "\uFB00"};
  EXPECT_EQ(words, expected);
  EXPECT_FALSE(LessInUtf16("same", "same"));
}

}  // namespace
}  // namespace ypp::codec
