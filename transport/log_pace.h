// A log that nobody can flood: what clients send makes lines, and a client can send a lot.
#ifndef YPP_TRANSPORT_LOG_PACE_H_
#define YPP_TRANSPORT_LOG_PACE_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "transport/log.h"

namespace ypp::transport {

constexpr size_t kLogLinesPerSecond = 100;

// Passes on so many lines per second (rate_limit.h); the next one says how many were left out.
// Lines for debugging all go through: who asks for them wants them. `now_ms` is called from the
// threads that log.
LogSink PacedLog(LogSink log, std::function<int64_t()> now_ms,
                 size_t lines_per_second = kLogLinesPerSecond);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LOG_PACE_H_
