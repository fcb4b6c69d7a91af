#include "crdt/map.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"

namespace ypp {
namespace {

TEST(Map, ListsKeysAsTheyCameAndJsonAsJavaScriptObjectsDo) {
  Doc doc;
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("b", 1).ok());
  ASSERT_TRUE(map.Set("10", 2).ok());
  ASSERT_TRUE(map.Set("a", 3).ok());
  ASSERT_TRUE(map.Set("9", 4).ok());
  ASSERT_TRUE(map.Delete("b").ok());
  ASSERT_TRUE(map.Set("b", 5).ok());
  EXPECT_EQ(map.Keys(), (std::vector<std::string_view>{"b", "10", "a", "9"}));
  EXPECT_EQ(map.ToEntries(), (Entries{{"b", 5}, {"10", 2}, {"a", 3}, {"9", 4}}));
  EXPECT_EQ(map.ToJson(), Any(Any::Object{{"9", 4}, {"10", 2}, {"b", 5}, {"a", 3}}));
}

TEST(Map, CountsItsKeysThroughAllKindsOfChange) {
  DocOptions options;
  options.client_id = 2;
  Doc doc(options);
  Map map = doc.GetMap("m");
  options.client_id = 1;
  Doc other(options);
  {
    Transaction transaction(doc);
    ASSERT_TRUE(map.Set("a", 1).ok());
    ASSERT_TRUE(map.Set("a", NewMap({{"x", 1}})).ok());
    ASSERT_TRUE(map.Set("b", 1).ok());
    ASSERT_TRUE(map.Delete("b").ok());
    EXPECT_EQ(map.size(), 1u);
  }
  ASSERT_TRUE(other.GetMap("m").Set("a", 7).ok());
  ASSERT_TRUE(other.GetMap("m").Set("c", 7).ok());
  ASSERT_TRUE(doc.ApplyUpdate(other.EncodeUpdate()).ok());
  ASSERT_TRUE(other.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(other.GetMap("m").size(), 2u);
  ASSERT_TRUE(map.Set("b", Any()).ok());
  EXPECT_EQ(map.size(), 3u);
  ASSERT_TRUE(map.Clear().ok());
  EXPECT_EQ(map.size(), 0u);
  ASSERT_TRUE(other.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(other.GetMap("m").size(), 0u);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  EXPECT_TRUE(CheckInvariants(other).ok()) << CheckInvariants(other);
  Doc late;
  ASSERT_TRUE(late.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_TRUE(CheckInvariants(late).ok()) << CheckInvariants(late);
}

TEST(Map, HoldsNewTypesWithTheirContent) {
  Doc doc;
  Map map = doc.GetMap("m");
  ASSERT_TRUE(map.Set("list", NewArray({1, NewMap({{"deep", NewText("t")}})})).ok());
  Array list = map.Get("list").array();
  ASSERT_TRUE(list.valid());
  EXPECT_EQ(list.parent(), map);
  EXPECT_EQ(map.ToJson(), Any(Any::Object{{"list", Any::Array{1, Any::Object{{"deep", "t"}}}}}));
  ASSERT_TRUE(list.Get(1).map().Get("deep").text().Append("!").ok());
  EXPECT_EQ(map.Get("list").array().Get(1).map().Get("deep").text().ToString(), "t!");
}

TEST(Map, ReadsAsEmptyWithoutADocument) {
  const Map map;
  EXPECT_EQ(map.size(), 0u);
  EXPECT_FALSE(map.Has("k"));
  EXPECT_EQ(map.Get("k"), Value());
  EXPECT_TRUE(map.ToEntries().empty());
  EXPECT_EQ(map.ToJson(), Any(Any::Object{}));
  EXPECT_EQ(Map(map).Set("k", 1).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ypp
