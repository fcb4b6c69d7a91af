#ifndef YPP_BENCH_STOPWATCH_H_
#define YPP_BENCH_STOPWATCH_H_

#include <chrono>

namespace ypp::bench {

class Stopwatch {
 public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_STOPWATCH_H_
