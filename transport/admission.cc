#include "transport/admission.h"

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace ypp::transport {
namespace {

constexpr int kStatusTooManyRequests = 429;
constexpr int kStatusUnavailable = 503;

// The last entry: the one that the nearest proxy added.
std::string LastForwarded(std::string_view header) {
  const size_t comma = header.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? header : header.substr(comma + 1);
  return std::string(absl::StripAsciiWhitespace(absl::string_view(last.data(), last.size())));
}

}  // namespace

std::optional<Visit> Admission::Accept(std::string address, int64_t now_ms) {
  Visit visit;
  visit.counted = !options_.trust_forwarded_for;
  if (visit.counted && !Arrive(address, now_ms)) return std::nullopt;
  visit.address = std::move(address);
  return visit;
}

std::string Admission::AddressOf(const Visit& visit, const HttpRequest& request) const {
  if (options_.trust_forwarded_for) {
    if (const std::string* forwarded = request.Header("x-forwarded-for")) {
      return LastForwarded(*forwarded);
    }
  }
  return visit.address;
}

int Admission::Check(Visit& visit, const HttpRequest& request, int64_t now_ms) {
  if (!visit.counted) {
    if (!Arrive(request.remote_address, now_ms)) return kStatusTooManyRequests;
    visit.counted = true;
    visit.address = request.remote_address;
  }
  if (open_count_ >= options_.max_open) {
    Refuse("max_connections");
    return kStatusUnavailable;
  }
  if (!addresses_.MayOpen(visit.address)) {
    Refuse("connections_per_address");
    return kStatusTooManyRequests;
  }
  return 0;
}

void Admission::Open(Visit& visit) {
  visit.open = true;
  addresses_.Open(visit.address);
  ++open_count_;
}

void Admission::Leave(const Visit& visit) {
  if (visit.counted) addresses_.Leave(visit.address, visit.open);
  if (visit.open) --open_count_;
}

bool Admission::Arrive(const std::string& address, int64_t now_ms) {
  const std::string_view refusal = addresses_.Arrive(address, now_ms);
  if (!refusal.empty()) Refuse(refusal);
  return refusal.empty();
}

}  // namespace ypp::transport
