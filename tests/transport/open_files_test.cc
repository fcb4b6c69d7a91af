#include "transport/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>

namespace ypp::transport {
namespace {

TEST(OpenFiles, TheSoftLimitBecomesTheHardOne) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 200;
  ASSERT_LT(low.rlim_cur, before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const size_t allowed = RaiseOpenFilesLimit();
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  EXPECT_EQ(allowed, before.rlim_max == RLIM_INFINITY ? SIZE_MAX : before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(OpenFiles, SomeAreLeftForOtherThanConnections) {
  EXPECT_EQ(ConnectionsWithin(20'000), 19'950u);
  EXPECT_EQ(ConnectionsWithin(SIZE_MAX), SIZE_MAX);
  EXPECT_EQ(ConnectionsWithin(10), 1u);
}

}  // namespace
}  // namespace ypp::transport
