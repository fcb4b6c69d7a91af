// Where the relay tells what happens. Lines never hold document content, awareness states or
// tokens.
#ifndef YPP_TRANSPORT_LOG_H_
#define YPP_TRANSPORT_LOG_H_

#include <functional>
#include <string_view>

namespace ypp::transport {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Called from the relay's threads, one line at a time per thread. Must not call back into the
// relay.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

// For those who do not want to hear it.
inline LogSink SilentLog() {
  return [](LogLevel, std::string_view) {};
}

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LOG_H_
