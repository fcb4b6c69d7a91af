#include "plugin/terminal_text.h"

#include <gtest/gtest.h>

namespace ypp::plugin {
namespace {

TEST(Printable, LeavesTextOfAnyLanguageAsItIs) {
  const std::string text = "a\tb\nGr\xC3\xBC\xC3\x9F \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80";
  EXPECT_EQ(Printable(text), text);
}

TEST(Printable, TakesTheirPowerFromControlCharacters) {
  EXPECT_EQ(Printable("\x1b[2Jx\x07\r\x7F"),
            "\xEF\xBF\xBD[2Jx\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(Printable("\xC2\x9B"), "\xEF\xBF\xBD");  // CSI as one C1 control
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "x"),
            "\xEF\xBF\xBDx");  // right-to-left override
}

TEST(Printable, SurvivesBytesThatAreNotText) {
  EXPECT_EQ(Printable("\xC2"), "\xC2");
  EXPECT_EQ(Printable("\xE2\x80"), "\xE2\x80");
}

TEST(PrintableLine, IsOneLineOfLimitedLength) {
  EXPECT_EQ(PrintableLine("a\nb", 10), "a b");
  EXPECT_EQ(PrintableLine("ab\xC3\xA4"
                          "c",
                          3),
            "ab…");
}

}  // namespace
}  // namespace ypp::plugin
