#include "codec/relative_position.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

absl::StatusOr<RelativePosition> Decode(const char* hex) {
  const std::string bytes = Unhex(hex);
  return DecodeRelativePosition(AsBytes(bytes));
}

std::string Encoded(const RelativePosition& position) {
  return Hex(EncodeRelativePosition(position).value_or("nothing"));
}

TEST(RelativePosition, NamesAnItemARootOrTheItemThatHoldsAType) {
  RelativePosition item;
  item.item = Id{1, 3};
  EXPECT_EQ(Encoded(item), Hex(Unhex("00 01 03 00")));
  RelativePosition root;
  root.root_name = "t";
  root.assoc = -1;
  EXPECT_EQ(Encoded(root), Hex(Unhex("01 01 74 41")));
  RelativePosition type;
  type.type = Id{kMaxClientId, 300};
  EXPECT_EQ(Encoded(type), Hex(Unhex("02 ffffffffffffff0f ac02 00")));
}

TEST(RelativePosition, IsWrittenByItsItemEvenWhenItKnowsItsType) {
  RelativePosition position;
  position.item = Id{1, 3};
  position.root_name = "t";
  position.type = Id{5, 6};
  EXPECT_EQ(Encoded(position), Hex(Unhex("00 01 03 00")));
  position.item.reset();
  EXPECT_EQ(Encoded(position), Hex(Unhex("01 01 74 00")));
}

TEST(RelativePosition, WithoutAssocHasAssocZero) {
  const absl::StatusOr<RelativePosition> position = Decode("01 01 74");
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->root_name, "t");
  EXPECT_EQ(position->assoc, 0);
}

TEST(RelativePosition, OfAnUnknownKindIsNullAndCannotBeWritten) {
  const absl::StatusOr<RelativePosition> position = Decode("07 41");
  ASSERT_TRUE(position.ok());
  EXPECT_TRUE(position->is_null());
  EXPECT_EQ(position->assoc, -1);
  EXPECT_EQ(EncodeRelativePosition(*position).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RelativePosition, RefusesBytesThatEndEarlyOrAreNoText) {
  for (const char* hex : {"", "00", "00 01", "01", "01 02 74", "02 05", "01 01 ff",
                          "00 01 808080808080808001", "01 01 74 c0"}) {
    const absl::StatusOr<RelativePosition> position = Decode(hex);
    ASSERT_FALSE(position.ok()) << hex;
    EXPECT_EQ(position.status().code(), absl::StatusCode::kDataLoss) << hex;
  }
}

RC_GTEST_PROP(RelativePosition, IsReadBackAsItWasWritten, ()) {
  RelativePosition position;
  const Id id = {*rc::gen::inRange<ClientId>(0, kMaxClientId),
                 *rc::gen::inRange<Clock>(0, kMaxClock)};
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      position.item = id;
      break;
    case 1:
      position.root_name = ArbitraryText();
      break;
    default:
      position.type = id;
  }
  position.assoc = *rc::gen::inRange<int64_t>(-1000, 1000);
  const absl::StatusOr<std::string> bytes = EncodeRelativePosition(position);
  RC_ASSERT(bytes.ok());
  const absl::StatusOr<RelativePosition> read = DecodeRelativePosition(AsBytes(*bytes));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == position);
}

}  // namespace
}  // namespace ypp::codec
