#include "transport/url_authenticator.h"

#include <gtest/gtest.h>

#include "transport/http_client.h"

namespace ypp::transport {
namespace {

TEST(UrlAuthenticator, ReadsWhatAnAnswerGrants) {
  EXPECT_TRUE(ReadGrant(200, "").ok());
  EXPECT_FALSE(ReadGrant(204, "")->read_only);
  const absl::StatusOr<Grant> grant =
      ReadGrant(200, R"({"readOnly": true, "tier": "pro", "user": "ada"})");
  ASSERT_TRUE(grant.ok());
  EXPECT_TRUE(grant->read_only);
  EXPECT_EQ(grant->tier, "pro");
  EXPECT_EQ(grant->user, "ada");
}

TEST(UrlAuthenticator, TellsTheClientOnlyReasonsThatAreMeantForIt) {
  EXPECT_TRUE(absl::IsPermissionDenied(ReadGrant(403, R"({"reason": "expired"})").status()));
  EXPECT_EQ(ReadGrant(401, R"({"reason": "expired"})").status().message(), "expired");
  EXPECT_EQ(ReadGrant(403, "<html>").status().message(), "permission-denied");
  EXPECT_TRUE(absl::IsUnavailable(ReadGrant(500, R"({"reason": "stack trace"})").status()));
}

TEST(UrlAuthenticator, DeniesWhatItDoesNotUnderstand) {
  EXPECT_FALSE(ReadGrant(200, "<html>").ok());
  EXPECT_FALSE(ReadGrant(200, "true").ok());
  EXPECT_FALSE(ReadGrant(200, R"({"readOnly": "false"})").ok());
  EXPECT_FALSE(ReadGrant(302, "").ok());
}

TEST(HttpUrl, SplitsWhatCanBeAsked) {
  const absl::StatusOr<HttpUrl> url = ParseHttpUrl("https://auth.example:8443/check?x=1#top");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "auth.example");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->target, "/check?x=1");
  EXPECT_EQ(ParseHttpUrl("http://[::1]:80")->host, "::1");
  EXPECT_EQ(ParseHttpUrl("http://a?x")->target, "/?x");
  EXPECT_EQ(ParseHttpUrl("https://a")->port, "443");
}

TEST(HttpUrl, RefusesOthers) {
  for (const char* url : {"", "auth.example", "ftp://a", "http://", "http://user:pw@a/",
                          "http://a:x/", "http://a:"}) {
    EXPECT_FALSE(ParseHttpUrl(url).ok()) << url;
  }
}

}  // namespace
}  // namespace ypp::transport
