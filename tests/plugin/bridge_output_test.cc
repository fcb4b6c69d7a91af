#include "plugin/bridge_output.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace ypp::plugin {
namespace {

std::string ReadAll(int fd) {
  std::string all;
  char chunk[256];
  for (ssize_t size; (size = read(fd, chunk, sizeof(chunk))) > 0;) all.append(chunk, size);
  return all;
}

TEST(BridgeOutput, SendsNothingBehindItsLastLine) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  {
    BridgeOutput output(fds[1], /*max_bytes=*/100);
    output.Send("first");
    output.SendLast("last");
    output.Send("a result");
    output.SendEvent("an event", "resync");
  }
  close(fds[1]);
  EXPECT_EQ(ReadAll(fds[0]), "first\nlast\n");
  close(fds[0]);
}

}  // namespace
}  // namespace ypp::plugin
