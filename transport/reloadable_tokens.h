// The tokens of a file, read again when told to. What a token may do on an open connection is asked
// anew when the client sends it again.
#ifndef YPP_TRANSPORT_RELOADABLE_TOKENS_H_
#define YPP_TRANSPORT_RELOADABLE_TOKENS_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {

class ReloadableTokens : public Authenticator {
 public:
  explicit ReloadableTokens(std::string path) : path_(std::move(path)) {}

  // From any thread. How many tokens there are. On an error the old ones stay.
  absl::StatusOr<size_t> Reload() {
    absl::StatusOr<std::unique_ptr<TokenAuthenticator>> read = TokenAuthenticator::ReadFile(path_);
    if (!read.ok()) return read.status();
    const std::lock_guard<std::mutex> lock(mutex_);
    tokens_ = *std::move(read);
    return tokens_->token_count();
  }

  void Authenticate(AuthRequest request, Done done) override {
    std::shared_ptr<TokenAuthenticator> tokens;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      tokens = tokens_;
    }
    if (tokens == nullptr) return done(absl::FailedPreconditionError("no tokens were read"));
    tokens->Authenticate(std::move(request), std::move(done));
  }

 private:
  const std::string path_;
  std::mutex mutex_;
  std::shared_ptr<TokenAuthenticator> tokens_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_RELOADABLE_TOKENS_H_
