#include "crdt/xml.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

std::string Show(const std::vector<Value>& children) {
  Doc doc = DocOf(1);
  EXPECT_TRUE(doc.GetXmlFragment("x").Push(children).ok());
  return doc.GetXmlFragment("x").ToString();
}

// <a><b>1</b>[hook]</a> 2 <B><c></c><b></b></B>
Doc Tree() {
  Doc doc = DocOf(1);
  EXPECT_TRUE(
      doc.GetXmlFragment("x")
          .Push({NewXmlElement("a", {NewXmlElement("b", {NewXmlText("1")}), NewXmlHook("h")}),
                 NewXmlText("2"), NewXmlElement("B", {NewXmlElement("c"), NewXmlElement("b")})})
          .ok());
  return doc;
}

std::string NameOf(const SharedType& node) {
  switch (node.kind()) {
    case TypeKind::kXmlElement:
      return XmlElement(node).node_name();
    case TypeKind::kXmlText:
      return "#text";
    case TypeKind::kXmlHook:
      return "#hook";
    default:
      return "#other";
  }
}

std::string Names(XmlTreeWalker walker) {
  std::string names;
  for (const SharedType& node : walker) names += NameOf(node) + ' ';
  return names;
}

// Expected strings in this file are what Yjs 13.6.33 gives.
TEST(XmlElement, PrintsAttributesSortedAndAsJavaScriptPrintsThem) {
  EXPECT_EQ(
      Show(
          {NewXmlElement("P", {},
                         {{"n", 1.5},
                          {"z", -0.0},
                          {"e", 1e21},
                          {"s", 1e-7},
                          {"b", true},
                          {"0", nullptr},
                          {"u", Any()},
                          {"o", Any::Object{{"a", 1}}},
                          {"l", Any::Array{1, nullptr, Any::Array{"x", Any()}, "y", Any::Object{}}},
                          {"y", Any::ByteString{"\x01\xff"}},
                          {"g", Any::BigInt{5}},
                          {"i", INFINITY},
                          {"é", "<&\">"},
                          {"\U0001F600", 1},
                          {"\uFB00", 2},
                          {"A", "A"}})}),
      "<p 0=\"null\" A=\"A\" b=\"true\" e=\"1e+21\" g=\"5\" i=\"Infinity\" "
      "l=\"1,,x,,y,[object Object]\" n=\"1.5\" o=\"[object Object]\" s=\"1e-7\" u=\"undefined\" "
      "y=\"1,255\" z=\"0\" é=\"<&\">\" 😀=\"1\" ﬀ=\"2\"></p>");
}

TEST(XmlElement, PrintsTypesInAttributes) {
  EXPECT_EQ(Show({NewXmlElement("P", {},
                                {{"t", NewText("txt")},
                                 {"x", NewXmlElement("B", {NewXmlText("in")})},
                                 {"m", NewMap()},
                                 {"a", NewArray()}})}),
            "<p a=\"[object Object]\" m=\"[object Object]\" t=\"txt\" x=\"<b>in</b>\"></p>");
}

TEST(XmlElement, PrintsItsNameInLowerCase) {
  EXPECT_EQ(
      Show({NewXmlElement("ÄÖ"), NewXmlElement("\u0130"), NewXmlElement("ΣΑΣ"), NewXmlElement("")}),
      "<äö></äö><i\u0307></i\u0307><σας></σας><></>");
}

TEST(XmlFragment, PrintsChildrenOfAllKinds) {
  EXPECT_EQ(Show({1, "two", true, Any::Object{{"a", 1}}, Any::Array{1, Any::Array{2}},
                  Any::ByteString{"\x03\x04"}, NewXmlHook("h"), NewMap(), NewText("t"),
                  NewXmlFragment({NewXmlElement("q")})}),
            "1twotrue[object Object]1,23,4[object Object][object Object]t<q></q>");
}

TEST(XmlText, PrintsFormatsAsSortedTags) {
  Doc doc = DocOf(1);
  XmlFragment x = doc.GetXmlFragment("x");
  ASSERT_TRUE(
      x.Push(
           {NewXmlText({TextStep::Insert("plain"),
                        TextStep::Insert("red", {{"color", "red"}, {"bold", true}, {"size", 12}}),
                        TextStep::Insert(
                            "x", {{"link", Any::Object{{"href", "u"}, {"b", nullptr}, {"n", 1}}}}),
                        TextStep::Insert("l", {{"l", Any::Array{"a", Any::Array{"b", "c"}}}}),
                        TextStep::Insert(Any::Object{{"img", 1}}, {{"z", Any::Object{}}})})})
          .ok());
  XmlText text = x.Get(0).xml_text();
  ASSERT_TRUE(text.InsertEmbed(0, NewXmlElement("EM", {NewXmlText("deep")})).ok());
  EXPECT_EQ(text.ToString(),
            "<em>deep</em>plain<bold><color 0=\"r\" 1=\"e\" 2=\"d\"><size>red</size></color></bold>"
            "<link b=\"null\" href=\"u\" n=\"1\">x</link><l 0=\"a\" 1=\"b,c\">l</l>"
            "<z>[object Object]</z>");
  EXPECT_EQ(x.ToString(), text.ToString());
  EXPECT_EQ(Text(text).ToString(), "plainredxl");
}

TEST(XmlText, HasAttributesThatItDoesNotPrint) {
  Doc doc = DocOf(1);
  XmlText text = doc.GetXmlText("t");
  ASSERT_TRUE(text.Insert(0, "x").ok());
  ASSERT_TRUE(text.SetAttribute("k", "v").ok());
  ASSERT_TRUE(text.SetAttribute("n", Any::Object{{"a", 1}}).ok());
  ASSERT_TRUE(text.RemoveAttribute("k").ok());
  EXPECT_EQ(text.ToString(), "x");
  EXPECT_EQ(text.GetAttributes(), (Entries{{"n", Any::Object{{"a", 1}}}}));
  EXPECT_EQ(text.GetAttribute("k"), Value());
}

TEST(Text, KeepsAttributesBesideItsCharacters) {
  Doc doc = DocOf(1);
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "x").ok());
  ASSERT_TRUE(text.SetAttribute("k", "v").ok());
  ASSERT_TRUE(text.SetAttribute("n", Any::Object{{"a", 1}}).ok());
  ASSERT_TRUE(text.RemoveAttribute("k").ok());
  EXPECT_EQ(absl::BytesToHexString(doc.EncodeUpdate()),
            "0103010004010174017821010174016b0128010174016e01760101617d010101010101");
  EXPECT_EQ(doc.GetMap("m").Set("\xff", 1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Text().SetAttribute("k", 1).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(XmlElement, AsARootHasYjsNameForIt) {
  Doc doc = DocOf(1);
  XmlElement root = doc.GetXmlElement("r");
  ASSERT_TRUE(root.SetAttribute("k", "v").ok());
  ASSERT_TRUE(root.Insert(0, {NewXmlText("t")}).ok());
  EXPECT_EQ(root.node_name(), "UNDEFINED");
  EXPECT_EQ(root.ToString(), "<undefined k=\"v\">t</undefined>");
  EXPECT_EQ(root.ToJson(), Any("<undefined k=\"v\">t</undefined>"));
}

TEST(XmlElement, SetsAndRemovesAttributes) {
  Doc doc = Tree();
  XmlElement a = doc.GetXmlFragment("x").FirstChild().xml_element();
  ASSERT_TRUE(a.SetAttribute("id", "1").ok());
  ASSERT_TRUE(a.SetAttribute("7", 7).ok());
  ASSERT_TRUE(a.SetAttribute("id", "2").ok());
  EXPECT_TRUE(a.HasAttribute("id"));
  EXPECT_EQ(a.GetAttribute("id"), Value("2"));
  EXPECT_EQ(a.GetAttributes(), (Entries{{"7", 7}, {"id", "2"}}));
  ASSERT_TRUE(a.RemoveAttribute("id").ok());
  ASSERT_TRUE(a.RemoveAttribute("id").ok());
  EXPECT_FALSE(a.HasAttribute("id"));
  EXPECT_EQ(a.GetAttribute("id"), Value());
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(XmlFragment, InsertsAndDeletesChildren) {
  Doc doc = DocOf(1);
  XmlFragment x = doc.GetXmlFragment("x");
  ASSERT_TRUE(x.Insert(0, {NewXmlElement("a"), NewXmlElement("b")}).ok());
  ASSERT_TRUE(x.InsertAfter(x.Get(0), {NewXmlElement("c"), NewXmlText("d")}).ok());
  ASSERT_TRUE(x.InsertAfter(Value(), {NewXmlElement("e")}).ok());
  ASSERT_TRUE(x.Delete(1).ok());
  ASSERT_TRUE(x.Push({NewXmlElement("f")}).ok());
  ASSERT_TRUE(x.Unshift({NewXmlElement("g")}).ok());
  EXPECT_EQ(x.ToString(), "<g></g><e></e><c></c>d<b></b><f></f>");
  EXPECT_EQ(absl::BytesToHexString(doc.EncodeUpdate()),
            "010801000101017801870100030162c701000101030163c701020101060400010301644701000301658701"
            "0103016647"
            "01050301670101010001");
}

TEST(XmlFragment, RefusesPlacesThatAreNotThere) {
  Doc doc = Tree();
  XmlFragment x = doc.GetXmlFragment("x");
  const std::string before = doc.EncodeUpdate();
  EXPECT_EQ(x.Insert(4, {NewXmlText()}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(x.Delete(2, 2).code(), absl::StatusCode::kOutOfRange);
  const Value grandchild = x.FirstChild().xml_element().FirstChild();
  EXPECT_EQ(x.InsertAfter(grandchild, {NewXmlText()}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(x.InsertAfter(x, {NewXmlText()}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(x.InsertAfter("text", {NewXmlText()}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(XmlFragment().Push({NewXmlText()}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(XmlElement(x).SetAttribute("k", 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(doc.EncodeUpdate(), before);
}

TEST(XmlFragment, FindsNodesByName) {
  Doc doc = Tree();
  const XmlFragment x = doc.GetXmlFragment("x");
  EXPECT_EQ(x.QuerySelector("B").ToString(), "<b>1</b>");
  std::vector<std::string> found;
  for (const XmlElement& element : x.QuerySelectorAll("b")) found.push_back(element.ToString());
  EXPECT_EQ(found, (std::vector<std::string>{"<b>1</b>", "<b><c></c><b></b></b>", "<b></b>"}));
  EXPECT_FALSE(x.QuerySelector("nope").valid());
  EXPECT_FALSE(x.QuerySelector("").valid());
}

TEST(XmlTreeWalker, VisitsNodesInDocumentOrder) {
  Doc doc = Tree();
  const XmlFragment x = doc.GetXmlFragment("x");
  EXPECT_EQ(Names(x.CreateTreeWalker()), "a b #text #hook #text B c b ");
  const auto not_c = [](const SharedType& node) { return NameOf(node) != "c"; };
  EXPECT_EQ(Names(x.Get(2).xml_element().CreateTreeWalker(not_c)), "b ");
  EXPECT_EQ(Names(XmlFragment().CreateTreeWalker()), "");
}

TEST(XmlTreeWalker, PassesDeletedNodesAndPlainValues) {
  Doc doc = Tree();
  XmlFragment x = doc.GetXmlFragment("x");
  ASSERT_TRUE(x.Insert(1, {"plain", 2}).ok());
  ASSERT_TRUE(x.Delete(0).ok());
  EXPECT_EQ(Names(x.CreateTreeWalker()), "#text B c b ");
  ASSERT_TRUE(x.Delete(0, x.length()).ok());
  EXPECT_EQ(Names(x.CreateTreeWalker()), "");
}

TEST(XmlTreeWalker, EndsWhenItsNodeIsCollected) {
  Doc doc = Tree();
  XmlFragment x = doc.GetXmlFragment("x");
  XmlTreeWalker walker = x.CreateTreeWalker();
  ASSERT_TRUE(walker.Next().valid());
  ASSERT_TRUE(x.Delete(0).ok());
  EXPECT_FALSE(walker.Next().valid());
  EXPECT_FALSE(walker.Next().valid());
}

TEST(XmlElement, KnowsItsNeighboursAndItsParent) {
  Doc doc = Tree();
  XmlFragment x = doc.GetXmlFragment("x");
  const XmlElement first = x.Get(0).xml_element();
  const XmlText text = x.Get(1).xml_text();
  const XmlElement last = x.Get(2).xml_element();
  EXPECT_EQ(first.NextSibling(), Value(text));
  EXPECT_EQ(first.PrevSibling(), Value());
  EXPECT_EQ(text.PrevSibling(), Value(first));
  EXPECT_EQ(text.NextSibling(), Value(last));
  EXPECT_EQ(last.NextSibling(), Value());
  EXPECT_EQ(last.parent(), x);
  EXPECT_FALSE(x.parent().valid());
  ASSERT_TRUE(x.Delete(1).ok());
  EXPECT_EQ(first.NextSibling(), Value(last));
  EXPECT_EQ(text.NextSibling(), Value());
}

TEST(XmlFragment, SlicesAsJavaScriptDoes) {
  Doc doc = Tree();
  const XmlFragment x = doc.GetXmlFragment("x");
  EXPECT_EQ(x.Slice(-2), (std::vector<Value>{x.Get(1), x.Get(2)}));
  EXPECT_EQ(x.Slice(1, -1), std::vector<Value>{x.Get(1)});
  EXPECT_EQ(x.Slice(0, 9).size(), 3u);
  EXPECT_TRUE(x.Slice(2, 1).empty());
  std::vector<Value> children;
  for (const Value& child : x) children.push_back(child);
  EXPECT_EQ(children, x.ToVector());
}

TEST(XmlHook, IsAMapWithAName) {
  Doc doc = Tree();
  XmlHook hook = doc.GetXmlFragment("x").FirstChild().xml_element().Get(1).xml_hook();
  EXPECT_EQ(hook.hook_name(), "h");
  ASSERT_TRUE(hook.Set("k", 1).ok());
  EXPECT_EQ(hook.ToJson(), Any(Any::Object{{"k", 1}}));
}

TEST(Xml, IsAStringInsideOfJson) {
  Doc doc = DocOf(1);
  ASSERT_TRUE(doc.GetArray("a").Push({NewXmlElement("p"), NewXmlText("t"), NewXmlHook("h")}).ok());
  EXPECT_EQ(doc.GetArray("a").ToJson(), Any(Any::Array{"<p></p>", "t", Any::Object{}}));
}

TEST(Xml, NestedDeeperThanAnyStackIsWalkedAndShownInPart) {
  Doc doc = DocOf(1);
  constexpr int kDepth = 20000;
  {
    Transaction transaction(doc);
    XmlFragment parent = doc.GetXmlFragment("x");
    for (int i = 0; i < kDepth; ++i) {
      ASSERT_TRUE(parent.Insert(0, {NewXmlElement("e")}).ok());
      parent = parent.FirstChild().xml_fragment();
    }
  }
  const XmlFragment x = doc.GetXmlFragment("x");
  EXPECT_EQ(x.QuerySelectorAll("e").size(), static_cast<size_t>(kDepth));
  std::string expected;
  for (int i = 0; i < kMaxAnyDepth; ++i) expected += "<e>";
  for (int i = 0; i < kMaxAnyDepth; ++i) expected += "</e>";
  EXPECT_EQ(x.ToString(), expected);
  NewType copy = x.Clone();
  EXPECT_TRUE(doc.GetXmlFragment("copy").Push({copy}).ok());
  ASSERT_TRUE(doc.GetXmlFragment("x").Delete(0).ok());
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(Root, OpenedLateAdoptsWhatCameBefore) {
  Doc doc = Tree();
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(late.GetXmlFragment("x").ToString(), doc.GetXmlFragment("x").ToString());
  EXPECT_FALSE(late.GetXmlElement("x").valid());
  EXPECT_FALSE(late.GetArray("x").valid());
}

}  // namespace
}  // namespace ypp
