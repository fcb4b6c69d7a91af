// Upper and lower case as JavaScript has them, in no particular language.
#ifndef YPP_CODEC_UNICODE_CASE_H_
#define YPP_CODEC_UNICODE_CASE_H_

#include <string>
#include <string_view>

namespace ypp::codec {

// Both REQUIRE valid UTF-8. A capital sigma at the end of a word becomes the final form.
std::string ToLowerCase(std::string_view utf8);
std::string ToUpperCase(std::string_view utf8);

}  // namespace ypp::codec

#endif  // YPP_CODEC_UNICODE_CASE_H_
