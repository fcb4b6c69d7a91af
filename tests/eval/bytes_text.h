// Bytes as text: hex, base64, SHA-256 in hex.
#ifndef YPP_TESTS_EVAL_BYTES_TEXT_H_
#define YPP_TESTS_EVAL_BYTES_TEXT_H_

#include <string>
#include <string_view>

namespace ypp::eval {

std::string ToHex(std::string_view bytes);
std::string ToBase64(std::string_view bytes);  // standard alphabet, padded
std::string Sha256Hex(std::string_view bytes);

// Throw CaseError on text that is not hex or base64.
std::string FromHex(std::string_view hex);
std::string FromBase64(std::string_view base64);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_BYTES_TEXT_H_
