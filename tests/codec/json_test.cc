#include "codec/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

// JSON.stringify(JSON.parse(text)).
std::string Normalized(std::string_view text) {
  const absl::StatusOr<Any> value = ParseJson(text);
  EXPECT_TRUE(value.ok()) << text << ": " << value.status();
  return value.ok() ? ToJson(*value) : "";
}

TEST(Json, PrintsNumbersAsJavaScriptDoes) {
  const std::pair<double, const char*> numbers[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {100, "100"},
      {0.1, "0.1"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {123456789012345680000.0, "123456789012345680000"},
      {1.5e300, "1.5e+300"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.25e-7, "1.25e-7"},
      {0.000123, "0.000123"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9007199254740993.0, "9007199254740992"},
      {4.35, "4.35"},
      {2147483648.0, "2147483648"},
  };
  for (const auto& [number, text] : numbers) {
    EXPECT_EQ(NumberToString(number), text);
    EXPECT_EQ(ToJson(number), text);
  }
  EXPECT_EQ(ToJson(std::nan("")), "null");
  EXPECT_EQ(ToJson(-INFINITY), "null");
}

TEST(Json, PrintsStringsAsJavaScriptDoes) {
  EXPECT_EQ(ToJson("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(ToJson(std::string("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(ToJson("é\u2028😀"), "\"é\u2028😀\"");
}

TEST(Json, PrintsValuesThatItHasNoWordFor) {
  EXPECT_EQ(ToJson(Any()), "undefined");
  EXPECT_EQ(ToJson(Any::Array{Any(), 1}), "[null,1]");
  EXPECT_EQ(ToJson(Any::Object{{"a", Any()}, {"b", 1}}), R"({"b":1})");
  EXPECT_EQ(ToJson(Any::Object{{"a", Any()}}), "{}");
  EXPECT_EQ(ToJson(Any::BigInt{-5}), "-5");
  EXPECT_EQ(ToJson(Any::ByteString{std::string("\x01\xff", 2)}), R"({"0":1,"1":255})");
}

TEST(Json, NormalizesAsParseAndStringifyDo) {
  EXPECT_EQ(Normalized(" [ 1 , 2 ]\n"), "[1,2]");
  EXPECT_EQ(Normalized("1.50"), "1.5");
  EXPECT_EQ(Normalized("1e2"), "100");
  EXPECT_EQ(Normalized("-0"), "0");
  EXPECT_EQ(Normalized("1e400"), "null");
  EXPECT_EQ(Normalized("1e-400"), "0");
  EXPECT_EQ(Normalized("3e-324"), "5e-324");
  EXPECT_EQ(Normalized("2e-324"), "0");
  EXPECT_EQ(Normalized("9007199254740993"), "9007199254740992");
  EXPECT_EQ(Normalized("\"\\u00e9\\/\\ud83d\\ude00\""), "\"é/😀\"");
  EXPECT_EQ(Normalized(R"({"b":1,"2":2,"a":3,"1":4,"b":5})"), R"({"1":4,"2":2,"b":5,"a":3})");
  EXPECT_EQ(Normalized(R"({"__proto__":1})"), R"({"__proto__":1})");
}

TEST(Json, ReplacesALoneSurrogate) {
  EXPECT_EQ(*ParseJson("\"a\\ud83d\""), Any("a\uFFFD"));
  EXPECT_EQ(*ParseJson("\"\\ude00b\""), Any("\uFFFD"
                                            "b"));
  EXPECT_EQ(*ParseJson("\"\\ud83d\\ud83d\\ude00\""), Any("\uFFFD😀"));
  EXPECT_EQ(*ParseJson("\"\\ud83d\\u0041\""), Any("\uFFFD"
                                                  "A"));
}

TEST(Json, RefusesWhatJsonParseRefuses) {
  for (const char* text : {"",
                           " ",
                           "undefined",
                           "nul",
                           "truex",
                           "01",
                           "-",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "1e+",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "\"",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\u12\"",
                           "\"\n\"",
                           "'a'",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,]",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:2}",
                           "1 2",
                           "[1]]",
                           "\xEF\xBB\xBF"
                           "1",
                           "\"\xff\"",
                           "\u00a0"
                           "1"}) {
    EXPECT_FALSE(ParseJson(text).ok()) << text;
    EXPECT_FALSE(IsJson(text)) << text;
  }
}

TEST(Json, SaysWhereTheTextGoesWrong) {
  EXPECT_EQ(ParseJson("[1, x]").status(), absl::InvalidArgumentError("not a JSON value at byte 4"));
}

TEST(Json, RefusesNestingPastTheLimitOfAny) {
  const auto nested = [](int depth) {
    const size_t n = static_cast<size_t>(depth);
    return std::string(n, '[') + std::string(n, ']');
  };
  EXPECT_EQ(Normalized(nested(kMaxAnyDepth)), nested(kMaxAnyDepth));
  EXPECT_FALSE(ParseJson(nested(kMaxAnyDepth + 1)).ok());
  EXPECT_FALSE(IsJson(nested(1000000)));
}

RC_GTEST_PROP(Json, ReadsBackWhatItPrints, ()) {
  const std::string text = ToJson(ArbitraryJsonValue());
  RC_ASSERT(Normalized(text) == text);
}

RC_GTEST_PROP(Json, ReadsBackEveryNumberExactly, ()) {
  const double number = *rc::gen::arbitrary<double>();
  RC_PRE(std::isfinite(number));
  RC_ASSERT(*ParseJson(NumberToString(number))->if_number() == number);
}

RC_GTEST_PROP(IsJson, AgreesWithParseJsonOnDamagedText, ()) {
  std::string text = ToJson(ArbitraryJsonValue());
  const int changes = *rc::gen::inRange(0, 3);
  for (int i = 0; i < changes; ++i) {
    text[*rc::gen::inRange<size_t>(0, text.size())] =
        *rc::gen::elementOf(std::string("\"\\{}[],:0123456789.eE-+ntfu \n"));
  }
  bool canonical = true;
  RC_ASSERT(IsJson(text, &canonical) == ParseJson(text).ok());
  if (IsJson(text) && canonical) RC_ASSERT(Normalized(text) == text);
}

}  // namespace
}  // namespace ypp::codec
