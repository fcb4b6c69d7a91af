#include "crdt/relative_position.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "codec/json.h"
#include "crdt/doc_state.h"
#include "crdt/new_type.h"
#include "crdt/redone.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

std::string EncodedHex(const RelativePosition& position) {
  const absl::StatusOr<std::string> bytes = EncodeRelativePosition(position);
  return bytes.ok() ? absl::BytesToHexString(*bytes) : bytes.status().ToString();
}

std::string Json(const RelativePosition& position) {
  return codec::ToJson(RelativePositionToJson(position));
}

// The index alone; -1 when there is none.
int64_t IndexOf(Doc& doc, const RelativePosition& position) {
  const std::optional<AbsolutePosition> place = ResolvePosition(doc, position);
  return place ? static_cast<int64_t>(place->index) : -1;
}

// Expected: yjs 13.6.33 with t.insert(0, 'abcd'); t.delete(1, 2); and a nested text 'xy' in map
// 'm'.
TEST(RelativePosition, HasTheBytesOfYjs) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  ASSERT_TRUE(text.Delete(1, 2).ok());
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 0)), "00010000");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 0, -1)), "01017441");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 0, 5)), "00010005");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 1)), "00010300");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 1, -3)), "00010043");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 2)), "01017400");
  EXPECT_EQ(EncodedHex(RelativePositionAt(text, 2, -1)), "00010341");

  Text nested = *doc.GetMap("m").SetText("n");
  ASSERT_TRUE(nested.Insert(0, "xy").ok());
  EXPECT_EQ(EncodedHex(RelativePositionAt(nested, 0, -1)), "02010441");
  EXPECT_EQ(EncodedHex(RelativePositionAt(nested, 1)), "00010600");
  EXPECT_EQ(EncodedHex(RelativePositionAt(nested, 2)), "02010400");
  EXPECT_EQ(EncodedHex(RelativePositionAt(nested, 2, -1)), "00010641");

  EXPECT_EQ(EncodedHex(RelativePositionAt(doc.GetArray("e"), 0, -1)), "01016541");
}

TEST(RelativePosition, BehindTheEndIsTheEnd) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "ab").ok());
  EXPECT_EQ(RelativePositionAt(text, 9), RelativePositionAt(text, 2));
  EXPECT_EQ(RelativePositionAt(text, 9, -1), RelativePositionAt(text, 2, -1));
  EXPECT_EQ(EncodedHex(RelativePositionAt(doc.GetArray("e"), 3)), "01016500");
}

TEST(RelativePosition, OfAStaleHandleIsNull) {
  EXPECT_TRUE(RelativePositionAt(Text(), 0).is_null());
  Doc doc;
  EXPECT_EQ(IndexOf(doc, RelativePosition()), -1);
}

TEST(RelativePosition, ResolvesToTypeIndexAndAssoc) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  const RelativePosition before_c = RelativePositionAt(text, 2);
  const RelativePosition behind_b = RelativePositionAt(text, 2, -1);
  ASSERT_TRUE(text.Insert(2, "--").ok());
  const std::optional<AbsolutePosition> place = ResolvePosition(doc, behind_b);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->type, text);
  EXPECT_EQ(place->index, 2u);
  EXPECT_EQ(place->assoc, -1);
  EXPECT_EQ(IndexOf(doc, before_c), 4);
}

TEST(RelativePosition, StaysWhereDeletedTextWas) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcdef").ok());
  const RelativePosition at_d = RelativePositionAt(text, 3);
  ASSERT_TRUE(text.Delete(2, 3).ok());
  EXPECT_EQ(IndexOf(doc, at_d), 2);
  ASSERT_TRUE(text.Insert(0, "xx").ok());
  EXPECT_EQ(IndexOf(doc, at_d), 4);
}

TEST(RelativePosition, IsUnknownUntilItsUpdateComes) {
  Doc writer(WithClient(1));
  ASSERT_TRUE(writer.GetText("t").Insert(0, "abc").ok());
  Text nested = *writer.GetMap("m").SetText("n");
  const RelativePosition in_text = RelativePositionAt(writer.GetText("t"), 1);
  const RelativePosition in_nested = RelativePositionAt(nested, 0);
  Doc reader(WithClient(2));
  EXPECT_EQ(IndexOf(reader, in_text), -1);
  EXPECT_EQ(IndexOf(reader, in_nested), -1);
  ASSERT_TRUE(reader.ApplyUpdate(writer.EncodeUpdate()).ok());
  EXPECT_EQ(IndexOf(reader, in_text), 1);
  EXPECT_EQ(IndexOf(reader, in_nested), 0);
}

TEST(RelativePosition, IsGoneWhenItsTypeWasCollected) {
  Doc doc(WithClient(1));
  Map map = doc.GetMap("m");
  Text nested = *map.SetText("n");
  ASSERT_TRUE(nested.Insert(0, "abc").ok());
  const RelativePosition inside = RelativePositionAt(nested, 1);
  const RelativePosition end = RelativePositionAt(nested, 3);
  ASSERT_TRUE(map.Delete("n").ok());
  EXPECT_EQ(IndexOf(doc, inside), -1);
  EXPECT_EQ(IndexOf(doc, end), -1);
}

TEST(RelativePosition, InADeletedTypeThatIsKeptIsAtItsBeginning) {
  Doc doc(WithClient(1, /*gc=*/false));
  Map map = doc.GetMap("m");
  Text nested = *map.SetText("n");
  ASSERT_TRUE(nested.Insert(0, "abc").ok());
  const RelativePosition inside = RelativePositionAt(nested, 2);
  ASSERT_TRUE(map.Delete("n").ok());
  EXPECT_EQ(IndexOf(doc, inside), 0);
}

TEST(RelativePosition, OfAnUnknownRootIsTheBeginningOfANewOne) {
  Doc doc;
  RelativePosition position;
  position.root_name = "nobody opened it";
  const std::optional<AbsolutePosition> place = ResolvePosition(doc, position);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->index, 0u);
  EXPECT_EQ(place->type.kind(), TypeKind::kUntyped);
}

TEST(RelativePosition, InAnItemThatHoldsNoTypeIsNowhere) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abc").ok());
  RelativePosition position;
  position.type = Id{1, 1};
  EXPECT_EQ(IndexOf(doc, position), -1);
}

TEST(RelativePosition, FollowsWhatUndoBroughtBack) {
  Doc doc(WithClient(1, /*gc=*/false));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  const RelativePosition at_c = RelativePositionAt(text, 2);
  ASSERT_TRUE(text.Delete(0, 4).ok());
  ASSERT_TRUE(text.Insert(0, "--abcd").ok());  // clocks 4 to 9: a copy from 6 on
  internal::DocState& state = *doc.state();
  internal::SetRedone(state, state.FindItem({0, 0}), {0, 6});
  EXPECT_EQ(IndexOf(doc, at_c), 4);
  {
    // Cutting either side keeps the link.
    Transaction transaction(doc);
    state.ItemStartingAt({0, 1});
    state.ItemStartingAt({0, 8});
    EXPECT_EQ(IndexOf(doc, at_c), 4);
  }
  EXPECT_EQ(IndexOf(doc, at_c), 4);
  const std::optional<AbsolutePosition> without =
      ResolvePosition(doc, at_c, UndoneDeletions::kIgnore);
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(without->index, 0u);
}

TEST(RelativePosition, HasTheJsonFormOfYjs) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  EXPECT_EQ(Json(RelativePositionAt(text, 3)),
            R"({"tname":"t","item":{"client":1,"clock":3},"assoc":0})");
  EXPECT_EQ(Json(RelativePositionAt(text, 0, -3)), R"({"tname":"t","assoc":-3})");
  Text nested = *doc.GetMap("m").SetText("n");
  EXPECT_EQ(Json(RelativePositionAt(nested, 0)), R"({"type":{"client":1,"clock":4},"assoc":0})");
}

TEST(RelativePosition, IsReadFromJson) {
  Doc doc(WithClient((uint64_t{1} << 53) - 1));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  for (const RelativePosition& position :
       {RelativePositionAt(text, 1), RelativePositionAt(text, 4, -1), RelativePositionAt(text, 9),
        RelativePosition()}) {
    EXPECT_EQ(*RelativePositionFromJson(RelativePositionToJson(position)), position);
  }
  // What editors send: the members of the class, null where there is nothing.
  const absl::StatusOr<RelativePosition> sent = RelativePositionFromJson(
      *codec::ParseJson(R"({"type":null,"tname":"t","item":null,"assoc":-1})"));
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(*sent, RelativePositionAt(text, 0, -1));
}

TEST(RelativePosition, RefusesJsonOfAnotherShape) {
  for (const char* json :
       {"1", "[]", R"({"item":1})", R"({"item":{"client":1}})",
        R"({"item":{"client":-1,"clock":0}})", R"({"item":{"client":1,"clock":9007199254740992}})",
        R"({"item":{"client":1.5,"clock":1}})", R"({"tname":7})", R"({"assoc":"1"})",
        R"({"assoc":0.5})", R"({"type":{"clock":1}})"}) {
    EXPECT_EQ(RelativePositionFromJson(*codec::ParseJson(json)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << json;
  }
}

// One step of a session in which every character that is ever inserted is another one.
struct Step {
  uint32_t replica = 0;
  uint32_t action = 0;
  uint32_t index = 0;
};

// A position and the character it was made at; none when it was made at the beginning or the end.
struct Mark {
  RelativePosition position;
  std::string character;
};

class MarkedSession {
 public:
  MarkedSession() : docs_{Doc(WithClient(1)), Doc(WithClient(2))} {}

  void Run(const Step& step) {
    Doc& doc = docs_[step.replica];
    Text text = doc.GetText("t");
    const uint32_t length = text.length();
    switch (step.action) {
      case 0:
      case 1:
      case 2:
        RC_ASSERT(text.Insert(step.index % (length + 1), NewCharacters(1 + step.index % 4)).ok());
        break;
      case 3: {
        const uint32_t from = step.index % (length + 1);
        RC_ASSERT(text.Delete(from, std::min(length - from, step.index % 5)).ok());
        break;
      }
      case 4:
        Exchange(docs_[1 - step.replica], doc);
        break;
      default:
        AddMark(text, step.index % (length + 1), step.action == 5 ? 0 : -1);
    }
  }

  void Check() {
    for (Doc& doc : docs_) {
      for (const Mark& mark : marks_) CheckMark(doc, mark);
    }
  }

  void CheckThatReplicasAgree() {
    Exchange(docs_[0], docs_[1]);
    Exchange(docs_[1], docs_[0]);
    for (const Mark& mark : marks_) {
      RC_ASSERT(IndexOf(docs_[0], mark.position) == IndexOf(docs_[1], mark.position));
    }
  }

 private:
  static constexpr size_t kCharacterBytes = 3;

  // From U+4E00 on: three bytes, one unit.
  std::string NewCharacters(uint32_t count) {
    std::string text;
    for (; count > 0; --count, ++next_) {
      text += static_cast<char>(0xE0 | next_ >> 12);
      text += static_cast<char>(0x80 | (next_ >> 6 & 0x3F));
      text += static_cast<char>(0x80 | (next_ & 0x3F));
    }
    return text;
  }

  static void Exchange(Doc& from, Doc& to) {
    RC_ASSERT(to.ApplyUpdate(from.EncodeUpdate(to.GetStateVector())).ok());
  }

  void AddMark(const Text& text, uint32_t index, int assoc) {
    const uint32_t element = assoc < 0 ? index - 1 : index;
    std::string character;
    if (element < text.length()) {
      character = text.ToString().substr(element * kCharacterBytes, kCharacterBytes);
    }
    marks_.push_back({RelativePositionAt(text, index, assoc), character});
    RC_ASSERT(IndexOf(*DocOf(text), marks_.back().position) == index);
  }

  Doc* DocOf(const Text& text) { return text.state() == docs_[0].state() ? &docs_[0] : &docs_[1]; }

  void CheckMark(Doc& doc, const Mark& mark) {
    const std::string now = doc.GetText("t").ToString();
    const int64_t length = doc.GetText("t").length();
    const int64_t index = IndexOf(doc, mark.position);
    const bool left = mark.position.assoc < 0;
    if (mark.character.empty()) {
      RC_ASSERT(index == (left ? 0 : length));
      return;
    }
    const size_t at = now.find(mark.character);
    if (at == std::string::npos) {
      // Deleted, or not here yet.
      RC_ASSERT(index >= -1 && index <= length);
    } else {
      RC_ASSERT(index == static_cast<int64_t>(at / kCharacterBytes) + (left ? 1 : 0));
    }
  }

  Doc docs_[2];
  std::vector<Mark> marks_;
  uint32_t next_ = 0x4E00;
};

}  // namespace
}  // namespace ypp

namespace rc {

template <>
struct Arbitrary<ypp::Step> {
  static Gen<ypp::Step> arbitrary() {
    return gen::build<ypp::Step>(gen::set(&ypp::Step::replica, gen::inRange<uint32_t>(0, 2)),
                                 gen::set(&ypp::Step::action, gen::inRange<uint32_t>(0, 7)),
                                 gen::set(&ypp::Step::index, gen::inRange<uint32_t>(0, 1000)));
  }
};

}  // namespace rc

namespace ypp {
namespace {

RC_GTEST_PROP(RelativePosition, SurvivesTheEditsOfAll, (const std::vector<Step>& steps)) {
  MarkedSession session;
  for (const Step& step : steps) {
    session.Run(step);
    session.Check();
  }
  session.CheckThatReplicasAgree();
}

}  // namespace
}  // namespace ypp
