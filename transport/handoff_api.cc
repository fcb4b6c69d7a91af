#include "transport/handoff_api.h"

#include <algorithm>
#include <string>
#include <utility>

#include "codec/any.h"
#include "codec/json.h"

namespace ypp::transport {
namespace {

// A document's name or a token, and a number: nothing here needs more.
constexpr size_t kMaxBodyBytes = 8 << 10;

HttpResponse Respond(int status, Any::Object body) {
  HttpResponse response;
  response.status = status;
  response.body = codec::ToJson(Any(std::move(body)));
  response.headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"},
                      {"Access-Control-Allow-Origin", "*"}};
  return response;
}

HttpResponse Error(int status, std::string_view word) { return Respond(status, {{"error", word}}); }

HttpResponse Error(const absl::Status& status) {
  const std::string word(status.message());
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return Error(404, word);
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDeadlineExceeded:
      return Error(410, word);
    case absl::StatusCode::kResourceExhausted:
      return Error(429, word);
    case absl::StatusCode::kPermissionDenied:
      return Error(401, kReasonPermissionDenied);
    default:
      return Error(503, "unavailable");
  }
}

// What a browser asks before it sends JSON to another origin.
HttpResponse Preflight() {
  HttpResponse response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Origin", "*"},
                      {"Access-Control-Allow-Methods", "POST"},
                      {"Access-Control-Allow-Headers", "Content-Type"},
                      {"Access-Control-Max-Age", "600"}};
  return response;
}

const std::string* Text(const Any& object, std::string_view name) {
  const Any* const value = object.Find(name);
  return value != nullptr ? value->if_string() : nullptr;
}

}  // namespace

bool HandoffApi::Answer(const RequestPtr& request, const HttpRespond& respond) {
  const std::string_view path = request->path();
  const bool redeems = path == "/api/handoff/redeem";
  if (path != "/api/handoff" && !redeems) return false;
  if (redeems && request->method == "OPTIONS") {
    respond(Preflight());
  } else if (request->method != "POST") {
    respond(Error(405, "bad-request"));
  } else if (redeems) {
    Redeem(*request, respond);
  } else {
    Issue(*request, respond);
  }
  return true;
}

void HandoffApi::Issue(const HttpRequest& request, const HttpRespond& respond) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string* const header = request.Header("authorization");
  if (header == nullptr || header->compare(0, kBearer.size(), kBearer) != 0) {
    return respond(Error(401, kReasonPermissionDenied));
  }
  if (request.body.size() > kMaxBodyBytes) return respond(Error(400, "bad-request"));
  const absl::StatusOr<Any> body = codec::ParseJson(request.body);
  const std::string* const document = body.ok() ? Text(*body, "document") : nullptr;
  if (document == nullptr || document->empty()) return respond(Error(400, "bad-request"));
  double ttl_ms = 0;
  if (const Any* const given = body->Find("ttlMs")) {
    if (given->if_number() == nullptr) return respond(Error(400, "bad-request"));
    ttl_ms = std::clamp(*given->if_number(), 1.0, static_cast<double>(kMaxHandoffTtlMs));
  }
  const auto granted = [handoffs = handoffs_, executor = executor_, document = *document,
                        ttl_ms = static_cast<int64_t>(ttl_ms),
                        respond](absl::StatusOr<Grant> grant) {
    executor.post([handoffs, document, ttl_ms, respond, grant = std::move(grant)] {
      if (!grant.ok()) return respond(Error(grant.status()));
      const absl::StatusOr<IssuedHandoff> issued = handoffs->Issue(document, *grant, ttl_ms);
      if (!issued.ok()) return respond(Error(issued.status()));
      respond(Respond(201, {{"token", issued->token}, {"expiresAt", issued->expires_at_ms}}));
    });
  };
  gate_->AuthenticateOwner({*document, header->substr(kBearer.size()), false}, granted);
}

void HandoffApi::Redeem(const HttpRequest& request, const HttpRespond& respond) {
  if (request.body.size() > kMaxBodyBytes) return respond(Error(400, "bad-request"));
  const absl::StatusOr<Any> body = codec::ParseJson(request.body);
  const std::string* const token = body.ok() ? Text(*body, "token") : nullptr;
  if (token == nullptr) return respond(Error(400, "bad-request"));
  const absl::StatusOr<RedeemedHandoff> redeemed = handoffs_->Redeem(*token);
  if (!redeemed.ok()) return respond(Error(redeemed.status()));
  respond(Respond(200, {{"document", redeemed->document},
                        {"token", redeemed->session_token},
                        {"expiresAt", redeemed->expires_at_ms},
                        {"readOnly", redeemed->read_only}}));
}

}  // namespace ypp::transport
