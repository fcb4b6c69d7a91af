#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec/column_reader.h"
#include "codec/column_writer.h"
#include "codec/utf.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

template <typename Writer, typename Value>
std::string Column(const std::vector<Value>& values) {
  Writer writer;
  for (const Value& value : values) writer.Write(value);
  return writer.Take();
}

TEST(UintOptRle, WritesRunsOfEqualNumbers) {
  EXPECT_EQ(Hex((Column<UintOptRleWriter, uint64_t>({}))), "");
  EXPECT_EQ(Hex((Column<UintOptRleWriter, uint64_t>({1, 1}))), "4100");
  EXPECT_EQ(Hex((Column<UintOptRleWriter, uint64_t>({0, 0, 0}))), "4001");
}

TEST(IntDiffOptRle, WritesRunsOfEqualDifferences) {
  EXPECT_EQ(Hex((Column<IntDiffOptRleWriter, uint64_t>({0, 1}))), "0002");
  EXPECT_EQ(Hex((Column<IntDiffOptRleWriter, uint64_t>({1, 2, 3, 4}))), "0302");
  EXPECT_EQ(Hex((Column<IntDiffOptRleWriter, uint64_t>({5, 4, 3, 2, 1}))), "0a4102");
}

TEST(Rle, WritesNoCountForTheLastRun) {
  EXPECT_EQ(Hex((Column<RleWriter, uint8_t>({1, 1, 1, 7}))), "010207");
  EXPECT_EQ(Hex((Column<RleWriter, uint8_t>({7, 7, 7, 7}))), "07");
}

TEST(StringColumn, WritesTheTextAndThenTheLengths) {
  EXPECT_EQ(Hex((Column<StringColumnWriter, std::string_view>({"a", "b", ""}))),
            "02616241"
            "0000");
  EXPECT_EQ(Hex((Column<StringColumnWriter, std::string_view>({}))), "00");
}

TEST(Columns, FailWhenTheyRunOut) {
  UintOptRleReader numbers(Bytes{});
  EXPECT_EQ(numbers.Read(), 0u);
  EXPECT_NE(numbers.error(), nullptr);
  const std::string two = Unhex("4100");
  UintOptRleReader twice(AsBytes(two));
  EXPECT_EQ(twice.Read(), 1u);
  EXPECT_EQ(twice.Read(), 1u);
  EXPECT_EQ(twice.error(), nullptr);
  twice.Read();
  EXPECT_NE(twice.error(), nullptr);

  IntDiffOptRleReader clocks(Bytes{});
  EXPECT_EQ(clocks.Read(), 0u);
  EXPECT_NE(clocks.error(), nullptr);
  RleReader bytes(Bytes{});
  EXPECT_EQ(bytes.Read(), 0u);
  EXPECT_NE(bytes.error(), nullptr);
  const std::string no_lengths = Unhex("0161");
  StringColumnReader strings(AsBytes(no_lengths));
  strings.Read();
  EXPECT_NE(strings.error(), nullptr);
}

TEST(IntDiffOptRle, FailsBelowZeroAndBeyondTheLargestNumber) {
  const std::string negative = Unhex("42");
  IntDiffOptRleReader below(AsBytes(negative));
  EXPECT_EQ(below.Read(), 0u);
  EXPECT_NE(below.error(), nullptr);
  // 2^56-1 again and again.
  const std::string growing = Unhex("bfffffffffffffff03 ffffffffffffff0f");
  IntDiffOptRleReader above(AsBytes(growing));
  EXPECT_EQ(above.Read(), kMaxClock);
  EXPECT_EQ(above.error(), nullptr);
  EXPECT_EQ(above.Read(), 0u);
  EXPECT_NE(above.error(), nullptr);
}

TEST(StringColumn, CutsASurrogatePairBetweenTwoStrings) {
  const std::string bytes = Unhex("06 61f09f988062 4200");  // a😀b: 2, 2
  StringColumnReader column(AsBytes(bytes));
  const StringColumnReader::Piece first = column.Read();
  EXPECT_EQ(first.text, "a");
  EXPECT_TRUE(first.ends_inside_pair);
  EXPECT_FALSE(first.starts_inside_pair);
  const StringColumnReader::Piece second = column.Read();
  EXPECT_EQ(second.text, "b");
  EXPECT_TRUE(second.starts_inside_pair);
  EXPECT_EQ(column.units_left(), 0u);
  EXPECT_EQ(column.error(), nullptr);
}

TEST(StringColumn, TakesWhatIsLeftForALengthPastTheText) {
  const std::string bytes = Unhex("02 6162 09 01");
  StringColumnReader column(AsBytes(bytes));
  const StringColumnReader::Piece piece = column.Read();
  EXPECT_EQ(piece.text, "ab");
  EXPECT_EQ(piece.length_utf16, 2u);
  EXPECT_EQ(column.Read().text, "");
  EXPECT_EQ(column.error(), nullptr);
}

RC_GTEST_PROP(Columns, AreReadBackAsTheyWereWritten, ()) {
  std::vector<uint64_t> numbers;
  std::vector<uint8_t> bytes;
  std::vector<std::string> texts;
  const int count = *rc::gen::inRange(0, 40);
  for (int i = 0; i < count; ++i) {
    const uint64_t few = *rc::gen::inRange<uint64_t>(0, 3);
    numbers.push_back(*rc::gen::inRange(0, 5) == 0 ? *rc::gen::inRange<uint64_t>(0, kMaxClientId)
                                                   : few);
    bytes.push_back(static_cast<uint8_t>(few));
    texts.push_back(ArbitraryText());
  }
  const std::string number_column = Column<UintOptRleWriter, uint64_t>(numbers);
  const std::string clock_column = Column<IntDiffOptRleWriter, uint64_t>(numbers);
  const std::string byte_column = Column<RleWriter, uint8_t>(bytes);
  const std::string text_column =
      Column<StringColumnWriter, std::string_view>({texts.begin(), texts.end()});
  UintOptRleReader number_reader(AsBytes(number_column));
  IntDiffOptRleReader clock_reader(AsBytes(clock_column));
  RleReader byte_reader(AsBytes(byte_column));
  StringColumnReader text_reader(AsBytes(text_column));
  for (size_t i = 0; i < numbers.size(); ++i) {
    RC_ASSERT(number_reader.Read() == numbers[i]);
    RC_ASSERT(clock_reader.Read() == numbers[i]);
    RC_ASSERT(byte_reader.Read() == bytes[i]);
    const StringColumnReader::Piece piece = text_reader.Read();
    RC_ASSERT(piece.text == texts[i]);
    RC_ASSERT(piece.length_utf16 == Utf16Length(texts[i]));
  }
  RC_ASSERT(number_reader.error() == nullptr && clock_reader.error() == nullptr);
  RC_ASSERT(byte_reader.error() == nullptr && text_reader.error() == nullptr);
}

}  // namespace
}  // namespace ypp::codec
