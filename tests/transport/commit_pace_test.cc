#include "transport/commit_pace.h"

#include <gtest/gtest.h>

namespace ypp::transport {
namespace {

using std::chrono::milliseconds;

TEST(CommitPace, OneWhoWaitsForEachWriteIsHeldUpLessThanSeveralThatShareATransaction) {
  const CommitPace pace{milliseconds(4), milliseconds(12)};
  EXPECT_EQ(pace.PauseAfter(1), milliseconds(4));
  EXPECT_EQ(pace.PauseAfter(2), milliseconds(12));
  EXPECT_EQ(pace.PauseAfter(1'000), milliseconds(12));
}

}  // namespace
}  // namespace ypp::transport
