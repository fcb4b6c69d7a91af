#include "transport/digest.h"

#include <openssl/evp.h>

#include <cstddef>

#include "codec/check.h"

namespace ypp::transport {
namespace {

// OpenSSL takes longer to find an algorithm by its name than to run it over a short text.
const EVP_MD* Find(const char* name) {
  const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  YPP_CHECK(algorithm != nullptr);
  return algorithm;
}

std::string Digest(std::string_view text, const EVP_MD* algorithm) {
  std::string digest(static_cast<size_t>(EVP_MD_get_size(algorithm)), '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(digest.data());
  EVP_Digest(text.data(), text.size(), bytes, nullptr, algorithm, nullptr);
  return digest;
}

}  // namespace

std::string Sha1(std::string_view text) {
  static const EVP_MD* const algorithm = Find("SHA1");
  return Digest(text, algorithm);
}

std::string Sha256(std::string_view text) {
  static const EVP_MD* const algorithm = Find("SHA256");
  return Digest(text, algorithm);
}

}  // namespace ypp::transport
