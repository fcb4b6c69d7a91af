// Any bytes as the target of an HTTP request and as an address to listen on: values or errors.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "transport/http_message.h"
#include "transport/listen_address.h"
#include "transport/y_websocket.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  ypp::HttpRequest request;
  request.target = text;
  YPP_CHECK(request.path().size() + request.query().size() <= text.size());
  for (const auto& [name, value] : request.Parameters()) {
    YPP_CHECK(name.size() + value.size() <= text.size());
    YPP_CHECK(request.Parameter(name).has_value());
  }
  (void)ypp::transport::YWebsocketDocument(request);
  if (const auto decoded = ypp::DecodePercents(text)) YPP_CHECK(decoded->size() <= text.size());
  if (const auto address = ypp::transport::ParseListenAddress(text); address.ok()) {
    YPP_CHECK(ypp::transport::ParseListenAddress(address->ToString()).ok());
  }
  return 0;
}
