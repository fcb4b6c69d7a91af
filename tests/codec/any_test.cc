#include "codec/any.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <utility>

#include "codec/any_writer.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

struct Skipped {
  bool ok;
  bool canonical;
  size_t size_bytes;
};

Skipped Skip(std::string_view bytes) {
  ByteReader in(AsBytes(bytes));
  bool canonical = true;
  SkipAny(in, &canonical);
  return {in.ok(), canonical, in.position()};
}

Any Decode(std::string_view bytes) {
  ByteReader in(AsBytes(bytes));
  Any value = ReadAny(in);
  EXPECT_TRUE(in.ok()) << in.status();
  return value;
}

// Arrays or objects, one in the other, `depth` of them.
std::string Nested(int depth, std::string_view open) {
  std::string bytes;
  for (int i = 0; i < depth; ++i) bytes += open;
  return bytes + "\x7e";
}

TEST(Any, WritesNumbersByTheRuleOfYjs) {
  EXPECT_EQ(Hex(Encode(1)), "7d01");
  EXPECT_EQ(Hex(Encode(-0.0)), "7d40");
  EXPECT_EQ(Hex(Encode(2147483647)), "7dbfffffff0f");
  EXPECT_EQ(Hex(Encode(2147483648.0)), "7c4f000000");
  EXPECT_EQ(Hex(Encode(0.5)), "7c3f000000");
  EXPECT_EQ(Hex(Encode(0.1)), "7b3fb999999999999a");
  EXPECT_EQ(Hex(Encode(9007199254740991.0)), "7b433fffffffffffff");
  EXPECT_EQ(Hex(Encode(INFINITY)), "7c7f800000");
  EXPECT_EQ(Hex(Encode(std::nan(""))), "7b7ff8000000000000");
  EXPECT_EQ(Hex(Encode(-std::nan(""))), "7b7ff8000000000000");
}

TEST(Any, ReadsNumbersInEveryForm) {
  EXPECT_EQ(Decode(Unhex("7d8001")), Any(64));
  EXPECT_EQ(Decode(Unhex("7dbfffffffffffff1f")), Any(9007199254740991.0));  // yrs writes these
  EXPECT_EQ(Decode(Unhex("7b3ff0000000000000")), Any(1));
  EXPECT_EQ(Decode(Unhex("7c3f800000")), Any(1));
  EXPECT_TRUE(std::signbit(*Decode(Unhex("7d40")).if_number()));
}

TEST(Any, ListsObjectsInTheOrderOfJavaScript) {
  const Any object =
      Any::Object{{"b", 1}, {"10", 2}, {"2", 3}, {"a", 4}, {"01", 5}, {"4294967295", 6}};
  const Any ordered = Decode(Encode(object));
  std::vector<std::string> keys;
  for (const auto& member : *ordered.if_object()) keys.push_back(member.first);
  EXPECT_EQ(keys, (std::vector<std::string>{"2", "10", "b", "a", "01", "4294967295"}));
}

TEST(Any, KeepsTheFirstPlaceAndTheLastValueOfADuplicateKey) {
  const Any read = Decode(Unhex("7604 0162 7d01 0135 7d02 0162 7d03 0131 7d04"));
  EXPECT_EQ(read, (Any::Object{{"1", 4}, {"5", 2}, {"b", 3}}));
  EXPECT_EQ(Hex(Encode(read)), Hex(Unhex("7603 0131 7d04 0135 7d02 0162 7d03")));
}

TEST(Any, LosesTheKeyProtoOnReading) {
  EXPECT_EQ(Decode(Unhex("7602 09 5f5f70726f746f5f5f 7d01 0161 7d02")), (Any::Object{{"a", 2}}));
}

TEST(Any, RefusesUnknownTagsAndWhatEndsEarly) {
  for (const char* hex : {"", "00", "73", "80", "ff", "7d", "7d80", "77", "7705", "7701ff", "75",
                          "7501", "76010161", "7401", "7b3ff00000000000", "7c3f80", "7a00"}) {
    const std::string bytes = Unhex(hex);
    ByteReader in(AsBytes(bytes));
    ReadAny(in);
    EXPECT_FALSE(in.ok()) << hex;
    EXPECT_FALSE(Skip(bytes).ok) << hex;
  }
}

TEST(Any, RefusesNestingPastItsLimitAndNothingBelowIt) {
  for (const std::string_view open :
       {std::string_view("\x75\x01"), std::string_view("\x76\x01\x01k")}) {
    const std::string deepest = Nested(kMaxAnyDepth, open);
    EXPECT_TRUE(Skip(deepest).ok);
    EXPECT_EQ(Encode(Decode(deepest)), deepest);
    const std::string deeper = Nested(kMaxAnyDepth + 1, open);
    EXPECT_FALSE(Skip(deeper).ok);
    ByteReader in(AsBytes(deeper));
    ReadAny(in);
    EXPECT_FALSE(in.ok());
  }
}

// Each of many arrays claims as many elements as bytes are left.
TEST(Any, DoesNotReserveWhatNestedArraysClaim) {
  std::string bytes;
  for (int i = 0; i < kMaxAnyDepth; ++i) bytes += Unhex("75 ffff3f");
  bytes.append(1 << 20, '\x7e');
  ByteReader in(AsBytes(bytes));
  ReadAny(in);
  EXPECT_FALSE(in.ok());
}

TEST(SkipAny, CallsCanonicalOnlyWhatYjsWouldWriteAgain) {
  for (const char* hex : {"7f", "7e", "7d01", "7d40", "7d8001", "7c3f000000", "7b3fb999999999999a",
                          "7b7ff8000000000000", "7b7ff8000203000000", "7700",
                          "7602 0131 7e 0161 7e", "7501 75017e"}) {
    EXPECT_TRUE(Skip(Unhex(hex)).canonical) << hex;
  }
  for (const char* hex : {
           "7d8000",                         // over-long varint
           "7d8080808010",                   // an integer past 2^31-1
           "7c3f800000",                     // an integer as float32
           "7b3ff0000000000000",             // and as float64
           "7b3fe0000000000000",             // 0.5 as float64
           "7c7fc00000",                     // NaN as float32
           "7780 00",                        // over-long length
           "758100 7e",                      // over-long count
           "7602 0161 7e 0131 7e",           // an index behind a name
           "7602 0132 7e 0131 7e",           // indices that descend
           "7602 0161 7e 0161 7e",           // a key twice
           "7601 09 5f5f70726f746f5f5f 7e",  // a key that vanishes
           "7501 7602 0161 7e 0161 7e",      // inside an array
       }) {
    const std::string bytes = Unhex(hex);
    EXPECT_TRUE(Skip(bytes).ok) << hex;
    EXPECT_FALSE(Skip(bytes).canonical) << hex;
  }
}

TEST(Any, KeepsTheBitsOfANanWhereItIsCopied) {
  // Alone, and in an object whose keys are put in order.
  for (const auto& [given, expected] :
       {std::pair("7b7ff80000f8000000", "7b7ff80000f8000000"),
        std::pair("7602 0132 7b7ff80000f8000000 0131 7e", "760201317e01327b7ff80000f8000000")}) {
    const std::string bytes = Unhex(given);
    ByteReader in(AsBytes(bytes));
    ByteWriter copied;
    CopyCanonical(in, copied);
    EXPECT_EQ(Hex(copied.bytes()), expected);
  }
}

RC_GTEST_PROP(Any, IsReadBackAsItWasWritten, ()) {
  const std::string bytes = Encode(ArbitraryAny());
  const Any value = Decode(bytes);
  RC_ASSERT(Encode(value) == bytes);
  const Skipped skipped = Skip(bytes);
  RC_ASSERT(skipped.ok && skipped.canonical);
  RC_ASSERT(skipped.size_bytes == bytes.size());
}

RC_GTEST_PROP(Any, IsRefusedWhenCutAnywhere, ()) {
  const std::string bytes = Encode(ArbitraryAny());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string_view cut = std::string_view(bytes).substr(0, size);
    ByteReader in(AsBytes(cut));
    ReadAny(in);
    RC_ASSERT(!in.ok());
    RC_ASSERT(!Skip(cut).ok);
  }
}

// Any bytes at all: both readers agree on whether and how far they are a value, and canonical means
// what it says.
RC_GTEST_PROP(SkipAny, AgreesWithReadAnyOnDamagedBytes, ()) {
  std::string bytes = Encode(ArbitraryAny());
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    bytes[*rc::gen::inRange<size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  }
  ByteReader in(AsBytes(bytes));
  const Any value = ReadAny(in);
  const Skipped skipped = Skip(bytes);
  RC_ASSERT(in.ok() == skipped.ok);
  if (!in.ok()) return;
  RC_ASSERT(in.position() == skipped.size_bytes);
  RC_ASSERT(skipped.canonical == (Encode(value) == bytes.substr(0, skipped.size_bytes)));
}

}  // namespace
}  // namespace ypp::codec
