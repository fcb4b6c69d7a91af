// The dice of a simulation. The same seed throws the same on every machine.
#ifndef YPP_TESTS_SIMULATION_CHANCE_H_
#define YPP_TESTS_SIMULATION_CHANCE_H_

#include <cstdint>
#include <random>

namespace ypp::simulation {

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  uint64_t Bits() { return random_(); }
  // 0 to bound - 1. REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low + 1)));
  }
  bool Percent(unsigned percent) { return Below(100) < percent; }

 private:
  std::mt19937_64 random_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_CHANCE_H_
