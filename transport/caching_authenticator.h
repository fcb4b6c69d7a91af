// Another authenticator's answers, kept for moments: clients that open many documents, or come back
// together after a restart, ask once.
//
// What is kept is under the SHA-256 of the token, with the document's name; whether a token is
// still good is another question than whether it was. A question that is already under way is not
// asked twice. Errors that are no answer are not kept.
//
// Thread-safe: `inner` may answer from any thread, inside the question or later.
#ifndef YPP_TRANSPORT_CACHING_AUTHENTICATOR_H_
#define YPP_TRANSPORT_CACHING_AUTHENTICATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "transport/authenticator.h"

namespace ypp::transport {

struct AuthCacheOptions {
  // How long a grant is good without another question; a right that was taken back may last so much
  // longer. 0: answers are not kept.
  int64_t grants_ms = 10'000;
  // The same for refusals: who was given a right does not want to wait for it.
  int64_t refusals_ms = 2'000;
  // Some 300 bytes each. The relay's tokens are few; a stranger can send any number.
  size_t max_answers = 20'000;
  std::function<int64_t()> now_ms;  // of a steady clock; empty: the system's
};

class CachingAuthenticator : public Authenticator {
 public:
  CachingAuthenticator(std::unique_ptr<Authenticator> inner, AuthCacheOptions options);
  ~CachingAuthenticator() override;

  void Authenticate(AuthRequest request, Done done) override;

 private:
  struct Entry {
    absl::StatusOr<Grant> answer = absl::UnknownError("asked");
    int64_t until_ms = 0;  // 0: the answer is still to come
    std::vector<Done> waiting;
  };

  void OnAnswer(const std::string& key, const absl::StatusOr<Grant>& answer);
  int64_t KeepFor(const absl::StatusOr<Grant>& answer) const;
  void MakeRoom(int64_t now_ms);

  const AuthCacheOptions options_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_;
  std::unique_ptr<Authenticator> inner_;  // ends first: its answers come here
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CACHING_AUTHENTICATOR_H_
