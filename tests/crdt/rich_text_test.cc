// Expected bytes are those of Yjs 13.6.33 for the same edits by client 1.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/new_type.h"
#include "crdt/relative_position.h"

namespace ypp {
namespace {

struct TextDoc {
  explicit TextDoc(ClientId client = 1) : doc(DocOptions{client}), text(doc.GetText("t")) {}
  std::string Hex() const {
    EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
    return absl::BytesToHexString(doc.EncodeUpdate());
  }

  Doc doc;
  Text text;
};

const Attributes kBold = {{"bold", true}};

TEST(RichText, PutsAFormatBeforeARangeAndItsFormerValueBehind) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "hello world").ok());
  ASSERT_TRUE(a.text.Format(0, 5, kBold).ok());
  EXPECT_EQ(a.Hex(),
            "01040100040101740568656c6c6f8401040620776f726c6446010004626f6c640474727565c60104010504"
            "626f6c64046e756c6c00");
  EXPECT_EQ(a.text.ToDelta(),
            (TextDelta{TextStep::Insert("hello", kBold), TextStep::Insert(" world")}));
}

TEST(RichText, InheritsFormatsUnlessToldOtherwise) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "ab", kBold).ok());
  ASSERT_TRUE(a.text.Insert(2, "c").ok());
  ASSERT_TRUE(a.text.Insert(3, "d", {}).ok());
  EXPECT_EQ(a.Hex(),
            "010501000601017404626f6c64047472756584010002616286010204626f6c64046e756c6cc40102010301"
            "63840103016400");
}

TEST(RichText, EndsFormatsForAnInsertAndRestoresThemBehindIt) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "ab", kBold).ok());
  ASSERT_TRUE(a.text.Insert(1, "x", {{"bold", nullptr}, {"em", Any::Object()}}).ok());
  EXPECT_EQ(a.Hex(),
            "010901000601017404626f6c6404747275658401000161840101016286010204626f6c64046e756c6cc601"
            "01010204626f6c6404"
            "6e756c6cc60104010202656d027b7dc4010501020178c60106010204626f6c640474727565c60107010202"
            "656d046e756c6c00");
}

TEST(RichText, DeletesFormatsThatNoLongerFormatAnything) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "abc").ok());
  ASSERT_TRUE(a.text.Format(1, 1, kBold).ok());
  ASSERT_TRUE(a.text.Delete(1, 1).ok());
  EXPECT_EQ(a.Hex(),
            "01050100040101740161810100018401010163c10100010101c1010101020101010201010302");
}

TEST(RichText, FormatsPastTheEndBecomeNewlines) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "ab").ok());
  ASSERT_TRUE(a.text.Format(1, 3, kBold).ok());
  EXPECT_EQ(a.Hex(),
            "010501000401017401618401000162c60100010104626f6c640474727565840101020a0a86010404626f6c"
            "64046e756c6c00");
}

TEST(RichText, ReplacesOverlappingFormats) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "abcdef").ok());
  ASSERT_TRUE(a.text.Format(0, 4, kBold).ok());
  ASSERT_TRUE(a.text.Format(2, 4, {{"bold", nullptr}, {"color", "red"}}).ok());
  EXPECT_EQ(a.Hex(),
            "010801000401017402616284010102636484010302656646010004626f6c640474727565c10103010401c6"
            "0101010204626f6c64"
            "046e756c6cc60108010205636f6c6f7205227265642286010505636f6c6f72046e756c6c0101010701");
}

TEST(RichText, HoldsEmbeds) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "ab").ok());
  ASSERT_TRUE(a.text.InsertEmbed(1, Any::Object{{"image", "x"}}, {{"width", 3}}).ok());
  EXPECT_EQ(a.text.length(), 3u);
  EXPECT_EQ(a.text.ToString(), "ab");
  EXPECT_EQ(a.Hex(),
            "010501000401017401618401000162c6010001010577696474680133c5010201010d7b22696d616765223a"
            "2278227dc601030101"
            "057769647468046e756c6c00");
}

TEST(RichText, AppliesDeltas) {
  TextDoc a;
  ASSERT_TRUE(a.text
                  .ApplyDelta({TextStep::Insert("ab\n", {{"b", 1}}), TextStep::Insert("c\n")},
                              Text::FinalNewline::kDrop)
                  .ok());
  ASSERT_TRUE(
      a.text
          .ApplyDelta({TextStep::Retain(1), TextStep::Delete(1),
                       TextStep::Insert(Any::Object{{"e", 1}}), TextStep::Retain(1, {{"i", true}})})
          .ok());
  EXPECT_EQ(a.Hex(),
            "010b01000601017401620131840100016181010101840102010a8601030162046e756c6c8401040163c601"
            "0201030162046e756c"
            "6cc501060103077b2265223a317dc60107010301620131c60108010301690474727565c601040105016904"
            "6e756c6c0101010201");
}

TEST(RichText, KnowsAnObjectThatItRestored) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "abcd", {{"link", Any::Object{{"href", "x"}}}}).ok());
  ASSERT_TRUE(a.text.Insert(2, "Z", {{"link", nullptr}}).ok());
  ASSERT_TRUE(a.text.Delete(2, 1).ok());
  EXPECT_EQ(a.Hex(),
            "0105010006010174046c696e6b0c7b2268726566223a2278227d840100026162840102026364860104046c"
            "696e6b046e756c6cc1"
            "01020103030101010603");
}

TEST(RichText, CleansUpAfterConcurrentFormatsInATransactionOfItsOwn) {
  TextDoc a(1);
  TextDoc b(2);
  ASSERT_TRUE(a.text.Insert(0, "abcd").ok());
  ASSERT_TRUE(b.doc.ApplyUpdate(a.doc.EncodeUpdate()).ok());
  ASSERT_TRUE(a.text.Format(0, 4, kBold).ok());
  ASSERT_TRUE(b.text.Format(0, 4, kBold).ok());
  std::vector<std::string> updates;
  const Subscription subscription = b.doc.OnUpdate([&](const UpdateEvent& event) {
    updates.push_back(absl::BytesToHexString({event.update.data(), event.update.size()}) +
                      (event.local ? " local" : " remote"));
  });
  ASSERT_TRUE(b.doc.ApplyUpdate(a.doc.EncodeUpdate(), "remote").ok());
  EXPECT_EQ(b.Hex(),
            "0202020046010004626f6c64047472756586010304626f6c64046e756c6c03010004010174046162636441"
            "01000186010304626f"
            "6c64046e756c6c0101010401");
  EXPECT_EQ(updates, (std::vector<std::string>{
                         "0102010446010004626f6c64047472756586010304626f6c64046e756c6c00 remote",
                         "000101010401 local"}));
}

TEST(RichText, CleansUpWhenItIsAskedTo) {
  TextDoc a(1);
  TextDoc b(2);
  ASSERT_TRUE(a.text.Insert(0, "abcd").ok());
  ASSERT_TRUE(b.doc.ApplyUpdate(a.doc.EncodeUpdate()).ok());
  ASSERT_TRUE(a.text.Format(0, 4, kBold).ok());
  ASSERT_TRUE(b.text.Format(0, 4, kBold).ok());
  // Nothing is cleaned up in a root that is not a text yet.
  Doc late(DocOptions{3});
  ASSERT_TRUE(late.ApplyUpdate(a.doc.EncodeUpdate()).ok());
  ASSERT_TRUE(late.ApplyUpdate(b.doc.EncodeUpdate()).ok());
  Text text = late.GetText("t");
  const TextDelta before = text.ToDelta();
  EXPECT_EQ(text.CleanUpFormatting(), 1u);
  EXPECT_EQ(text.CleanUpFormatting(), 0u);
  EXPECT_EQ(text.ToDelta(), before);
  EXPECT_TRUE(CheckInvariants(late).ok()) << CheckInvariants(late);
  // As cleanupYTextFormatting leaves it in Yjs.
  EXPECT_EQ(absl::BytesToHexString(late.EncodeUpdate()),
            "0202020046010004626f6c64047472756586010304626f6c64046e756c6c03010004010174046162636441"
            "01000186010304626f"
            "6c64046e756c6c0101010401");
}

TEST(RichText, FindsItsPlaceAfterTypingWhereAFormatChangedNothing) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "yz").ok());
  ASSERT_TRUE(a.text.Insert(0, "abcdef").ok());
  ASSERT_TRUE(a.text.Format(3, 2, {{"bold", nullptr}}).ok());
  ASSERT_TRUE(a.text.Insert(6, "g").ok());
  ASSERT_TRUE(a.text.Insert(8, "X", kBold).ok());
  EXPECT_EQ(a.text.ToString(), "abcdefgyXz");
}

TEST(RichText, FindsItsPlaceAfterErasingWhereAFormatChangedNothing) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "yz").ok());
  ASSERT_TRUE(a.text.Insert(0, "abcdef").ok());
  ASSERT_TRUE(a.text.Delete(5, 1).ok());
  ASSERT_TRUE(a.text.Format(3, 2, {{"bold", nullptr}}).ok());
  ASSERT_TRUE(a.text.Delete(4, 1).ok());
  ASSERT_TRUE(a.text.Insert(5, "X", kBold).ok());
  EXPECT_EQ(a.text.ToString(), "abcdyXz");
}

TEST(RichText, FindsItsPlaceAfterADeltaThatGrewARun) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "yz").ok());
  ASSERT_TRUE(a.text.Insert(0, "abc", kBold).ok());
  ASSERT_TRUE(a.text.Insert(3, "de").ok());
  ASSERT_TRUE(a.text.Insert(5, "f").ok());
  ASSERT_TRUE(a.text.ApplyDelta({TextStep::Retain(6), TextStep::Insert("g", kBold)}).ok());
  ASSERT_TRUE(a.text.Insert(8, "X").ok());
  EXPECT_EQ(a.text.ToString(), "abcdefgyXz");
}

TEST(RichText, FindsRelativePositionsBehindWhatIsTyped) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "yz").ok());
  ASSERT_TRUE(a.text.Insert(0, "abc", kBold).ok());
  ASSERT_TRUE(a.text.Insert(3, "d").ok());
  ASSERT_TRUE(ResolvePosition(a.doc, RelativePositionAt(a.text, 5)).has_value());
  ASSERT_TRUE(a.text.Insert(4, "e").ok());
  const RelativePosition y = RelativePositionAt(a.text, 5);
  EXPECT_EQ(y.item, (Id{1, 0}));
  EXPECT_EQ(ResolvePosition(a.doc, y)->index, 5u);
}

TEST(RichText, RefusesWhatATextCannotHoldAndChangesNothing) {
  TextDoc a;
  ASSERT_TRUE(a.text.Insert(0, "abc").ok());
  const std::string before = a.Hex();
  EXPECT_EQ(a.text.Insert(4, "x", kBold).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(a.text.Format(4, 1, kBold).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(a.text.Format(0, 1, {{"\xff", true}}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(a.text.InsertEmbed(0, Value(a.text)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(a.text.ApplyDelta({TextStep::Insert("x"), TextStep::Insert("\xff")}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(a.text.Format(0, UINT32_MAX, kBold).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(a.Hex(), before);
}

}  // namespace
}  // namespace ypp
