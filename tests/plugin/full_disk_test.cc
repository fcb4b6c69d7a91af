// The local store on a real disk that is really full: a small tmpfs, which only root can mount.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "crdt/doc.h"
#include "plugin/local_copy.h"

namespace ypp::plugin {
namespace {

class FullDiskTest : public testing::Test {
 protected:
  FullDiskTest() : folder_(std::filesystem::temp_directory_path() / "ypp-full-disk-XXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~FullDiskTest() override {
    if (mounted_) umount(folder_.c_str());
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    if (mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "no tmpfs can be mounted here (" << std::strerror(errno)
                   << "): it takes root";
    }
    mounted_ = true;
  }

  // Gives what was in the store after each edit that it still took.
  std::string WriteUntilFull(absl::Status* failure) {
    Doc doc;
    LocalCopy copy(doc, folder_ + "/store", "doc");
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

  std::string folder_;
  bool mounted_ = false;
};

TEST_F(FullDiskTest, IsSaidAndTheStoreKeepsWhatItTook) {
  absl::Status failure;
  const std::string written = WriteUntilFull(&failure);
  EXPECT_TRUE(absl::IsResourceExhausted(failure)) << failure;
  EXPECT_GT(written.size(), 500'000u);

  {
    Doc doc;
    const LocalCopy still_full(doc, folder_ + "/store", "doc");
    // LevelDB needs a little room to open.
    EXPECT_TRUE(absl::IsResourceExhausted(still_full.status())) << still_full.status();
  }
  ASSERT_EQ(mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=16m"), 0);
  Doc doc;
  const LocalCopy copy(doc, folder_ + "/store", "doc");
  ASSERT_TRUE(copy.status().ok()) << copy.status();
  const std::string text = doc.GetText("t").ToString();
  EXPECT_TRUE(text.substr(0, written.size()) == written);
}

}  // namespace
}  // namespace ypp::plugin
