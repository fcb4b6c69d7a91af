// How long to wait before the next try. The numbers and the formula are those of Hocuspocus'
// provider.
//
//   Backoff backoff(BackoffOptions{}, RandomSeed());
//   wait(backoff.NextDelayMs());   // after each failure: 1 s, 1..2 s, 1..4 s, ... 1..30 s
//   backoff.Reset();               // after a success
//
// Thread rule: one thread at a time.
#ifndef YPP_TRANSPORT_BACKOFF_H_
#define YPP_TRANSPORT_BACKOFF_H_

#include <cstdint>
#include <random>

namespace ypp {

struct BackoffOptions {
  int64_t delay_ms = 1'000;  // upper bound of the first wait
  double factor = 2;         // by which that bound grows with each failure; below 1 counts as 1
  int64_t min_delay_ms = 1'000;
  int64_t max_delay_ms = 30'000;
  // Off, every wait is its upper bound. On, many clients that lost the same server do not come back
  // in step.
  bool jitter = true;
  // Failures after which to give up. 0: never.
  uint32_t max_attempts = 0;
};

class Backoff {
 public:
  // `seed` decides the jitter. Two clients should not share it.
  Backoff(const BackoffOptions& options, uint64_t seed);

  // The wait after one more failure: a whole number drawn evenly from min_delay_ms to min(delay_ms
  // * factor^(failures-1), max_delay_ms).
  int64_t NextDelayMs();
  // The wait after something that worked came to an end, which is no failure: delay_ms to twice
  // that with jitter, else delay_ms. Hocuspocus waits delay_ms always; then all clients of a server
  // that went away are back in the same instant.
  int64_t DelayAfterSuccessMs();
  void Reset() { failures_ = 0; }

  uint32_t failures() const { return failures_; }
  bool exhausted() const {
    return options_.max_attempts != 0 && failures_ >= options_.max_attempts;
  }

 private:
  int64_t Draw(int64_t low, int64_t high);

  BackoffOptions options_;
  std::mt19937_64 random_;
  uint32_t failures_ = 0;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_BACKOFF_H_
