#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "crdt/doc.h"
#include "tests/crdt/delta_json.h"

namespace ypp {
namespace {

TEST(TextDelta, OfAnEmptyTextIsEmpty) {
  Doc doc;
  EXPECT_TRUE(doc.GetText("t").ToDelta().empty());
  EXPECT_TRUE(Text().ToDelta().empty());
}

TEST(TextDelta, JoinsRunsOfEqualFormats) {
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "ac").ok());
  ASSERT_TRUE(text.Insert(1, "b").ok());
  EXPECT_EQ(DeltaJson(text.ToDelta()), R"([{"insert":"abc"}])");
}

// Made by yjs 13.6.33 with:
//   const t = doc.getText('t')
//   t.insert(0, 'hello world')
//   t.format(0, 5, {bold: true})
//   t.format(3, 5, {color: 'red', 2: 'b', 1: 'a'})
//   t.insertEmbed(5, {image: 'x.png'}, {bold: true})
//   t.insertEmbed(0, new Y.Map([['k', 1]]))
//   t.delete(8, 2)
TEST(TextDelta, ShowsFormatsEmbedsAndNestedTypes) {
  const std::string update = absl::HexStringToBytes(
      "01160100040101740368656c840102026c6f840104012084010502776f84010703726c6446010004626f6c640474"
      "72"
      "7565c60104010504626f6c64046e756c6cc601020103013103226122c6010d0103013203226222c6010e01030563"
      "6f"
      "6c6f72052272656422c6010701080131046e756c6cc6011001080132046e756c6cc60111010805636f6c6f72046e"
      "75"
      "6c6cc60104010c0131046e756c6cc60113010c0132046e756c6cc60114010c05636f6c6f72046e756c6cc5011501"
      "0c"
      "117b22696d616765223a22782e706e67227dc60116010c013103226122c60117010c013203226222c60118010c05"
      "63"
      "6f6c6f7205227265642247010b012800011a016b017d010101010602");
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(doc.ApplyUpdate(update).ok());
  const TextDelta delta = text.ToDelta();
  EXPECT_EQ(DeltaJson(delta),
            R"([{"insert":{"k":1}},{"insert":"hel","attributes":{"bold":true}},)"
            R"({"insert":"lo","attributes":{"1":"a","2":"b","bold":true,"color":"red"}},)"
            R"({"insert":{"image":"x.png"},"attributes":{"bold":true}},)"
            R"({"insert":" ","attributes":{"1":"a","2":"b","color":"red"}},{"insert":"rld"}])");
  EXPECT_TRUE(delta[0].insert.is_type());
}

}  // namespace
}  // namespace ypp
