#include "codec/state_vector.h"

#include <gtest/gtest.h>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

TEST(StateVector, KeepsTheOrderInWhichClientsCame) {
  StateVector vector;
  vector.Set(1, 4);
  vector.Set(300, 2);
  vector.Set(1, 5);
  EXPECT_EQ(Hex(vector.Encode()), Hex(Unhex("02 01 05 ac02 02")));
  vector.SortDescending();
  EXPECT_EQ(Hex(vector.Encode()), Hex(Unhex("02 ac02 02 01 05")));
  EXPECT_EQ(vector.Get(1), 5u);
  EXPECT_EQ(vector.Get(300), 2u);
}

TEST(StateVector, GivesZeroForAClientItDoesNotHave) { EXPECT_EQ(StateVector().Get(7), 0u); }

TEST(StateVector, EqualsInAnyOrderAndWithoutZeros) {
  StateVector a;
  a.Set(1, 4);
  a.Set(2, 3);
  StateVector b;
  b.Set(2, 3);
  b.Set(9, 0);
  b.Set(1, 4);
  EXPECT_TRUE(a == b);
  b.Set(1, 5);
  EXPECT_FALSE(a == b);
}

TEST(StateVector, TakesTheLastClockOfAClientThatOccursTwice) {
  const std::string bytes = Unhex("02 05 01 05 09");
  EXPECT_EQ(Hex(StateVector::Decode(AsBytes(bytes))->Encode()), Hex(Unhex("01 05 09")));
}

TEST(StateVector, IgnoresBytesBehindIt) {
  const std::string bytes = Unhex("01 01 04 ff");
  EXPECT_EQ(StateVector::Decode(AsBytes(bytes))->Get(1), 4u);
}

TEST(StateVector, RefusesWhatIsCutOrTooLarge) {
  for (const char* hex :
       {"", "01", "01 01", "02 01 04", "ff7f 01 04", "01 01 808080808080808001"}) {
    const std::string bytes = Unhex(hex);
    const absl::StatusOr<StateVector> vector = StateVector::Decode(AsBytes(bytes));
    EXPECT_EQ(vector.status().code(), absl::StatusCode::kDataLoss) << hex;
  }
}

}  // namespace
}  // namespace ypp::codec
