#include "transport/url_authenticator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/any.h"
#include "codec/json.h"
#include "transport/http_client.h"

namespace ypp::transport {
namespace {

constexpr int kStatusUnauthorized = 401;
constexpr int kStatusForbidden = 403;

bool IsSuccess(int status) { return status >= 200 && status < 300; }

}  // namespace

absl::StatusOr<Grant> ReadGrant(int status, const std::string& body) {
  const absl::StatusOr<Any> json = codec::ParseJson(body);
  if (status == kStatusUnauthorized || status == kStatusForbidden) {
    const Any* const reason = json.ok() ? json->Find("reason") : nullptr;
    const bool given = reason != nullptr && reason->if_string() != nullptr;
    return absl::PermissionDeniedError(given ? *reason->if_string()
                                             : std::string(kReasonPermissionDenied));
  }
  if (!IsSuccess(status)) {
    return absl::UnavailableError(absl::StrCat("the authentication server answered ", status));
  }
  Grant grant;
  if (body.empty()) return grant;
  if (!json.ok() || json->if_object() == nullptr) {
    return absl::UnavailableError("the authentication server's answer is no JSON object");
  }
  if (const Any* const read_only = json->Find("readOnly")) {
    // Anything but true and false must not silently give the right to write.
    if (read_only->if_bool() == nullptr) {
      return absl::UnavailableError("\"readOnly\" of the authentication server is no boolean");
    }
    grant.read_only = *read_only->if_bool();
  }
  if (const Any* const tier = json->Find("tier"); tier != nullptr && tier->if_string() != nullptr) {
    grant.tier = *tier->if_string();
  }
  if (const Any* const user = json->Find("user"); user != nullptr && user->if_string() != nullptr) {
    grant.user = *user->if_string();
  }
  const Any* const tenant = json->Find("tenant");
  if (tenant != nullptr && tenant->if_string() != nullptr) grant.tenant = *tenant->if_string();
  if (const Any* const expires = json->Find("expiresAt")) {
    // A token that ends at a time nobody can read must not last for ever.
    if (expires->if_number() == nullptr || !(*expires->if_number() > 0)) {
      return absl::UnavailableError("\"expiresAt\" of the authentication server is no time");
    }
    grant.expires_at_ms = static_cast<int64_t>(std::min(*expires->if_number(), 0x1p53));
  }
  return grant;
}

absl::StatusOr<std::unique_ptr<UrlAuthenticator>> UrlAuthenticator::Create(std::string url,
                                                                           int64_t timeout_ms) {
  if (const auto parsed = ParseHttpUrl(url); !parsed.ok()) return parsed.status();
  return std::unique_ptr<UrlAuthenticator>(new UrlAuthenticator(std::move(url), timeout_ms));
}

UrlAuthenticator::UrlAuthenticator(std::string url, int64_t timeout_ms)
    : url_(std::move(url)), timeout_ms_(timeout_ms), client_(std::make_unique<HttpClient>()) {}

UrlAuthenticator::~UrlAuthenticator() = default;

void UrlAuthenticator::Authenticate(AuthRequest request, Done done) {
  Ask(codec::ToJson(Any::Object{
          {"document", request.document}, {"token", request.token}, {"renewal", request.renewal}}),
      kRetries, std::move(done));
}

void UrlAuthenticator::Ask(std::string body, int retries, Done done) {
  HttpCall call;
  call.url = url_;
  call.timeout_ms = timeout_ms_;
  call.headers = {{"Content-Type", "application/json"}};
  call.body = body;
  const auto answered = [this, body = std::move(body), retries,
                         done = std::move(done)](absl::StatusOr<HttpResponse> response) {
    if (response.ok()) {
      done(ReadGrant(response->status, response->body));
    } else if (absl::IsUnavailable(response.status()) && retries > 0) {
      Ask(body, retries - 1, done);
    } else {
      done(response.status());
    }
  };
  client_->Fetch(std::move(call), answered);
}

}  // namespace ypp::transport
