#include "crdt/new_type.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/crdt/hex.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// Expected bytes are what Yjs 13.6.33 gives for client 1 and one transaction.
TEST(NewType, PutsATypeBeforeItsContentAndThatBeforeWhatFollows) {
  Doc doc = DocOf(1);
  ASSERT_TRUE(doc.GetArray("a")
                  .Push({1, NewArray({"x", NewMap({{"z", 1}, {"a", NewText("tt")}})}), 2,
                         Any::ByteString{"\x01\x02"}, 3})
                  .ok());
  EXPECT_EQ(Hex(doc),
            "010a010008010161017d018701000008000101017701788701020128000103017a017d01270001030161"
            "0204000105027474880101017d02830108020102880109017d0300");
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(NewType, PutsChildrenOfAnElementBeforeItsAttributes) {
  Doc doc = DocOf(1);
  ASSERT_TRUE(
      doc.GetMap("m")
          .Set("el", NewXmlElement("div", {NewXmlText("c1"), NewXmlElement("c2", {}, {{"q", "v"}})},
                                   {{"k", "v"}, {"j", 2}}))
          .ok());
  EXPECT_EQ(
      Hex(doc),
      "010701002701016d02656c0303646976070001000604000101026331870101030263322800010401710177017628"
      "000100016b0177017628000100016a017d0200");
}

TEST(NewType, PutsFormattedTextBeforeAttributes) {
  Doc doc = DocOf(1);
  NewType text = NewText({TextStep::Insert("ab", {{"bold", true}}), TextStep::Insert("c"),
                          TextStep::Insert(Any::Object{{"image", "x"}})});
  text.entries = {{"dir", "rtl"}};
  ASSERT_TRUE(doc.GetMap("m").Set("t", text).ok());
  EXPECT_EQ(Hex(doc),
            "010701002701016d0174020600010004626f6c64047472756584010102616286010304626f6c64046e75"
            "6c6c84010401638501050d7b22696d616765223a2278227d280001000364697201770372746c00");
}

TEST(NewType, MakesHooksFragmentsAndEmbeddedTypes) {
  Doc hook = DocOf(1);
  ASSERT_TRUE(hook.GetXmlFragment("x").Push({NewXmlHook("widget", {{"k", 1}})}).ok());
  EXPECT_EQ(Hex(hook), "0102010007010178050677696467657428000100016b017d0100");
  Doc fragment = DocOf(1);
  ASSERT_TRUE(fragment.GetArray("a").Push({NewXmlFragment({NewXmlElement("p")})}).ok());
  EXPECT_EQ(Hex(fragment), "0102010007010161040700010003017000");
  Doc embed = DocOf(1);
  {
    Transaction transaction(embed);
    ASSERT_TRUE(embed.GetText("t").Insert(0, "a").ok());
    ASSERT_TRUE(embed.GetText("t").InsertEmbed(1, NewMap({{"k", "v"}})).ok());
  }
  EXPECT_EQ(Hex(embed), "010301000401017401618701000128000101016b0177017600");
}

TEST(NewType, KeepsTheFirstPlaceAndTheLastValueOfAKeyThatComesTwice) {
  Doc doc = DocOf(1);
  ASSERT_TRUE(doc.GetMap("m").Set("n", NewMap({{"b", 1}, {"a", 2}, {"b", 3}})).ok());
  EXPECT_EQ(Hex(doc), "010301002701016d016e01280001000162017d03280001000161017d0200");
}

// Every fault must be found before anything has changed, wherever it lies.
class Refusals : public testing::Test {
 protected:
  void ExpectRefused(const Value& value) {
    const std::string before = doc_.EncodeUpdate();
    EXPECT_EQ(doc_.GetArray("a").Insert(0, {1, value}).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(doc_.GetArray("a").Push({1, value}).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(doc_.GetMap("m").Set("k", NewArray({1, value})).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(doc_.GetXmlFragment("x").Push({value}).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(doc_.EncodeUpdate(), before);
    EXPECT_EQ(doc_.GetArray("a").length(), 0u);
  }

  Doc doc_ = DocOf(1);
};

TEST_F(Refusals, RefusesTypesThatLiveInADocumentAlready) {
  ExpectRefused(doc_.GetMap("other"));
  ExpectRefused(NewArray({NewMap({{"k", doc_.GetText("t")}})}));
  EXPECT_EQ(doc_.GetMap("m").Set("k", doc_.GetText("t")).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Refusals, RefusesUndefinedAndBigIntegersAsElementsOnly) {
  ExpectRefused(Any());
  ExpectRefused(Any::BigInt{5});
  ASSERT_TRUE(doc_.GetMap("m").Set("big", Any::BigInt{5}).ok());
  ASSERT_TRUE(doc_.GetMap("m").Set("undefined", Any()).ok());
  ASSERT_TRUE(doc_.GetArray("b").Push({Any::Array{Any(), Any::BigInt{1}}}).ok());
  EXPECT_EQ(doc_.GetMap("m").Get("big"), Value(Any::BigInt{5}));
}

TEST_F(Refusals, RefusesStringsThatAreNotUtf8) {
  ExpectRefused("\xff");
  ExpectRefused(Any::Object{{"\xff", 1}});
  ExpectRefused(Any::Array{Any::Object{{"k", "\xc0\x80"}}});
  ExpectRefused(NewXmlElement("\xff"));
  ExpectRefused(NewXmlElement("p", {}, {{"\xff", 1}}));
  ExpectRefused(NewText("\xff"));
  ExpectRefused(NewText({TextStep::Insert("a", {{"\xff", true}})}));
  EXPECT_EQ(doc_.GetMap("m").Set("\xff", 1).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Refusals, RefusesPartsThatDoNotFitTheKind) {
  NewType map = NewMap();
  map.children = {1};
  ExpectRefused(map);
  NewType array = NewArray();
  array.entries = {{"k", 1}};
  ExpectRefused(array);
  NewType element = NewXmlElement("p");
  element.text = {TextStep::Insert("a")};
  ExpectRefused(element);
  NewType untyped;
  untyped.kind = TypeKind::kUntyped;
  ExpectRefused(untyped);
}

TEST_F(Refusals, RefusesTypesThatNestTooDeep) {
  NewType nested = NewArray();
  for (int i = 1; i < kMaxAnyDepth; ++i) nested = NewArray({nested});
  Doc deep = DocOf(1);
  ASSERT_TRUE(deep.GetArray("a").Push({nested}).ok());
  EXPECT_TRUE(CheckInvariants(deep).ok());
  EXPECT_EQ(deep.GetMap("m").Set("k", NewMap({{"k", nested}})).code(),
            absl::StatusCode::kInvalidArgument);
  ExpectRefused(NewArray({nested}));
}

TEST(Clone, CopiesAnElementAsYjsDoes) {
  Doc doc = DocOf(1);
  XmlFragment x = doc.GetXmlFragment("x");
  ASSERT_TRUE(x.Push({NewXmlElement("DIV", {NewXmlText("hi"), NewXmlElement("br")},
                                    {{"b", "1"}, {"2", "two"}, {"a", 3}})})
                  .ok());
  Doc other = DocOf(1);
  ASSERT_TRUE(other.GetXmlFragment("x").Push({x.FirstChild().xml_element().Clone()}).ok());
  EXPECT_EQ(Hex(other),
            "01070100070101780303444956070001000604000101026869870101030262722800010001320177037477"
            "6f28000100"
            "016201770131280001000161017d0300");
}

TEST(Clone, CopiesAMapAsYjsDoes) {
  Doc doc = DocOf(1);
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("z", 1).ok());
  ASSERT_TRUE(map.Set("1", NewArray({1, Any::ByteString{"\x07"}})).ok());
  ASSERT_TRUE(map.Set("a", 2).ok());
  Doc other = DocOf(1);
  ASSERT_TRUE(other.GetMap("m").Set("c", map.Clone()).ok());
  EXPECT_EQ(Hex(other),
            "010601002701016d01630128000100017a017d012700010001310008000102017d01830103010728000100"
            "0161017d0200");
}

TEST(Clone, CopiesTextsWithFormatsEmbedsAndAttributes) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "hello").ok());
  ASSERT_TRUE(text.Format(0, 2, {{"bold", true}}).ok());
  ASSERT_TRUE(text.InsertEmbed(5, NewMap({{"k", NewArray({1})}})).ok());
  ASSERT_TRUE(text.SetAttribute("dir", "rtl").ok());
  ASSERT_TRUE(doc.GetMap("m").Set("copy", text.Clone()).ok());
  const Text copy = doc.GetMap("m").Get("copy").text();
  const TextDelta delta = copy.ToDelta();
  ASSERT_EQ(delta.size(), 3u);
  EXPECT_EQ(delta[0], TextStep::Insert("he", {{"bold", true}}));
  EXPECT_EQ(delta[1], TextStep::Insert("llo"));
  EXPECT_EQ(delta[2].insert.ToAny(), Any(Any::Object{{"k", Any::Array{1}}}));
  EXPECT_NE(delta[2].insert, text.ToDelta()[2].insert);
  EXPECT_EQ(copy.GetAttribute("dir"), Value("rtl"));
}

TEST(Clone, GivesEachCopyASubDocumentOfItsOwn) {
  Doc doc = DocOf(1);
  DocOptions options;
  options.guid = "sub";
  options.meta = Any::Object{{"title", "x"}};
  ASSERT_TRUE(doc.GetArray("a").Push({NewArray({std::make_shared<Doc>(options)})}).ok());
  const Array first = doc.GetArray("a").Get(0).array();
  ASSERT_TRUE(doc.GetArray("a").Push({first.Clone()}).ok());
  const std::shared_ptr<Doc> original = first.Get(0).if_doc();
  const std::shared_ptr<Doc> copy = doc.GetArray("a").Get(1).array().Get(0).if_doc();
  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy, original);
  EXPECT_EQ(copy->guid(), "sub");
  EXPECT_EQ(copy->meta(), original->meta());
}

TEST(Clone, OfAHandleThatIsNotValidIsEmpty) {
  Doc doc = DocOf(1);
  ASSERT_TRUE(doc.GetArray("a")
                  .Push({Array().Clone(), Map().Clone(), Text().Clone(), XmlFragment().Clone()})
                  .ok());
  EXPECT_EQ(doc.GetArray("a").ToJson(), Any(Any::Array{Any::Array{}, Any::Object{}, "", ""}));
}

}  // namespace
}  // namespace ypp
