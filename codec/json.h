// JSON text <-> Any, byte for byte as JavaScript's JSON.parse and JSON.stringify do: numbers in
// shortest round-trip form (`1e+21`, `-0` as `0`), NaN and infinities as `null`, members that are
// undefined left out, JavaScript's property order.
//
// One difference: an escaped lone surrogate (`\ud83d`) becomes U+FFFD, for the text of an Any is
// UTF-8 and cannot hold it.
#ifndef YPP_CODEC_JSON_H_
#define YPP_CODEC_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "codec/any.h"

namespace ypp::codec {

// How Yjs writes an undefined value where JSON text is wanted.
inline constexpr std::string_view kJsonUndefined = "undefined";

// InvalidArgument with a byte offset for text that is not JSON or nests deeper than kMaxAnyDepth.
absl::StatusOr<Any> ParseJson(std::string_view text);

// Whether ParseJson accepts the text; builds nothing. `canonical`, when given, is set to false
// unless the text is surely what ToJson makes of it, and is left alone otherwise.
bool IsJson(std::string_view text, bool* canonical = nullptr);

// Values JSON does not have: undefined at the top becomes `undefined` (as Yjs writes it), a big
// integer its digits, bytes an object of indices (what JSON.stringify makes of a Uint8Array).
std::string ToJson(const Any& value);

// A number as JavaScript prints it. `-0` is `0`, as String(-0) gives.
std::string NumberToString(double value);

}  // namespace ypp::codec

#endif  // YPP_CODEC_JSON_H_
