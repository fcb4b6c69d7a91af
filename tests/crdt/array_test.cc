#include "crdt/array.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace ypp {
namespace {

Array FiveWithAnInsertion(Doc& doc) {
  Array array = doc.GetArray("a");
  EXPECT_TRUE(array.Push({0, 1, 2, 3, 4}).ok());
  EXPECT_TRUE(array.Delete(1).ok());
  EXPECT_TRUE(array.Insert(1, {"x"}).ok());
  return array;  // 0 x 2 3 4
}

TEST(Array, SlicesAsJavaScriptDoes) {
  Doc doc;
  const Array array = FiveWithAnInsertion(doc);
  EXPECT_EQ(array.Slice(-2), (std::vector<Value>{3, 4}));
  EXPECT_EQ(array.Slice(1, -1), (std::vector<Value>{"x", 2, 3}));
  EXPECT_EQ(array.Slice(2), (std::vector<Value>{2, 3, 4}));
  EXPECT_EQ(array.Slice(3, 1), std::vector<Value>());
  EXPECT_EQ(array.Slice(-1, 99), std::vector<Value>{4});
  EXPECT_EQ(array.Slice(-99, 1), std::vector<Value>{0});
  EXPECT_EQ(array.Slice(INT64_MIN, INT64_MAX).size(), 5u);
  EXPECT_EQ(array.ToVector(), (std::vector<Value>{0, "x", 2, 3, 4}));
}

TEST(Array, IsReadWithARangeFor) {
  Doc doc;
  const Array array = FiveWithAnInsertion(doc);
  std::vector<Value> values;
  for (const Value& value : array) values.push_back(value);
  EXPECT_EQ(values, array.ToVector());
  for (const Value& value : Array()) ADD_FAILURE() << value.is_type();
  for (const Value& value : doc.GetArray("empty")) ADD_FAILURE() << value.is_type();
}

TEST(Array, UnshiftPutsValuesFirst) {
  Doc doc;
  Array array = FiveWithAnInsertion(doc);
  ASSERT_TRUE(array.Unshift({"first", NewArray({1})}).ok());
  EXPECT_EQ(array.Get(0), Value("first"));
  EXPECT_EQ(array.Get(1).array().Get(0), Value(1));
  EXPECT_EQ(array.length(), 7u);
}

TEST(Array, ShowsEachUnitOfATextThatAPeerPutIntoIt) {
  Doc doc;
  ASSERT_TRUE(doc.GetText("t").Insert(0, "a😀b").ok());
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(doc.EncodeUpdate()).ok());
  const Array array = late.GetArray("t");
  const std::vector<Value> expected = {"a", "\uFFFD", "\uFFFD", "b"};
  EXPECT_EQ(array.ToVector(), expected);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(array.Get(i), expected[i]);
  EXPECT_EQ(array.Slice(2), (std::vector<Value>{"\uFFFD", "b"}));
}

// One packed item, read in order and in no order: every value is found again.
TEST(Array, FindsEachValueOfALongItem) {
  Doc doc;
  Array array = doc.GetArray("a");
  std::vector<Value> values;
  for (int i = 0; i < 1000; ++i)
    values.emplace_back(std::string(static_cast<size_t>(i % 7), 'x') + std::to_string(i));
  ASSERT_TRUE(array.Push(values).ok());
  for (uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(array.Get(i), values[i]);
  for (uint32_t i = 0; i < 1000; ++i)
    ASSERT_EQ(array.Get(i * 7919 % 1000), values[i * 7919 % 1000]);
  // The same after cutting, growing and compacting.
  ASSERT_TRUE(array.Delete(500).ok());
  EXPECT_EQ(array.Get(499), values[499]);
  EXPECT_EQ(array.Get(500), values[501]);
  EXPECT_EQ(array.Get(400), values[400]);
  ASSERT_TRUE(array.Push({"end"}).ok());
  EXPECT_EQ(array.Get(999), Value("end"));
  EXPECT_EQ(array.Get(998), values[999]);
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, std::string(200000, 'x')).ok());
  ASSERT_TRUE(text.Delete(0, 200000).ok());
  for (uint32_t i = 0; i < 500; ++i) ASSERT_EQ(array.Get(i), values[i]);
}

// A quadratic read would take minutes.
TEST(Array, ReadsALongItemInLinearTime) {
  constexpr uint32_t kValues = 200000;
  Doc doc;
  Array array = doc.GetArray("a");
  ASSERT_TRUE(array.Push(std::vector<Value>(kValues, Value(7))).ok());
  const auto start = std::chrono::steady_clock::now();
  double sum = 0;
  array.ForEach([&](const Value& value) { sum += *value.if_any()->if_number(); });
  for (uint32_t i = 0; i < kValues; ++i) sum += *array.Get(i).if_any()->if_number();
  EXPECT_EQ(sum, 2.0 * 7 * kValues);
  EXPECT_EQ(array.ToJson().if_array()->size(), kValues);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace ypp
