#include "transport/http_message.h"

#include <gtest/gtest.h>

namespace ypp {
namespace {

TEST(HttpMessage, SplitsATargetIntoPathAndQuery) {
  HttpRequest request;
  request.target = "/a%2Fb?x=1&y=a+b%26c&flag&x=2#fragment";
  EXPECT_EQ(request.path(), "/a%2Fb");
  EXPECT_EQ(request.Parameter("x"), "1");
  EXPECT_EQ(request.Parameter("y"), "a b&c");
  EXPECT_EQ(request.Parameter("flag"), "");
  EXPECT_EQ(request.Parameter("z"), std::nullopt);
  EXPECT_EQ(request.Parameters().size(), 4u);
}

TEST(HttpMessage, FindsHeadersWhateverTheirCase) {
  HttpRequest request;
  request.headers = {{"X-Real-IP", "1.2.3.4"}};
  ASSERT_NE(request.Header("x-real-ip"), nullptr);
  EXPECT_EQ(*request.Header("x-real-ip"), "1.2.3.4");
  EXPECT_EQ(request.Header("x-real"), nullptr);
}

TEST(HttpMessage, DecodesPercentsAndRefusesHalfOnes) {
  EXPECT_EQ(DecodePercents("%41%6a%6A"), "Ajj");
  EXPECT_EQ(DecodePercents("a+b"), "a+b");
  EXPECT_EQ(DecodePercents("%"), std::nullopt);
  EXPECT_EQ(DecodePercents("%4"), std::nullopt);
  EXPECT_EQ(DecodePercents("%4g"), std::nullopt);
}

}  // namespace
}  // namespace ypp
