// The tables of tests/fixtures/open/lib0-vectors.json, recorded from lib0 0.2.120.
#include <gtest/gtest.h>

#include <cmath>

#include "codec/column_reader.h"
#include "codec/column_writer.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

const boost::json::object& Vectors() {
  static const Fixture* const fixture = new Fixture(LoadFixture("open/lib0-vectors.json"));
  return fixture->json;
}

// Calls check(value, bytes) for each row [value, hex] of a table.
template <typename Check>
void ForEachRow(const char* table, Check check) {
  const boost::json::array& rows = Vectors().at(table).as_array();
  EXPECT_FALSE(rows.empty());
  for (const boost::json::value& row : rows) {
    SCOPED_TRACE(boost::json::serialize(row));
    check(row.at(0), Unhex(std::string(row.at(1).as_string())));
  }
}

TEST(Lib0Vectors, VarUintsMatch) {
  ForEachRow("varUint", [](const boost::json::value& value, const std::string& bytes) {
    const uint64_t number = value.to_number<uint64_t>();
    ByteWriter out;
    out.WriteVarUint(number);
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.ReadVarUint(), number);
    EXPECT_TRUE(in.ok() && in.empty());
  });
}

TEST(Lib0Vectors, VarIntsMatch) {
  ForEachRow("varInt", [](const boost::json::value& value, const std::string& bytes) {
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
  ForEachRow("varString", [](const boost::json::value& value, const std::string& bytes) {
    const std::string text(value.as_string());
    ByteWriter out;
    out.WriteVarString(text);
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.ReadVarString(), text);
    EXPECT_TRUE(in.ok() && in.empty());
  });
}

TEST(Lib0Vectors, FloatsMatch) {
  ForEachRow("float32", [](const boost::json::value& value, const std::string& bytes) {
    ByteWriter out;
    out.WriteFloat32(static_cast<float>(*FromTaggedJson(value).if_number()));
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
  });
  ForEachRow("float64", [](const boost::json::value& value, const std::string& bytes) {
    ByteWriter out;
    out.WriteFloat64(*FromTaggedJson(value).if_number());
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
  });
}

TEST(Lib0Vectors, AnyValuesMatch) {
  ForEachRow("any", [](const boost::json::value& value, const std::string& bytes) {
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
  for (const boost::json::value& row : Vectors().at("anyDecodeOnly").as_array()) {
    SCOPED_TRACE(boost::json::serialize(row));
    const std::string bytes = Unhex(std::string(row.at(0).as_string()));
    ByteReader in(AsBytes(bytes));
    const Any value = ReadAny(in);
    const boost::json::object* expected = row.at(1).if_object();
    if (expected != nullptr && expected->contains("throws")) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(Hex(Encode(value)), Hex(Encode(FromTaggedJson(row.at(1)))));
    EXPECT_EQ(in.position(), row.at(2).to_number<size_t>());
  }
}

// The numbers above 2^53-1 that lib0 lets through, inexactly, are refused.
TEST(Lib0Vectors, VarUintsOfOtherWritersAreReadOrRefused) {
  for (const boost::json::value& row : Vectors().at("varUintDecodeOnly").as_array()) {
    SCOPED_TRACE(boost::json::serialize(row));
    const std::string bytes = Unhex(std::string(row.at(0).as_string()));
    ByteReader in(AsBytes(bytes));
    const uint64_t value = in.ReadVarUint();
    if (row.at(1).is_object() ||
        row.at(1).to_number<double>() > static_cast<double>(kMaxClientId)) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(value, row.at(1).to_number<uint64_t>());
    EXPECT_EQ(in.position(), row.at(2).to_number<size_t>());
  }
}

// So is reading from nothing, which gives 0 in lib0.
TEST(Lib0Vectors, VarIntsOfOtherWritersAreReadOrRefused) {
  for (const boost::json::value& row : Vectors().at("varIntDecodeOnly").as_array()) {
    SCOPED_TRACE(boost::json::serialize(row));
    const std::string bytes = Unhex(std::string(row.at(0).as_string()));
    ByteReader in(AsBytes(bytes));
    const ByteReader::SignedVarint value = in.ReadVarInt();
    const boost::json::object* expected = row.at(1).if_object();
    const bool throws = expected != nullptr && expected->contains("throws");
    const double number = throws ? 0 : *FromTaggedJson(row.at(1)).if_number();
    if (throws || bytes.empty() || std::fabs(number) > static_cast<double>(kMaxClientId)) {
      EXPECT_FALSE(in.ok());
      continue;
    }
    EXPECT_TRUE(in.ok()) << in.status();
    EXPECT_EQ(static_cast<double>(value.value), number);
    EXPECT_EQ(value.negative, std::signbit(number));
    EXPECT_EQ(in.position(), row.at(2).to_number<size_t>());
  }
}

template <typename Writer, typename Reader>
void CheckNumberColumn(const char* table) {
  ForEachRow(table, [](const boost::json::value& values, const std::string& bytes) {
    Writer writer;
    Reader reader(AsBytes(bytes));
    for (const boost::json::value& value : values.as_array()) {
      const uint64_t number = value.to_number<uint64_t>();
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
  ForEachRow("stringColumn", [](const boost::json::value& values, const std::string& bytes) {
    StringColumnWriter writer;
    StringColumnReader reader(AsBytes(bytes));
    for (const boost::json::value& value : values.as_array()) {
      writer.Write(std::string(value.as_string()));
      EXPECT_EQ(reader.Read().text, std::string(value.as_string()));
    }
    EXPECT_EQ(Hex(writer.Take()), Hex(bytes));
    EXPECT_EQ(reader.error(), nullptr);
  });
}

}  // namespace
}  // namespace ypp::codec
