#include "plugin/local_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crdt/doc.h"
#include "plugin/local_copy.h"

namespace ypp::plugin {
namespace {

class LocalStoreTest : public testing::Test {
 protected:
  LocalStoreTest()
      : directory_(std::filesystem::temp_directory_path() /
                   absl::StrCat("ypp-local-store-", getpid())) {
    std::filesystem::remove_all(directory_);
  }
  ~LocalStoreTest() override { std::filesystem::remove_all(directory_); }

  std::string ReadBack() {
    Doc doc;
    LocalCopy copy(doc, directory_, "doc");
    EXPECT_TRUE(copy.status().ok()) << copy.status();
    return doc.GetText("t").ToString();
  }

  const std::filesystem::path directory_;
};

TEST_F(LocalStoreTest, GivesBackWhatWasAppendedInItsOrderAndByDocument) {
  {
    auto store = *LocalStore::Open(directory_, "doc");
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(store->Append({absl::StrCat(i)}, "sv", false).ok());
  }
  {
    auto other = *LocalStore::Open(directory_, "docu");
    EXPECT_TRUE(other->Load()->empty());
    ASSERT_TRUE(other->Append({"other"}, "sv", true).ok());
  }
  auto store = *LocalStore::Open(directory_, "doc");
  const std::vector<std::string> updates = *store->Load();
  ASSERT_EQ(updates.size(), 300u);
  EXPECT_EQ(updates[299], "299");
  ASSERT_TRUE(store->Replace("all", "sv").ok());
  EXPECT_EQ(*store->Load(), std::vector<std::string>{"all"});
  ASSERT_TRUE(store->Append({"more"}, "sv", true).ok());
  EXPECT_EQ(*store->Load(), (std::vector<std::string>{"all", "more"}));
}

TEST_F(LocalStoreTest, IsOpenInOneProgramAtATime) {
  auto store = *LocalStore::Open(directory_, "doc");
  EXPECT_TRUE(absl::IsFailedPrecondition(LocalStore::Open(directory_, "doc").status()));
}

TEST_F(LocalStoreTest, IsMadeWhereOnlyItsUserCanRead) {
  const std::filesystem::path inner = directory_ / "of" / "a session";
  ASSERT_TRUE(LocalStore::Open(inner / "", "doc").ok());
  EXPECT_EQ(std::filesystem::status(inner).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(LocalStoreTest, SaysThatItIsDamaged) {
  {
    auto store = *LocalStore::Open(directory_, "doc");
    ASSERT_TRUE(store->Append({std::string(10'000, 'x')}, "sv", true).ok());
  }
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    if (file.path().extension() != ".log") continue;
    std::fstream log(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(5'000);
    log << "damage";
  }
  EXPECT_TRUE(absl::IsDataLoss(LocalStore::Open(directory_, "doc").status()));
}

TEST_F(LocalStoreTest, NamesNoFileInItsErrors) {
  std::ofstream(directory_) << "a file where the directory should be";
  const absl::Status status = LocalStore::Open(directory_, "doc").status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(std::string(status.message()).find(directory_.filename().string()), std::string::npos);
}

TEST_F(LocalStoreTest, KeepsEveryEditThatWasFinishedWhenTheProcessIsKilled) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  const pid_t child = fork();
  if (child == 0) {
    Doc doc;
    LocalCopy copy(doc, directory_, "doc");
    for (char c = 'a';; c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
      (void)doc.GetText("t").Append(std::string(1, c));
      copy.Wait();
      if (write(pipe_fds[1], &c, 1) != 1) _exit(1);
    }
  }
  close(pipe_fds[1]);
  std::string acknowledged;
  char c = 0;
  while (acknowledged.size() < 200 && read(pipe_fds[0], &c, 1) == 1) acknowledged.push_back(c);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(pipe_fds[0], &c, 1) == 1) acknowledged.push_back(c);
  close(pipe_fds[0]);
  ASSERT_GE(acknowledged.size(), 200u);
  EXPECT_EQ(ReadBack().substr(0, acknowledged.size()), acknowledged);
}

// A file may not grow past a limit, which is what a full disk looks like to a writer.
TEST_F(LocalStoreTest, GoesOnInMemoryWhenTheDiskIsFull) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    Doc doc;
    LocalCopy copy(doc, directory_, "doc");
    std::atomic<int> failures = 0;
    copy.OnFailure([&](const absl::Status&) { ++failures; });
    if (!copy.status().ok()) _exit(2);
    const rlimit limit{100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 300; ++i) {
      if (!doc.GetText("t").Append(std::string(1'000, 'x')).ok()) _exit(3);
      copy.Wait();
    }
    if (doc.GetText("t").length() != 300'000) _exit(4);
    _exit(!copy.status().ok() && failures == 1 ? 0 : 5);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  // What was written before is still good.
  EXPECT_GT(ReadBack().size(), 50'000u);
}

TEST_F(LocalStoreTest, PutsManyUpdatesTogetherWhenItIsOpened) {
  {
    Doc doc;
    LocalCopy copy(doc, directory_, "doc");
    for (size_t i = 0; i < kLocalStoreTrimUpdates; ++i) {
      ASSERT_TRUE(doc.GetText("t").Append("x").ok());
    }
  }
  EXPECT_EQ(ReadBack().size(), kLocalStoreTrimUpdates);
  auto store = *LocalStore::Open(directory_, "doc");
  EXPECT_EQ(store->Load()->size(), 1u);
}

}  // namespace
}  // namespace ypp::plugin
