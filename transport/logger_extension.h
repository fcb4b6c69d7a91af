// Says in a log what happens, hook by hook; names and numbers only, no content and no tokens.
#ifndef YPP_TRANSPORT_LOGGER_EXTENSION_H_
#define YPP_TRANSPORT_LOGGER_EXTENSION_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/hooks.h"

namespace ypp {

struct LoggerOptions {
  std::function<void(std::string_view line)> log;
  bool on_listen = true;
  bool on_upgrade = true;
  bool on_request = true;
  bool on_connect = true;
  bool connected = true;
  bool on_load_document = true;
  bool on_change = true;
  bool on_store_document = true;
  bool on_disconnect = true;
  bool after_unload_document = true;
  bool on_destroy = true;
};

class LoggerExtension : public Extension {
 public:
  explicit LoggerExtension(LoggerOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "logger"; }
  Hooks hooks() override;

 private:
  LoggerOptions options_;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_LOGGER_EXTENSION_H_
