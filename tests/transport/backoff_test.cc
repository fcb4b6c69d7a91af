#include "transport/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace ypp {
namespace {

TEST(Backoff, BoundsDoubleFromOneSecondToThirty) {
  BackoffOptions options;
  options.jitter = false;
  Backoff backoff(options, 1);
  for (const int64_t expected_ms : {1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000, 30'000})
    EXPECT_EQ(backoff.NextDelayMs(), expected_ms);
}

TEST(Backoff, JitterDrawsFromTheMinimumToTheBoundOfThatAttempt) {
  const int64_t bounds_ms[] = {1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000};
  int64_t largest_ms[7] = {};
  int64_t smallest_ms[7];
  std::fill_n(smallest_ms, 7, INT64_MAX);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Backoff backoff(BackoffOptions{}, seed);
    for (int i = 0; i < 7; ++i) {
      const int64_t delay_ms = backoff.NextDelayMs();
      EXPECT_GE(delay_ms, 1'000);
      EXPECT_LE(delay_ms, bounds_ms[i]);
      largest_ms[i] = std::max(largest_ms[i], delay_ms);
      smallest_ms[i] = std::min(smallest_ms[i], delay_ms);
    }
  }
  for (int i = 1; i < 7; ++i) {
    EXPECT_GT(largest_ms[i], bounds_ms[i] * 9 / 10) << i;
    EXPECT_LT(smallest_ms[i], 1'000 + bounds_ms[i] / 10) << i;
  }
}

TEST(Backoff, ClientsThatLostTheSameServerDoNotComeBackInStep) {
  std::set<int64_t> delays;
  for (uint64_t seed = 0; seed < 100; ++seed)
    delays.insert(Backoff(BackoffOptions{}, seed).DelayAfterSuccessMs());
  EXPECT_GT(delays.size(), 80u);
  EXPECT_GE(*delays.begin(), 1'000);
  EXPECT_LE(*delays.rbegin(), 2'000);
}

TEST(Backoff, SuccessStartsAgainAtTheFirstBound) {
  BackoffOptions options;
  options.jitter = false;
  Backoff backoff(options, 1);
  for (int i = 0; i < 5; ++i) backoff.NextDelayMs();
  backoff.Reset();
  EXPECT_EQ(backoff.NextDelayMs(), 1'000);
  EXPECT_EQ(backoff.failures(), 1u);
}

TEST(Backoff, GivesUpAfterTheAllowedAttemptsAndNeverByDefault) {
  BackoffOptions options;
  options.max_attempts = 3;
  Backoff limited(options, 1);
  Backoff endless(BackoffOptions{}, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(limited.exhausted());
    limited.NextDelayMs();
    endless.NextDelayMs();
  }
  EXPECT_TRUE(limited.exhausted());
  EXPECT_FALSE(endless.exhausted());
}

TEST(Backoff, StaysWithinItsMaximumAfterAnyNumberOfFailures) {
  Backoff backoff(BackoffOptions{}, 7);
  for (int i = 0; i < 100'000; ++i) {
    const int64_t delay_ms = backoff.NextDelayMs();
    ASSERT_GE(delay_ms, 1'000);
    ASSERT_LE(delay_ms, 30'000);
  }
}

TEST(Backoff, TakesCrossedAndNegativeBoundsWithoutHarm) {
  BackoffOptions options;
  options.delay_ms = -5;
  options.factor = -2;
  options.min_delay_ms = 500;
  options.max_delay_ms = 100;
  Backoff backoff(options, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(backoff.NextDelayMs(), 500);
}

}  // namespace
}  // namespace ypp
