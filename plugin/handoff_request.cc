#include "plugin/handoff_request.h"

#include <future>
#include <utility>

#include "codec/any.h"
#include "codec/json.h"
#include "plugin/payload.h"
#include "transport/http_client.h"

namespace ypp::plugin {
namespace {

constexpr int64_t kTimeoutMs = 5'000;

// "ws://host/path" -> "http://host". A relay's pages are at the root of its port.
std::string HttpOrigin(const std::string& relay_url) {
  const bool secure = relay_url.compare(0, 6, "wss://") == 0;
  const size_t start = secure ? 6 : 5;
  return (secure ? "https://" : "http://") +
         relay_url.substr(start, relay_url.find('/', start) - start);
}

}  // namespace

absl::StatusOr<Session::Handoff> RequestHandoffOf(const std::string& relay_url,
                                                  const std::string& document,
                                                  const std::string& token, int64_t ttl_ms) {
  transport::HttpCall call;
  call.url = HttpOrigin(relay_url) + "/api/handoff";
  call.timeout_ms = kTimeoutMs;
  call.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}};
  Any::Object body{{"document", document}};
  if (ttl_ms > 0) body.emplace_back("ttlMs", ttl_ms);
  call.body = codec::ToJson(Any(std::move(body)));
  std::promise<absl::StatusOr<HttpResponse>> answer;
  transport::HttpClient client;
  client.Fetch(std::move(call), [&answer](absl::StatusOr<HttpResponse> response) {
    answer.set_value(std::move(response));
  });
  const absl::StatusOr<HttpResponse> response = answer.get_future().get();
  if (!response.ok()) return absl::UnavailableError("the relay could not be reached");
  const absl::StatusOr<Any> json = codec::ParseJson(response->body);
  if (response->status == 201 && json.ok()) {
    Session::Handoff handoff;
    handoff.token = StringMember(*json, "token");
    handoff.expires_at_ms = static_cast<int64_t>(NumberMember(*json, "expiresAt", 0));
    if (!handoff.token.empty()) return handoff;
  }
  const std::string error = json.ok() ? StringMember(*json, "error") : "";
  if (response->status == 401) return absl::PermissionDeniedError("permission-denied");
  if (response->status == 429) return absl::ResourceExhaustedError(error);
  return absl::UnavailableError("the relay gives no handoffs (status " +
                                std::to_string(response->status) + ")");
}

}  // namespace ypp::plugin
