#include "transport/log_pace.h"

#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

class Pace {
 public:
  explicit Pace(size_t lines_per_second) : lines_per_second_(lines_per_second) {}

  // Whether one more line may pass. `left_out`: of those before it, still to be told.
  bool Admit(int64_t now_ms, size_t* left_out) {
    constexpr int64_t kSecondMs = 1'000;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (now_ms - second_began_ms_ >= kSecondMs) {
      second_began_ms_ = now_ms;
      passed_ = 0;
    }
    if (passed_ >= lines_per_second_) {
      ++left_out_;
      return false;
    }
    ++passed_;
    *left_out = std::exchange(left_out_, 0);
    return true;
  }

 private:
  const size_t lines_per_second_;
  std::mutex mutex_;
  int64_t second_began_ms_ = INT64_MIN / 2;
  size_t passed_ = 0;  // in this second
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
