// The tables of tests/fixtures/open/lib0-vectors.json, recorded from lib0 0.2.120.
#include <gtest/gtest.h>

#include <cmath>

#include "codec/column_reader.h"
#include "codec/column_writer.h"
#include "codec/json.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

const Any& Vectors() {
  static const Fixture* const fixture = new Fixture(LoadFixture("open/lib0-vectors.json"));
  return fixture->json;
}

// Calls check(value, bytes) for each row [value, hex] of a table.
template <typename Check>
void ForEachRow(const char* table, Check check) {
  const Any::Array& rows = ElementsOf(At(Vectors(), table));
  EXPECT_FALSE(rows.empty());
  for (const Any& row : rows) {
    SCOPED_TRACE(ToJson(row));
    check(At(row, 0), Unhex(TextOf(At(row, 1))));
  }
}

TEST(Lib0Vectors, VarUintsMatch) {
  ForEachRow("varUint", [](const Any& value, const std::string& bytes) {
    const uint64_t number = static_cast<uint64_t>(NumberOf(value));
    ByteWriter out;
    out.WriteVarUint(number);
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.ReadVarUint(), number);
    EXPECT_TRUE(in.ok() && in.empty());
  });
}

TEST(Lib0Vectors, VarIntsMatch) {
  ForEachRow("varInt", [](const Any& value, const std::string& bytes) {
    const double number = *FromTaggedJson(value).if_number();
    ByteWriter out;
    out.WriteVarInt(static_cast<uint64_t>(std::fabs(number)), std::signbit(number));
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    const ByteReader::SignedVarint read = in.ReadVarInt();
    EXPECT_EQ(static_cast<double>(read.value), number);
    EXPECT_EQ(read.negative, std::signbit(number));
    EXPECT_TRUE(in.ok() && in.empty());
  });
}

TEST(Lib0Vectors, VarStringsMatch) {
  ForEachRow("varString", [](const Any& value, const std::string& bytes) {
    const std::string text(TextOf(value));
    ByteWriter out;
    out.WriteVarString(text);
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.ReadVarString(), text);
    EXPECT_TRUE(in.ok() && in.empty());
  });
}

TEST(Lib0Vectors, FloatsMatch) {
  ForEachRow("float32", [](const Any& value, const std::string& bytes) {
    ByteWriter out;
    out.WriteFloat32(static_cast<float>(*FromTaggedJson(value).if_number()));
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
  });
  ForEachRow("float64", [](const Any& value, const std::string& bytes) {
    ByteWriter out;
    out.WriteFloat64(*FromTaggedJson(value).if_number());
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
  });
}

TEST(Lib0Vectors, AnyValuesMatch) {
  ForEachRow("any", [](const Any& value, const std::string& bytes) {
    const Any any = FromTaggedJson(value);
    EXPECT_EQ(Hex(Encode(any)), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(Hex(Encode(ReadAny(in))), Hex(bytes));
    EXPECT_TRUE(in.ok() && in.empty());
    bool canonical = true;
    ByteReader again(AsBytes(bytes));
    SkipAny(again, &canonical);
    EXPECT_TRUE(again.ok() && again.empty() && canonical);
  });
}

TEST(Lib0Vectors, AnyValuesOfOtherWritersAreReadOrRefused) {
  for (const Any& row : ElementsOf(At(Vectors(), "anyDecodeOnly"))) {
    SCOPED_TRACE(ToJson(row));
    const std::string bytes = Unhex(TextOf(At(row, 0)));
    ByteReader in(AsBytes(bytes));
    const Any value = ReadAny(in);
    if (At(row, 1).Find("throws") != nullptr) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(Hex(Encode(value)), Hex(Encode(FromTaggedJson(At(row, 1)))));
    EXPECT_EQ(in.position(), NumberOf(At(row, 2)));
  }
}

// The numbers above 2^53-1 that lib0 lets through, inexactly, are refused.
TEST(Lib0Vectors, VarUintsOfOtherWritersAreReadOrRefused) {
  for (const Any& row : ElementsOf(At(Vectors(), "varUintDecodeOnly"))) {
    SCOPED_TRACE(ToJson(row));
    const std::string bytes = Unhex(TextOf(At(row, 0)));
    ByteReader in(AsBytes(bytes));
    const uint64_t value = in.ReadVarUint();
    if (At(row, 1).if_number() == nullptr ||
        NumberOf(At(row, 1)) > static_cast<double>(kMaxClientId)) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(value, static_cast<uint64_t>(NumberOf(At(row, 1))));
    EXPECT_EQ(in.position(), NumberOf(At(row, 2)));
  }
}

// So is reading from nothing, which gives 0 in lib0.
TEST(Lib0Vectors, VarIntsOfOtherWritersAreReadOrRefused) {
  for (const Any& row : ElementsOf(At(Vectors(), "varIntDecodeOnly"))) {
    SCOPED_TRACE(ToJson(row));
    const std::string bytes = Unhex(TextOf(At(row, 0)));
    ByteReader in(AsBytes(bytes));
    const ByteReader::SignedVarint value = in.ReadVarInt();
    const bool throws = At(row, 1).Find("throws") != nullptr;
    const double number = throws ? 0 : *FromTaggedJson(At(row, 1)).if_number();
    if (throws || bytes.empty() || std::fabs(number) > static_cast<double>(kMaxClientId)) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(static_cast<double>(value.value), number);
    EXPECT_EQ(value.negative, std::signbit(number));
    EXPECT_EQ(in.position(), NumberOf(At(row, 2)));
  }
}

template <typename Writer, typename Reader>
void CheckNumberColumn(const char* table) {
  ForEachRow(table, [](const Any& values, const std::string& bytes) {
    Writer writer;
    Reader reader(AsBytes(bytes));
    for (const Any& value : ElementsOf(values)) {
      const uint64_t number = static_cast<uint64_t>(NumberOf(value));
      using Written = decltype(reader.Read());
      writer.Write(static_cast<Written>(number));
      EXPECT_EQ(reader.Read(), number);
    }
    EXPECT_EQ(Hex(writer.Take()), Hex(bytes));
    EXPECT_EQ(reader.error(), nullptr);
  });
}

TEST(Lib0Vectors, ColumnsOfNumbersMatch) {
  CheckNumberColumn<UintOptRleWriter, UintOptRleReader>("uintOptRle");
  CheckNumberColumn<IntDiffOptRleWriter, IntDiffOptRleReader>("intDiffOptRle");
  CheckNumberColumn<RleWriter, RleReader>("rleUint8");
}

TEST(Lib0Vectors, ColumnsOfStringsMatch) {
  ForEachRow("stringColumn", [](const Any& values, const std::string& bytes) {
    StringColumnWriter writer;
    StringColumnReader reader(AsBytes(bytes));
    for (const Any& value : ElementsOf(values)) {
      writer.Write(TextOf(value));
      EXPECT_EQ(reader.Read().text, TextOf(value));
    }
    EXPECT_EQ(Hex(writer.Take()), Hex(bytes));
    EXPECT_EQ(reader.error(), nullptr);
  });
}

}  // namespace
}  // namespace ypp::codec
