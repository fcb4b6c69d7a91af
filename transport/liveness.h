// Whether the other side of a connection is still there: when it was last heard of, and what that
// means.
#ifndef YPP_TRANSPORT_LIVENESS_H_
#define YPP_TRANSPORT_LIVENESS_H_

#include <cstdint>

namespace ypp::transport {

class Liveness {
 public:
  enum class Step {
    kNothing,
    kPing,    // ask whether it is there
    kGiveUp,  // it did not answer
  };

  explicit Liveness(int64_t now_ms) : heard_ms_(now_ms) {}

  void Hear(int64_t now_ms) { heard_ms_ = now_ms; }
  int64_t SilentMs(int64_t now_ms) const { return now_ms - heard_ms_; }

  // Asked from time to time. After `interval_ms` of silence there is one ping, and after as long
  // again without an answer an end.
  Step Check(int64_t now_ms, int64_t interval_ms) {
    const int64_t silent_ms = SilentMs(now_ms);
    if (silent_ms < interval_ms) {
      pinged_ = false;
    } else if (!pinged_) {
      pinged_ = true;
      return Step::kPing;
    } else if (silent_ms >= 2 * interval_ms) {
      return Step::kGiveUp;
    }
    return Step::kNothing;
  }

 private:
  int64_t heard_ms_;
  bool pinged_ = false;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_LIVENESS_H_
