#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"

namespace ypp {
namespace {

TEST(Text, CountsInUtf16Units) {
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "a😀ü").ok());
  EXPECT_EQ(text.length(), 4u);
  ASSERT_TRUE(text.Insert(3, "-").ok());
  EXPECT_EQ(text.ToString(), "a😀-ü");
  ASSERT_TRUE(text.Delete(1, 2).ok());
  EXPECT_EQ(text.ToString(), "a-ü");
}

TEST(Text, RefusesIndicesBehindTheEnd) {
  Doc doc;
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abc").ok());
  EXPECT_EQ(text.Insert(4, "x").code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(text.Delete(2, 2).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(text.Delete(1, UINT32_MAX).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(text.ToString(), "abc");
}

TEST(Text, RefusesBytesThatAreNotUtf8) {
  Doc doc;
  EXPECT_EQ(doc.GetText("t").Insert(0, "\xff").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(doc.GetText("t").length(), 0u);
}

TEST(Text, GrowsOneRunWhileTyping) {
  Doc doc;
  Text text = doc.GetText("t");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(text.Append("x").ok());
  EXPECT_EQ(text.ToString(), std::string(1000, 'x'));
  // One struct: its header and its characters.
  EXPECT_LT(doc.EncodeUpdate().size(), 1030u);
}

TEST(Array, HoldsValuesBytesAndTypes) {
  Doc doc;
  Array array = doc.GetArray("a");
  ASSERT_TRUE(
      array.Insert(0, {1, "two", true, Any(nullptr), Any(Any::ByteString{"\x01\x02"})}).ok());
  Map map = *array.PushMap();
  ASSERT_TRUE(map.Set("k", 1.5).ok());
  EXPECT_EQ(array.length(), 6u);
  EXPECT_EQ(*array.Get(1).if_any(), Any("two"));
  EXPECT_EQ(*array.Get(4).if_any(), Any(Any::ByteString{"\x01\x02"}));
  EXPECT_EQ(array.Get(5).map(), map);
  EXPECT_TRUE(array.Get(6).if_any()->is_undefined());
  EXPECT_FALSE(array.Get(0).map().valid());
}

TEST(Array, InsertsEmptyTypesOfAKindAndGivesTheirHandles) {
  Doc doc;
  Array list = doc.GetArray("a");
  const absl::StatusOr<SharedType> last = list.PushType(TypeKind::kXmlText);
  const absl::StatusOr<SharedType> first = list.InsertType(0, TypeKind::kMap);
  ASSERT_TRUE(last.ok() && first.ok());
  EXPECT_EQ(*list.Get(0).if_type(), *first);
  EXPECT_EQ(*list.Get(1).if_type(), *last);
  EXPECT_EQ(first->kind(), TypeKind::kMap);
  EXPECT_EQ(last->kind(), TypeKind::kXmlText);
  EXPECT_EQ(list.PushType(TypeKind::kXmlElement).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(list.InsertType(3, TypeKind::kMap).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(list.length(), 2u);
}

TEST(Map, SetsEmptyTypesOfAKindAndGivesTheirHandles) {
  Doc doc;
  Map map = doc.GetMap("m");
  const absl::StatusOr<SharedType> fragment = map.SetType("x", TypeKind::kXmlFragment);
  ASSERT_TRUE(fragment.ok());
  EXPECT_EQ(*map.Get("x").if_type(), *fragment);
  EXPECT_EQ(fragment->kind(), TypeKind::kXmlFragment);
  EXPECT_EQ(map.SetType("y", TypeKind::kXmlHook).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(map.Has("y"));
}

TEST(Array, DeletesAcrossItems) {
  Doc doc;
  Array array = doc.GetArray("a");
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(array.Insert(0, {i, i + 100}).ok());
  ASSERT_TRUE(array.Delete(1, 18).ok());
  EXPECT_EQ(array.ToJson(), Any(Any::Array{9, 100}));
  EXPECT_EQ(array.Delete(1, 2).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(Array, PushGoesBehindDeletedElementsAndInsertBeforeThem) {
  DocOptions options;
  options.client_id = 1;
  Doc doc(options);
  Array array = doc.GetArray("a");
  ASSERT_TRUE(array.Insert(0, {1, 2}).ok());
  ASSERT_TRUE(array.Delete(1, 1).ok());
  ASSERT_TRUE(array.Push({3}).ok());
  ASSERT_TRUE(array.Insert(1, {4}).ok());
  EXPECT_EQ(array.ToJson(), Any(Any::Array{1, 4, 3}));
}

TEST(Map, KeepsTheLastValueOfAKey) {
  Doc doc;
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("a", 1).ok());
  ASSERT_TRUE(map.Set("b", "x").ok());
  ASSERT_TRUE(map.Set("a", 2).ok());
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(map.ToJson(), Any(Any::Object{{"a", 2}, {"b", "x"}}));
  ASSERT_TRUE(map.Delete("a").ok());
  EXPECT_FALSE(map.Has("a"));
  EXPECT_TRUE(map.Get("a").if_any()->is_undefined());
  ASSERT_TRUE(map.Delete("never there").ok());
  EXPECT_EQ(map.Keys(), std::vector<std::string_view>{"b"});
  ASSERT_TRUE(map.Clear().ok());
  EXPECT_EQ(map.size(), 0u);
}

TEST(Map, KeepsUndefinedAsAValue) {
  Doc doc;
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("u", Any()).ok());
  EXPECT_TRUE(map.Has("u"));
}

TEST(Map, FindsEachOfManyKeys) {
  Doc doc;
  Map map = doc.GetMap("m");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(map.Set(std::to_string(i % 100), i).ok());
  EXPECT_EQ(map.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*map.Get(std::to_string(i)).if_any(), Any(900 + i));
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(Map, RefusesAValueThatNoReaderWouldTake) {
  Any deep(1);
  for (int i = 0; i < kMaxAnyDepth; ++i) deep = Any(Any::Array{deep});
  Doc doc;
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("deepest", deep).ok());
  EXPECT_EQ(map.Set("deeper", Any(Any::Array{deep})).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(doc.GetArray("a").Push({Any(Any::Array{deep})}).code(),
            absl::StatusCode::kInvalidArgument);
  Doc copy;
  EXPECT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate()).ok());
}

TEST(Map, TheHigherClientWinsWhenTwoSetTheSameKey) {
  DocOptions one;
  one.client_id = 1;
  DocOptions two;
  two.client_id = 2;
  Doc a(one);
  Doc b(two);
  ASSERT_TRUE(a.GetMap("m").Set("k", "one").ok());
  ASSERT_TRUE(b.GetMap("m").Set("k", "two").ok());
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate()).ok());
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate()).ok());
  EXPECT_EQ(*a.GetMap("m").Get("k").if_any(), Any("two"));
  EXPECT_EQ(*b.GetMap("m").Get("k").if_any(), Any("two"));
}

TEST(SharedType, AHandleToACollectedTypeNeverShowsTheNextOne) {
  Doc doc;
  Map map = doc.GetMap("m");
  Text first = *map.SetText("k");
  ASSERT_TRUE(first.Append("old").ok());
  ASSERT_TRUE(map.Delete("k").ok());
  Text second = *map.SetText("k");
  ASSERT_TRUE(second.Append("new").ok());
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(first.ToString(), "");
  EXPECT_EQ(second.ToString(), "new");
}

TEST(SharedType, WithoutCollectionADeletedTypeStaysReadable) {
  DocOptions options;
  options.gc = false;
  Doc doc(options);
  Map map = doc.GetMap("m");
  Text text = *map.SetText("k");
  ASSERT_TRUE(text.Append("old").ok());
  ASSERT_TRUE(map.Delete("k").ok());
  EXPECT_TRUE(text.valid());
  EXPECT_FALSE(text.live());
}

}  // namespace
}  // namespace ypp
