#include "plugin/payload_filter.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/json.h"

namespace ypp::plugin {
namespace {

TEST(PayloadFilter, LeavesOrdinaryArgumentsAsTheyAre) {
  const Any args = *codec::ParseJson(R"({"a":[1,true,null,"x"],"b":{"c":"d"}})");
  const FilteredValue filtered = FilterPayload(args);
  EXPECT_EQ(filtered.value, args);
  EXPECT_FALSE(filtered.truncated);
}

TEST(PayloadFilter, CutsLongStringsAndSaysSo) {
  const FilteredValue filtered =
      FilterPayload(Any::Object{{"content", std::string(kMaxArgumentStringBytes + 1, 'x')}});
  EXPECT_TRUE(filtered.truncated);
  EXPECT_EQ(*filtered.value.Find("content"), Any(std::string(kMaxArgumentStringBytes, 'x') + "…"));
}

TEST(PayloadFilter, BoundsTheWholeHoweverManyMembersThereAre) {
  Any::Object many;
  for (int i = 0; i < 100'000; ++i) many.emplace_back("member" + std::to_string(i), i);
  const FilteredValue filtered = FilterPayload(Any(std::move(many)));
  EXPECT_TRUE(filtered.truncated);
  EXPECT_LT(codec::ToJson(filtered.value).size(), 2 * kMaxArgumentsBytes);
  const FilteredValue list = FilterPayload(Any::Array(100'000, Any("0123456789")));
  EXPECT_LT(codec::ToJson(list.value).size(), 2 * kMaxArgumentsBytes);
}

TEST(PayloadFilter, KnowsSecretsByTheirName) {
  for (const char* name : {"apiKey", "API_KEY", "api-key", "Authorization", "token", "access_token",
                           "clientSecret", "password", "Set-Cookie"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (const char* name : {"key", "path", "tokens", "author", "maxTokens", "command", ""}) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
}

TEST(JobContentHash, DoesNotDependOnTheOrderOfMembers) {
  const Any a = *codec::ParseJson(R"({"x":{"b":1,"a":2},"y":[1,2]})");
  const Any b = *codec::ParseJson(R"({"y":[1,2],"x":{"a":2,"b":1}})");
  const Any other = *codec::ParseJson(R"({"y":[2,1],"x":{"a":2,"b":1}})");
  EXPECT_EQ(JobContentHash("edit", a), JobContentHash("edit", b));
  EXPECT_NE(JobContentHash("edit", a), JobContentHash("edit", other));
  EXPECT_NE(JobContentHash("edit", a), JobContentHash("write", a));
}

}  // namespace
}  // namespace ypp::plugin
