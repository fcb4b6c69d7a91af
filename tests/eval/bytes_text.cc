#include "tests/eval/bytes_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

namespace {
absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }
}  // namespace

std::string ToHex(std::string_view bytes) { return absl::BytesToHexString(View(bytes)); }

std::string ToBase64(std::string_view bytes) { return absl::Base64Escape(View(bytes)); }

std::string Sha256Hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  return ToHex(std::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string FromHex(std::string_view hex) {
  const bool valid = hex.size() % 2 == 0 && std::all_of(hex.begin(), hex.end(), [](char c) {
                       return std::isxdigit(static_cast<unsigned char>(c)) != 0;
                     });
  if (!valid) throw CaseError("not hex: " + std::string(hex.substr(0, 40)));
  return absl::HexStringToBytes(View(hex));
}

std::string FromBase64(std::string_view base64) {
  std::string bytes;
  if (!absl::Base64Unescape(View(base64), &bytes)) {
    throw CaseError("not base64: " + std::string(base64.substr(0, 40)));
  }
  return bytes;
}

}  // namespace ypp::eval
