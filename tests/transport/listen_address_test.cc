#include "transport/listen_address.h"

#include <gtest/gtest.h>

namespace ypp::transport {
namespace {

TEST(ListenAddress, ReadsHostAndPort) {
  for (const char* text : {"127.0.0.1:1234", "[::1]:0", "localhost:65535", ":80"}) {
    const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
  }
  EXPECT_EQ(ParseListenAddress("[::1]:0")->host, "::1");
}

TEST(ListenAddress, SaysWhatIsWrong) {
  for (const char* text : {"", "1234", "localhost", "localhost:", "localhost:65536", "localhost:-1",
                           "localhost:1x", "::1:80", "[::1:80", "[::1]80"}) {
    const absl::Status status = ParseListenAddress(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_NE(std::string(status.message()).find("HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace ypp::transport
