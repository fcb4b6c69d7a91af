// Any bytes as JSON text: the check and the parser agree, and a parsed value is printed so that it
// parses to itself.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/check.h"
#include "codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bool canonical = true;
  const bool is_json = ypp::codec::IsJson(text, &canonical);
  const absl::StatusOr<ypp::Any> value = ypp::codec::ParseJson(text);
  YPP_CHECK(value.ok() == is_json);
  if (!value.ok()) return 0;
  const std::string printed = ypp::codec::ToJson(*value);
  YPP_CHECK(!canonical || printed == text);
  const absl::StatusOr<ypp::Any> again = ypp::codec::ParseJson(printed);
  YPP_CHECK(again.ok() && ypp::codec::ToJson(*again) == printed);
  YPP_CHECK(ypp::codec::IsJson(printed, &canonical));
  return 0;
}
