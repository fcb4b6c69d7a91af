// What a host is told of others, whatever they wrote.
#include "plugin/remote_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crdt/doc.h"

namespace ypp::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A document that is watched, and one of somebody else.
class RemoteChangesTest : public testing::Test {
 protected:
  void TakeTheirs() {
    ASSERT_TRUE(mine_.ApplyUpdate(theirs_.EncodeUpdate(mine_.GetStateVector())).ok());
  }
  static void Say(SessionDocument& document, const std::string& id, const std::string& text) {
    Message message;
    message.id = id;
    message.role = "assistant";
    message.parts.push_back({"p", "text", text, {}});
    ASSERT_TRUE(document.AppendMessage(message).ok());
  }
  static void Run(SessionDocument& document, const std::string& id, const std::string& hash) {
    Job job;
    job.id = id;
    job.tool = "bash";
    job.content_hash = hash;
    ASSERT_TRUE(document.AppendJob(job).ok());
  }
  std::vector<std::string> Taken() { return std::exchange(told_, {}); }

  Doc mine_, theirs_;
  SessionDocument document_{mine_};
  SessionDocument other_{theirs_};
  std::vector<std::string> told_;
  RemoteChangesWatcher watcher_{document_, [this](const RemoteChanges& changes) {
                                  for (const auto& one : changes.messages)
                                    told_.push_back("new " + one.text());
                                  for (const auto& one : changes.growths)
                                    told_.push_back("more " + one.appended);
                                  for (const auto& one : changes.jobs)
                                    told_.push_back("job " + one.id);
                                }};
};

TEST_F(RemoteChangesTest, TellOfEachPlainMessageWithoutAnId) {
  ASSERT_TRUE(other_.messages().Push({Any(Any::Object{{"content", "one"}})}).ok());
  TakeTheirs();
  ASSERT_TRUE(other_.messages().Push({Any(Any::Object{{"content", "two"}})}).ok());
  TakeTheirs();
  EXPECT_THAT(Taken(), ElementsAre("new one", "new two"));
}

TEST_F(RemoteChangesTest, TellOfAMessageOnceThoughOthersHaveItToo) {
  Say(document_, "m1", "half");
  Say(other_, "m1", "half");
  TakeTheirs();
  EXPECT_THAT(Taken(), IsEmpty());
  MessagePart part;
  part.id = "p";
  ASSERT_TRUE(other_.AppendPartText("m1", part, " and half").ok());
  TakeTheirs();
  EXPECT_THAT(Taken(), ElementsAre("more  and half"));
  // Mine comes after it, and has nothing that was not shown.
  ASSERT_TRUE(document_.SetPartText("m1", part, "half and half").ok());
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(RemoteChangesTest, TellOfALongerCopyWhatItHasMoreAndCutNoCharacter) {
  Say(document_, "m1", "a");
  Say(other_, "m1", "\xC3\xA4 and more");  // as long as one byte inside its first character
  TakeTheirs();
  EXPECT_THAT(Taken(), ElementsAre("more  and more"));
}

TEST_F(RemoteChangesTest, TellOfACallOfThePastOnceAndOfOneMadeTwiceTwice) {
  Run(document_, "past", "");
  Run(document_, "both", "hash");
  Run(other_, "past", "");
  Run(other_, "both", "hash");
  Run(other_, "theirs", "");
  TakeTheirs();
  EXPECT_THAT(Taken(), ElementsAre("job both", "job theirs"));
}

}  // namespace
}  // namespace ypp::plugin
