#include "codec/byte_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec/byte_writer.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

TEST(ByteReader, RejectsVarUintThatNeverEnds) {
  for (const char* hex : {"", "80", "ffff", "80808080808080808080"}) {
    const std::string bytes = Unhex(hex);
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.ReadVarUint(), 0u);
    EXPECT_FALSE(in.ok()) << hex;
  }
}

TEST(ByteReader, AcceptsTheLargestNumberAndNothingAboveIt) {
  const std::string largest = Unhex("ffffffffffffff0f");
  ByteReader in(AsBytes(largest));
  EXPECT_EQ(in.ReadVarUint(), (uint64_t{1} << 53) - 1);
  EXPECT_TRUE(in.ok());
  for (const char* hex : {"8080808080808010", "ffffffffffffff1f", "ffffffffffffffff0f",
                          "8080808080808080808001", "80808080808080808080808080808001"}) {
    const std::string bytes = Unhex(hex);
    ByteReader larger(AsBytes(bytes));
    larger.ReadVarUint();
    EXPECT_FALSE(larger.ok()) << hex;
  }
}

TEST(ByteReader, AcceptsOverlongVarUints) {
  const std::string bytes = Unhex("8000 8100 80808080808080808000 05");
  ByteReader in(AsBytes(bytes));
  EXPECT_EQ(in.ReadVarUint(), 0u);
  EXPECT_EQ(in.ReadVarUint(), 1u);
  EXPECT_EQ(in.ReadVarUint(), 0u);
  EXPECT_EQ(in.ReadVarUint(), 5u);
  EXPECT_TRUE(in.ok() && in.empty());
}

TEST(ByteReader, TellsNegativeZeroFromZero) {
  const std::string bytes = Unhex("00 40 c000");
  ByteReader in(AsBytes(bytes));
  EXPECT_FALSE(in.ReadVarInt().negative);
  EXPECT_TRUE(in.ReadVarInt().negative);
  EXPECT_TRUE(in.ReadVarInt().negative);
  EXPECT_TRUE(in.ok() && in.empty());
}

TEST(ByteReader, ChecksCountsAgainstWhatRemains) {
  const std::string bytes = Unhex("03 000000");
  ByteReader fits(AsBytes(bytes));
  EXPECT_EQ(fits.ReadCount(1), 3u);
  EXPECT_TRUE(fits.ok());
  ByteReader too_many(AsBytes(bytes));
  EXPECT_EQ(too_many.ReadCount(2), 0u);
  EXPECT_FALSE(too_many.ok());
}

TEST(ByteReader, RefusesStringsAndBytesPastTheEnd) {
  const std::string bytes = Unhex("ffffffffffffff0f 61");
  ByteReader text(AsBytes(bytes));
  EXPECT_EQ(text.ReadVarString(), "");
  EXPECT_FALSE(text.ok());
  ByteReader raw(AsBytes(bytes));
  EXPECT_TRUE(raw.ReadVarBytes().empty());
  EXPECT_FALSE(raw.ok());
}

TEST(ByteReader, ReportsTheFirstFailureAndItsPlaceAndThenYieldsNothing) {
  const std::string bytes = Unhex("05 02 61ff 01 02");
  ByteReader in(AsBytes(bytes));
  EXPECT_EQ(in.ReadVarUint(), 5u);
  EXPECT_EQ(in.ReadVarString(), "");
  EXPECT_EQ(in.ReadVarUint(), 0u);
  in.Fail("another reason");
  EXPECT_EQ(in.status(), absl::DataLossError("invalid UTF-8 at byte 1"));
  EXPECT_EQ(in.position(), 1u);
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, KeepsAByteOrderMark) {
  const std::string bytes = Unhex("03efbbbf");
  ByteReader in(AsBytes(bytes));
  EXPECT_EQ(in.ReadVarString(), "\xEF\xBB\xBF");
}

RC_GTEST_PROP(ByteReader, ReadsBackWhatTheWriterWrote, ()) {
  const uint64_t number =
      *rc::gen::inRange<uint64_t>(0, uint64_t{1} << 53) >> *rc::gen::inRange(0, 53);
  const bool negative = *rc::gen::arbitrary<bool>();
  const std::string text = ArbitraryText();
  const double real = *rc::gen::arbitrary<double>();
  const int64_t integer = *rc::gen::arbitrary<int64_t>();
  ByteWriter out;
  out.WriteVarUint(number);
  out.WriteVarInt(number, negative);
  out.WriteVarString(text);
  out.WriteFloat64(real);
  out.WriteFloat32(static_cast<float>(1.5));
  out.WriteBigInt64(integer);
  const std::string bytes = out.Take();

  ByteReader in(AsBytes(bytes));
  RC_ASSERT(in.ReadVarUint() == number);
  const ByteReader::SignedVarint signed_number = in.ReadVarInt();
  RC_ASSERT(signed_number.negative == negative);
  RC_ASSERT(signed_number.value == static_cast<int64_t>(number) * (negative ? -1 : 1));
  RC_ASSERT(in.ReadVarString() == text);
  RC_ASSERT(in.ReadFloat64() == real);
  RC_ASSERT(in.ReadFloat32() == 1.5f);
  RC_ASSERT(in.ReadBigInt64() == integer);
  RC_ASSERT(in.ok() && in.empty());

  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(AsBytes(std::string_view(bytes).substr(0, size)));
    cut.ReadVarUint();
    cut.ReadVarInt();
    cut.ReadVarString();
    cut.ReadFloat64();
    cut.ReadFloat32();
    cut.ReadBigInt64();
    RC_ASSERT(!cut.ok());
  }
}

}  // namespace
}  // namespace ypp::codec
