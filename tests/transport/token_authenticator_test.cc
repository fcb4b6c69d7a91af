#include "transport/token_authenticator.h"

#include <gtest/gtest.h>

namespace ypp::transport {
namespace {

std::unique_ptr<TokenAuthenticator> Tokens(const std::string& json) {
  auto tokens = TokenAuthenticator::Parse(json);
  EXPECT_TRUE(tokens.ok()) << tokens.status();
  return tokens.ok() ? *std::move(tokens) : nullptr;
}

absl::StatusOr<Grant> Ask(TokenAuthenticator& tokens, const std::string& token,
                          const std::string& document) {
  absl::StatusOr<Grant> result = absl::UnknownError("not called");
  tokens.Authenticate({document, token},
                      [&result](absl::StatusOr<Grant> grant) { result = std::move(grant); });
  return result;
}

bool MayOpen(TokenAuthenticator& tokens, const std::string& token, const std::string& document) {
  const absl::StatusOr<Grant> grant = Ask(tokens, token, document);
  EXPECT_TRUE(grant.ok() || absl::IsPermissionDenied(grant.status())) << grant.status();
  return grant.ok();
}

TEST(TokenAuthenticator, GrantsTheDocumentsThatATokenNames) {
  const auto tokens = Tokens(R"({"t": {"documents": ["public/*", "handbook"]}})");
  EXPECT_TRUE(MayOpen(*tokens, "t", "handbook"));
  EXPECT_TRUE(MayOpen(*tokens, "t", "public/a/b"));
  EXPECT_FALSE(MayOpen(*tokens, "t", "handbook2"));
  EXPECT_FALSE(MayOpen(*tokens, "t", "private/public/a"));
  EXPECT_FALSE(MayOpen(*tokens, "other", "handbook"));
  EXPECT_FALSE(MayOpen(*tokens, "", "handbook"));
}

TEST(TokenAuthenticator, ATokenWithoutDocumentsOpensItsOwnTenants) {
  const auto tokens = Tokens(R"({"abc": {"tier": "pro"}, "def": {}})");
  const std::string own =
      "tenant_ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/";
  EXPECT_TRUE(MayOpen(*tokens, "abc", own + "pugi-session-1"));
  EXPECT_FALSE(MayOpen(*tokens, "def", own + "pugi-session-1"));
  EXPECT_FALSE(MayOpen(*tokens, "abc", own.substr(0, own.size() - 1)));
  EXPECT_FALSE(MayOpen(*tokens, "abc", "x" + own + "1"));
  EXPECT_FALSE(MayOpen(*tokens, "abc", "doc"));
}

TEST(TokenAuthenticator, ATokenWithAnEmptyListOpensNothing) {
  const auto tokens = Tokens(R"({"abc": {"documents": []}})");
  EXPECT_FALSE(MayOpen(*tokens, "abc", "doc"));
  EXPECT_FALSE(MayOpen(*tokens, "abc", "tenant_" + Sha256Hex("abc") + "/1"));
}

TEST(TokenAuthenticator, GivesTierAndRights) {
  const auto tokens = Tokens(
      R"({"r": {"readOnly": true, "tier": "free", "documents": ["*"]}, "w": {"documents": ["*"]}})");
  EXPECT_TRUE(Ask(*tokens, "r", "doc")->read_only);
  EXPECT_EQ(Ask(*tokens, "r", "doc")->tier, "free");
  EXPECT_FALSE(Ask(*tokens, "w", "doc")->read_only);
}

TEST(TokenAuthenticator, RefusesAFileWithMistakesAndQuotesNoToken) {
  for (const char* json : {"", "[]", "{", R"({"s3cret": 1})", R"({"s3cret": {"readonly": true}})",
                           R"({"s3cret": {"readOnly": "yes"}})", R"({"s3cret": {"tier": 1}})",
                           R"({"s3cret": {"documents": "x"}})", R"({"s3cret": {"documents": [1]}})",
                           R"({"s3cret": {"documents": [""]}})", R"({"": {}})"}) {
    const absl::Status status = TokenAuthenticator::Parse(json).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << json;
    EXPECT_EQ(std::string(status.message()).find("s3cret"), std::string::npos) << status;
  }
}

TEST(TokenAuthenticator, SaysWhichFileCannotBeRead) {
  const absl::Status status = TokenAuthenticator::ReadFile("/nowhere/tokens.json").status();
  EXPECT_NE(std::string(status.message()).find("/nowhere/tokens.json"), std::string::npos);
}

TEST(MatchesPattern, StarStandsForAnyText) {
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("a*", "a"));
  EXPECT_TRUE(MatchesPattern("a*c", "abc/c"));
  EXPECT_TRUE(MatchesPattern("*b*b*", "abab"));
  EXPECT_FALSE(MatchesPattern("a*c", "abcd"));
  EXPECT_FALSE(MatchesPattern("", "a"));
  EXPECT_FALSE(MatchesPattern("a?c", "abc"));
  EXPECT_FALSE(MatchesPattern("*a*a*a*a*a*b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace ypp::transport
