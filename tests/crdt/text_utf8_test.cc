#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/utf.h"
#include "crdt/doc.h"

namespace ypp {
namespace {

TEST(TextUtf8, CountsBytes) {
  Doc doc;
  Text text = doc.GetText("t");
  EXPECT_EQ(text.Utf8Length(), 0u);
  ASSERT_TRUE(text.Insert(0, "aä€😀z").ok());  // 1 + 2 + 3 + 4 + 1 bytes; 1 + 1 + 1 + 2 + 1 units
  EXPECT_EQ(text.Utf8Length(), 11u);
  EXPECT_EQ(*text.Utf8OffsetOf(3), 6u);
  EXPECT_EQ(*text.Utf8OffsetOf(5), 10u);
  EXPECT_EQ(*text.Utf8OffsetOf(6), 11u);
  EXPECT_EQ(*text.Utf16IndexOf(6), 3u);
  EXPECT_EQ(*text.Utf16IndexOf(10), 5u);
  EXPECT_EQ(*text.Utf16IndexOf(11), 6u);
}

TEST(TextUtf8, RefusesPlacesBehindTheEndAndInsideCharacters) {
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "ä😀").ok());
  EXPECT_EQ(text.Utf8OffsetOf(4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(text.Utf8OffsetOf(2).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(text.Utf16IndexOf(7).status().code(), absl::StatusCode::kOutOfRange);
  for (const uint32_t inside : {1u, 3u, 4u, 5u}) {
    EXPECT_EQ(text.Utf16IndexOf(inside).status().code(), absl::StatusCode::kOutOfRange) << inside;
  }
  EXPECT_EQ(Text().Utf8Length(), 0u);
  EXPECT_EQ(Text().Utf16IndexOf(1).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(TextUtf8, GivesEmbedsNoBytes) {
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "ab").ok());
  ASSERT_TRUE(text.InsertEmbed(1, Any(Any::Object{{"img", 1}})).ok());
  EXPECT_EQ(text.Utf8Length(), 2u);
  EXPECT_EQ(*text.Utf8OffsetOf(1), 1u);
  EXPECT_EQ(*text.Utf8OffsetOf(2), 1u);
  EXPECT_EQ(*text.Utf8OffsetOf(3), 2u);
  EXPECT_EQ(*text.Utf16IndexOf(1), 1u);
  EXPECT_EQ(*text.Utf16IndexOf(2), 3u);
}

TEST(TextUtf8, IsNowhereOfAStaleHandle) {
  EXPECT_EQ(*Text().Utf8OffsetOf(0), 0u);
  EXPECT_EQ(Text().Utf8OffsetOf(1).status().code(), absl::StatusCode::kOutOfRange);
}

RC_GTEST_PROP(TextUtf8, AgreesWithTheStringAfterAnyEdits,
              (const std::vector<std::pair<uint32_t, uint32_t>>& edits)) {
  const std::string characters[] = {"a", "ä", "€", "😀"};
  Doc doc;
  Text text = doc.GetText("t");
  for (const auto& [place, what] : edits) {
    const std::string now = text.ToString();
    // Places between characters only.
    size_t offset = place % (now.size() + 1);
    while (offset < now.size() && (now[offset] & 0xC0) == 0x80) ++offset;
    const uint32_t index = codec::Utf16Length(std::string_view(now).substr(0, offset));
    RC_ASSERT(*text.Utf16IndexOf(static_cast<uint32_t>(offset)) == index);
    RC_ASSERT(*text.Utf8OffsetOf(index) == offset);
    RC_ASSERT(text.Utf8Length() == now.size());
    if (what % 3 == 0) {
      RC_ASSERT(text.Delete(index, text.length() - index).ok());
    } else {
      RC_ASSERT(text.Insert(index, characters[what % 4] + characters[what / 4 % 4]).ok());
    }
  }
}

}  // namespace
}  // namespace ypp
