#include "plugin/document_name.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "transport/token_authenticator.h"

namespace ypp::plugin {
namespace {

std::string Hex(const unsigned char* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    hex.push_back(kDigits[bytes[i] >> 4]);
    hex.push_back(kDigits[bytes[i] & 15]);
  }
  return hex;
}

template <size_t kSize>
std::array<unsigned char, kSize> RandomBytes() {
  std::array<unsigned char, kSize> bytes;
  // Without a working random source nothing here can be kept apart from anything else.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  return bytes;
}

bool IsSessionIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

absl::StatusOr<std::string> SessionDocumentName(std::string_view token,
                                                std::string_view session_id) {
  if (token.empty()) return absl::InvalidArgumentError("the token is empty");
  return TenantSessionDocumentName(transport::Sha256Hex(token), session_id);
}

absl::StatusOr<std::string> TenantSessionDocumentName(std::string_view tenant,
                                                      std::string_view session_id) {
  if (tenant.empty() || tenant.size() > kMaxSessionIdBytes ||
      !std::all_of(tenant.begin(), tenant.end(), IsSessionIdCharacter)) {
    return absl::InvalidArgumentError(
        "a tenant has 1 to 128 letters, digits, dots, underscores and hyphens");
  }
  if (session_id.empty()) return absl::InvalidArgumentError("the session id is empty");
  if (session_id.size() > kMaxSessionIdBytes) {
    return absl::InvalidArgumentError("the session id is longer than 128 bytes");
  }
  if (!std::all_of(session_id.begin(), session_id.end(), IsSessionIdCharacter)) {
    return absl::InvalidArgumentError(
        "a session id has only letters, digits, dots, underscores and hyphens");
  }
  std::string name = "tenant_" + std::string(tenant);
  name += "/pugi-session-";
  name += session_id;
  return name;
}

std::string RandomSessionId() {
  // 32 characters, so that each takes five random bits; without those that look like another.
  static constexpr char kAlphabet[] = "abcdefghjkmnpqrstuvwxyz023456789";
  static_assert(sizeof(kAlphabet) == 32 + 1);
  std::string id;
  for (unsigned char byte : RandomBytes<12>()) id.push_back(kAlphabet[byte & 31]);
  return id;
}

std::string RandomId(std::string_view prefix) {
  const auto bytes = RandomBytes<16>();
  return std::string(prefix) + Hex(bytes.data(), bytes.size());
}

}  // namespace ypp::plugin
