#include "transport/prosemirror_json.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "crdt/doc.h"

namespace ypp::transport {
namespace {

TEST(ProsemirrorJson, ComesBackAsItWent) {
  const std::string json =
      R"({"type":"doc","content":[{"type":"paragraph"},{"type":"image","attrs":{"src":"a.png"}},)"
      R"({"type":"list","content":[{"type":"item","content":[{"type":"text","text":"one"},)"
      R"({"type":"text","text":"two","marks":[{"type":"link","attrs":{"href":"/"}},)"
      R"({"type":"italic"}]},{"type":"break"},{"type":"text","text":"three"}]}]}]})";
  Doc doc;
  ASSERT_TRUE(InsertProsemirrorJson(*codec::ParseJson(json), doc.GetXmlFragment("p")).ok());
  EXPECT_EQ(codec::ToJson(ProsemirrorJson(doc.GetXmlFragment("p"))), json);
}

TEST(ProsemirrorJson, RefusesWhatIsNoneAndChangesNothing) {
  std::string deep = R"({"type":"text","text":"x"})";
  for (int i = 0; i < 150; ++i) deep = R"({"type":"p","content":[)" + deep + "]}";
  for (const std::string& json :
       {std::string("1"), std::string(R"({"type":"paragraph"})"),
        std::string(R"({"type":"doc","content":{}})"),
        std::string(R"({"type":"doc","content":[{"type":"p"},{}]})"),
        std::string(R"({"type":"doc","content":[{"type":"text"}]})"),
        std::string(R"({"type":"doc","content":[{"type":"text","text":"a","marks":[1]}]})"),
        R"({"type":"doc","content":[)" + deep + "]}"}) {
    Doc doc;
    EXPECT_FALSE(InsertProsemirrorJson(*codec::ParseJson(json), doc.GetXmlFragment("p")).ok())
        << json;
    EXPECT_EQ(doc.GetXmlFragment("p").length(), 0u);
  }
}

}  // namespace
}  // namespace ypp::transport
