#include "transport/log_pace.h"

#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "transport/rate_limit.h"

namespace ypp::transport {
namespace {

class Pace {
 public:
  explicit Pace(size_t lines_per_second) : limit_(static_cast<double>(lines_per_second)) {}

  // Whether one more line may pass. `left_out`: of those before it, still to be told.
  bool Admit(int64_t now_ms, size_t* left_out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!limit_.TryTake(1, now_ms)) {
      ++left_out_;
      return false;
    }
    *left_out = std::exchange(left_out_, 0);
    return true;
  }

 private:
  std::mutex mutex_;
  RateLimit limit_;
  size_t left_out_ = 0;
};

}  // namespace

LogSink PacedLog(LogSink log, std::function<int64_t()> now_ms, size_t lines_per_second) {
  return [log = std::move(log), now_ms = std::move(now_ms),
          pace = std::make_shared<Pace>(lines_per_second)](LogLevel level, std::string_view line) {
    if (level == LogLevel::kDebug) return log(level, line);
    size_t left_out = 0;
    if (!pace->Admit(now_ms(), &left_out)) return;
    if (left_out > 0) log(LogLevel::kWarning, absl::StrCat(left_out, " lines were left out here"));
    log(level, line);
  };
}

}  // namespace ypp::transport
