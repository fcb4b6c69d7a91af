#include "transport/log_pace.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ypp::transport {
namespace {

class PacedLogTest : public testing::Test {
 protected:
  int64_t now_ms_ = 0;
  std::vector<std::string> lines_;
  LogSink log_ = PacedLog([this](LogLevel, std::string_view line) { lines_.emplace_back(line); },
                          [this] { return now_ms_; }, 2);
};

TEST_F(PacedLogTest, LeavesOutWhatIsTooMuchAndSaysSo) {
  for (const char* line : {"a", "b", "c", "d"}) log_(LogLevel::kWarning, line);
  EXPECT_EQ(lines_, (std::vector<std::string>{"a", "b"}));
  now_ms_ = 499;
  log_(LogLevel::kError, "e");
  EXPECT_EQ(lines_.size(), 2u);
  now_ms_ = 1'500;
  log_(LogLevel::kInfo, "f");
  log_(LogLevel::kInfo, "g");
  EXPECT_EQ(lines_, (std::vector<std::string>{"a", "b", "3 lines were left out here", "f", "g"}));
}

TEST_F(PacedLogTest, LetsLinesForDebuggingThrough) {
  for (int i = 0; i < 5; ++i) log_(LogLevel::kDebug, "d");
  log_(LogLevel::kInfo, "a");
  EXPECT_EQ(lines_.size(), 6u);
}

}  // namespace
}  // namespace ypp::transport
