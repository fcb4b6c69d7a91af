// The local store on a disk that is really full.
#include <gtest/gtest.h>

#include <string>

#include "crdt/doc.h"
#include "plugin/local_copy.h"
#include "tests/small_disk.h"

namespace ypp::plugin {
namespace {

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(disk_.problem(), ""); }

  // Gives what was in the store after each edit that it still took.
  std::string WriteUntilFull(absl::Status* failure) {
    Doc doc;
    LocalCopy copy(doc, disk_.folder() + "/store", "doc");
    EXPECT_TRUE(copy.status().ok()) << copy.status();
    std::string written;
    for (int i = 0; i < 2'000; ++i) {
      EXPECT_TRUE(
          doc.GetText("t").Append(std::string(1'000, static_cast<char>('a' + i % 26))).ok());
      copy.Wait();
      if (copy.status().ok()) written = doc.GetText("t").ToString();
    }
    EXPECT_EQ(doc.GetText("t").length(), 2'000'000u) << "the document goes on in memory";
    *failure = copy.status();
    return written;
  }

  SmallDisk disk_{"1m"};
};

TEST_F(FullDiskTest, IsSaidAndTheStoreKeepsWhatItTook) {
  absl::Status failure;
  const std::string written = WriteUntilFull(&failure);
  EXPECT_TRUE(absl::IsResourceExhausted(failure)) << failure;
  EXPECT_GT(written.size(), 500'000u);

  {
    Doc doc;
    const LocalCopy still_full(doc, disk_.folder() + "/store", "doc");
    // LevelDB needs a little room to open.
    EXPECT_TRUE(absl::IsResourceExhausted(still_full.status())) << still_full.status();
  }
  ASSERT_TRUE(disk_.Resize("16m"));
  Doc doc;
  const LocalCopy copy(doc, disk_.folder() + "/store", "doc");
  ASSERT_TRUE(copy.status().ok()) << copy.status();
  const std::string text = doc.GetText("t").ToString();
  EXPECT_TRUE(text.substr(0, written.size()) == written);
}

}  // namespace
}  // namespace ypp::plugin
