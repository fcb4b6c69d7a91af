#include "transport/caching_authenticator.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ypp::transport {
namespace {

// Answers what the test says, when it says so.
class Asked : public Authenticator {
 public:
  void Authenticate(AuthRequest request, Done done) override {
    requests.push_back(std::move(request));
    waiting.push_back(std::move(done));
  }
  void Answer(const absl::StatusOr<Grant>& answer) {
    for (const Done& done : std::exchange(waiting, {})) done(answer);
  }
  std::vector<AuthRequest> requests;
  std::vector<Done> waiting;
};

class CachingAuthenticatorTest : public testing::Test {
 protected:
  CachingAuthenticatorTest() { Make({}); }
  void Make(AuthCacheOptions options) {
    options.now_ms = [this] { return now_ms_; };
    auto asked = std::make_unique<Asked>();
    asked_ = asked.get();
    cache_ = std::make_unique<CachingAuthenticator>(std::move(asked), std::move(options));
  }
  void Ask(const std::string& document, const std::string& token, bool renewal = false) {
    cache_->Authenticate({document, token, renewal}, [this](absl::StatusOr<Grant> answer) {
      answers_.push_back(std::move(answer));
    });
  }

  int64_t now_ms_ = 1'000'000;
  Asked* asked_ = nullptr;
  std::unique_ptr<CachingAuthenticator> cache_;
  std::vector<absl::StatusOr<Grant>> answers_;
};

TEST_F(CachingAuthenticatorTest, KeepsAGrantForTenSeconds) {
  Ask("doc", "token");
  Grant grant;
  grant.user = "ada";
  asked_->Answer(grant);
  now_ms_ += 9'999;
  Ask("doc", "token");
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_EQ(answers_[1]->user, "ada");
  EXPECT_EQ(asked_->requests.size(), 1u);
  now_ms_ += 1;
  Ask("doc", "token");
  EXPECT_EQ(asked_->requests.size(), 2u);
}

TEST_F(CachingAuthenticatorTest, KeepsARefusalForLess) {
  Ask("doc", "token");
  asked_->Answer(absl::PermissionDeniedError("expired"));
  now_ms_ += 1'999;
  Ask("doc", "token");
  EXPECT_EQ(answers_[1].status().message(), "expired");
  now_ms_ += 1;
  Ask("doc", "token");
  asked_->Answer(Grant{});
  EXPECT_TRUE(answers_[2].ok());
  EXPECT_EQ(asked_->requests.size(), 2u);
}

TEST_F(CachingAuthenticatorTest, DoesNotKeepWhatIsNoAnswer) {
  Ask("doc", "token");
  asked_->Answer(absl::UnavailableError("cannot be reached"));
  Ask("doc", "token");
  EXPECT_EQ(asked_->requests.size(), 2u);
}

TEST_F(CachingAuthenticatorTest, AsksOnceForThoseWhoComeTogether) {
  for (int i = 0; i < 100; ++i) Ask("doc", "token");
  EXPECT_EQ(asked_->requests.size(), 1u);
  asked_->Answer(Grant{});
  EXPECT_EQ(answers_.size(), 100u);
}

TEST_F(CachingAuthenticatorTest, TellsTokensDocumentsAndRenewalsApart) {
  Ask("doc", "token");
  Ask("doc", "other");
  Ask("other", "token");
  Ask("doc", "token", true);
  EXPECT_EQ(asked_->requests.size(), 4u);
  asked_->Answer(Grant{});
  EXPECT_EQ(answers_.size(), 4u);
}

TEST_F(CachingAuthenticatorTest, KeepsNothingWhenToldTo) {
  AuthCacheOptions options;
  options.grants_ms = 0;
  options.refusals_ms = 0;
  Make(options);
  for (int i = 1; i <= 3; ++i) {
    Ask("doc", "token");
    asked_->Answer(i == 1 ? absl::StatusOr<Grant>(Grant{}) : absl::PermissionDeniedError(""));
    EXPECT_EQ(asked_->requests.size(), static_cast<size_t>(i));
  }
}

TEST_F(CachingAuthenticatorTest, MakesRoomWithoutForgettingWhoWaits) {
  AuthCacheOptions options;
  options.max_answers = 10;
  Make(options);
  Ask("doc", "waits");
  for (int i = 0; i < 9; ++i) {
    Ask("doc", "token " + std::to_string(i));
  }
  auto first = std::move(asked_->waiting.front());
  asked_->waiting.erase(asked_->waiting.begin());
  asked_->Answer(Grant{});
  Ask("doc", "one more");
  EXPECT_EQ(asked_->requests.size(), 11u);
  first(Grant{});
  EXPECT_EQ(answers_.size(), 10u);
}

}  // namespace
}  // namespace ypp::transport
