// So much per second, with so much saved up. Whoever takes more is told how long to wait for it.
#ifndef YPP_TRANSPORT_RATE_LIMIT_H_
#define YPP_TRANSPORT_RATE_LIMIT_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ypp::transport {

class RateLimit {
 public:
  // `per_second` 0: no limit. What is not used is saved for at most a second.
  explicit RateLimit(double per_second) : per_second_(per_second), saved_(per_second) {}

  // Milliseconds until what was taken so far is paid for; 0: go on.
  int64_t Take(double amount, int64_t now_ms) {
    if (per_second_ <= 0) return 0;
    saved_ = Saved(now_ms) - amount;
    last_ms_ = now_ms;
    return saved_ >= 0 ? 0 : static_cast<int64_t>(std::ceil(-saved_ * 1000 / per_second_));
  }
  // The same for what can be refused: false, and nothing is taken, unless so much is there.
  bool TryTake(double amount, int64_t now_ms) {
    if (per_second_ <= 0) return true;
    saved_ = Saved(now_ms);
    last_ms_ = now_ms;
    if (saved_ < amount) return false;
    saved_ -= amount;
    return true;
  }
  // Nothing was taken for so long that all of it is there.
  bool Rested(int64_t now_ms) const { return Saved(now_ms) >= per_second_; }

 private:
  double Saved(int64_t now_ms) const {
    const double earned = per_second_ * static_cast<double>(now_ms - last_ms_) / 1000;
    return std::min(per_second_, saved_ + std::max(earned, 0.0));
  }

  double per_second_;
  double saved_;
  int64_t last_ms_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_RATE_LIMIT_H_
