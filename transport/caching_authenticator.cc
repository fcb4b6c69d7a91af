#include "transport/caching_authenticator.h"

#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

int64_t SteadyNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

AuthCacheOptions WithClock(AuthCacheOptions options) {
  if (!options.now_ms) options.now_ms = SteadyNowMs;
  return options;
}

}  // namespace

CachingAuthenticator::CachingAuthenticator(std::unique_ptr<Authenticator> inner,
                                           AuthCacheOptions options)
    : options_(WithClock(std::move(options))), inner_(std::move(inner)) {}

CachingAuthenticator::~CachingAuthenticator() = default;

void CachingAuthenticator::Authenticate(AuthRequest request, Done done) {
  const std::string key = absl::StrCat(Sha256Hex(request.token),
                                       request.renewal ? " renews " : " opens ", request.document);
  std::optional<absl::StatusOr<Grant>> known;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int64_t now_ms = options_.now_ms();
    if (entries_.size() >= options_.max_answers) MakeRoom(now_ms);
    const auto [it, is_new] = entries_.try_emplace(key);
    Entry& entry = it->second;
    if (is_new || (entry.until_ms != 0 && entry.until_ms <= now_ms)) {
      entry = Entry();
      entry.waiting.push_back(std::move(done));
    } else if (entry.until_ms == 0) {
      entry.waiting.push_back(std::move(done));
      return;
    } else {
      known = entry.answer;
    }
  }
  // Without the lock: either may lead back here.
  if (known) return done(*std::move(known));
  inner_->Authenticate(std::move(request),
                       [this, key](const absl::StatusOr<Grant>& answer) { OnAnswer(key, answer); });
}

void CachingAuthenticator::OnAnswer(const std::string& key, const absl::StatusOr<Grant>& answer) {
  std::vector<Done> waiting;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end()) return;
    waiting = std::exchange(it->second.waiting, {});
    const int64_t keep_ms = KeepFor(answer);
    if (keep_ms > 0) {
      it->second.answer = answer;
      it->second.until_ms = options_.now_ms() + keep_ms;
    } else {
      entries_.erase(it);
    }
  }
  for (const Done& done : waiting) done(answer);
}

int64_t CachingAuthenticator::KeepFor(const absl::StatusOr<Grant>& answer) const {
  if (answer.ok()) return options_.grants_ms;
  return absl::IsPermissionDenied(answer.status()) ? options_.refusals_ms : 0;
}

// Those that are over; all that nobody waits for, when that is not enough.
void CachingAuthenticator::MakeRoom(int64_t now_ms) {
  absl::erase_if(entries_, [now_ms](const auto& entry) {
    return entry.second.until_ms != 0 && entry.second.until_ms <= now_ms;
  });
  if (entries_.size() < options_.max_answers) return;
  absl::erase_if(entries_, [](const auto& entry) { return entry.second.until_ms != 0; });
}

}  // namespace ypp::transport
