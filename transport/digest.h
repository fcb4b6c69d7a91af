// Digests of short texts, by OpenSSL.
#ifndef YPP_TRANSPORT_DIGEST_H_
#define YPP_TRANSPORT_DIGEST_H_

#include <string>
#include <string_view>

namespace ypp::transport {

// As bytes.
std::string Sha1(std::string_view text);
std::string Sha256(std::string_view text);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DIGEST_H_
