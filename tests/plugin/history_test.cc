// What was said before a host's hooks came.
#include "plugin/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hooked_document.h"

namespace ypp::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string UserTurn(const std::string& id, int created) {
  return absl::StrCat(
      R"({"info":{"id":")", id, R"(","sessionID":"s1","role":"user","time":{"created":)", created,
      R"(}},"parts":[{"id":")", id, R"(_p","type":"text","text":"say )", id, "\"}]}");
}

std::string Answer(const std::string& id, int created, const std::string& parts) {
  return absl::StrCat(R"({"info":{"id":")", id,
                      R"(","sessionID":"s1","role":"assistant","time":{"created":)", created,
                      R"(,"completed":)", created + 1, R"(}},"parts":[)", parts, "]}");
}

std::string TextPart(const std::string& id, const std::string& text) {
  return absl::StrCat(R"({"id":")", id, R"(","type":"text","text":")", text, "\"}");
}

std::string ToolPart(const std::string& call, int end) {
  return absl::StrCat(
      R"({"id":"prt_)", call, R"(","type":"tool","tool":"write","callID":")", call,
      R"(","state":{"status":"completed","input":{"filePath":"/home/ada/project/a.c"},)"
      R"("output":"done","title":"a.c","metadata":{},"time":{"start":1,"end":)",
      end, "}}}");
}

absl::StatusOr<HistoryAdded> Add(HookedDocument& h, const std::string& messages) {
  absl::StatusOr<HistoryAdded> result = absl::UnknownError("no answer");
  h.hooks.AddHistory("[" + messages + "]",
                     [&](const absl::StatusOr<HistoryAdded>& added) { result = added; });
  return result;
}

absl::Status Say(HookedDocument& h, const std::string& id, int created) {
  return h.hooks.ChatMessage(
      absl::StrCat(R"({"messageID":")", id, "\"}"),
      absl::StrCat(R"({"message":{"id":")", id, R"(","role":"user","time":{"created":)", created,
                   R"(}},"parts":[{"type":"text","text":"now"}]})"));
}

std::vector<std::string> MessageIds(const HookedDocument& h) {
  std::vector<std::string> ids;
  for (uint32_t i = 0; i < h.document.message_count(); ++i) {
    ids.push_back(h.document.ReadMessage(i).id);
  }
  return ids;
}

TEST(History, StandsInFrontOfWhatWasSaidSince) {
  HookedDocument h;
  ASSERT_TRUE(Say(h, "m3", 30).ok());
  const auto added =
      Add(h, UserTurn("m1", 10) + "," + Answer("m2", 20, TextPart("p", "an answer")));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->messages, 2u);
  EXPECT_THAT(MessageIds(h), ElementsAre("m1", "m2", "m3"));
  const Message answer = h.document.ReadMessage(1);
  EXPECT_EQ(answer.role, "assistant");
  EXPECT_EQ(answer.text(), "an answer");
  EXPECT_EQ(answer.created_at_ms, 20);
  EXPECT_EQ(answer.author.name, "pugi-cli@laptop");
}

TEST(History, IsAddedOnce) {
  HookedDocument h;
  const std::string past =
      UserTurn("m1", 10) + "," + Answer("m2", 20, TextPart("p", "done") + "," + ToolPart("c1", 21));
  ASSERT_TRUE(Add(h, past).ok());
  const std::string before = h.doc.EncodeUpdate();
  const auto again = Add(h, past);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->messages, 0u);
  EXPECT_EQ(again->jobs, 0u);
  EXPECT_EQ(h.doc.EncodeUpdate(), before);
}

TEST(History, FillsTheGapsThatOthersLeft) {
  HookedDocument h;
  ASSERT_TRUE(Say(h, "m2", 20).ok());
  ASSERT_TRUE(Say(h, "from the browser", 35).ok());
  ASSERT_TRUE(Say(h, "m5", 50).ok());
  ASSERT_TRUE(Add(h, UserTurn("m1", 10) + "," + UserTurn("m2", 20) + "," + UserTurn("m3", 30) +
                         "," + UserTurn("m4", 40) + "," + UserTurn("m5", 50) + "," +
                         UserTurn("m6", 60))
                  .ok());
  EXPECT_THAT(MessageIds(h), ElementsAre("m1", "m2", "m3", "from the browser", "m4", "m5", "m6"));
}

TEST(History, KeepsTheHostsOrderWhereClocksContradictIt) {
  HookedDocument h;
  ASSERT_TRUE(Say(h, "m2", 5).ok());
  ASSERT_TRUE(Add(h, UserTurn("m1", 90) + "," + UserTurn("m2", 5) + "," + UserTurn("m3", 1)).ok());
  EXPECT_THAT(MessageIds(h), ElementsAre("m1", "m2", "m3"));
}

TEST(History, NamesEachMessageOnceThoughItIsGivenTwice) {
  HookedDocument h;
  ASSERT_TRUE(
      Add(h, UserTurn("m1", 10) + "," + UserTurn("m1", 10) + "," + UserTurn("m2", 20)).ok());
  EXPECT_THAT(MessageIds(h), ElementsAre("m1", "m2"));
}

TEST(History, IsFollowedByHooksThatKnowItsMessages) {
  HookedDocument h;
  ASSERT_TRUE(Say(h, "m3", 30).ok());
  ASSERT_TRUE(
      Add(h, UserTurn("m1", 10) + "," +
                 R"({"info":{"id":"m2","role":"assistant","time":{"created":20}},"parts":[)" +
                 TextPart("p", "half") + "]}")
          .ok());
  ASSERT_TRUE(Say(h, "m1", 10).ok());
  ASSERT_TRUE(h.hooks
                  .Event(R"({"type":"message.part.delta","properties":{"messageID":"m2",)"
                         R"("partID":"p","field":"text","delta":" and half"}})")
                  .ok());
  EXPECT_THAT(MessageIds(h), ElementsAre("m1", "m2", "m3"));
  EXPECT_EQ(h.document.ReadMessage(1).text(), "half and half");
}

TEST(History, CompletesAnAnswerWhoseWriterDied) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .Event(R"({"type":"message.part.updated","properties":{"part":{"id":"p1",)"
                         R"("messageID":"m2","type":"text","text":"It beg"}}})")
                  .ok());
  ASSERT_TRUE(
      Add(h, Answer("m2", 20, TextPart("p1", "It begins") + "," + TextPart("p2", "and ends")))
          .ok());
  EXPECT_THAT(MessageIds(h), ElementsAre("m2"));
  EXPECT_EQ(h.document.ReadMessage(0).text(), "It begins\nand ends");
}

TEST(History, LeavesAnAnswerAloneThatIsStillBeingWritten) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .Event(R"({"type":"message.part.delta","properties":{"messageID":"m2",)"
                         R"("partID":"p1","field":"text","delta":"It beg"}})")
                  .ok());
  ASSERT_TRUE(Add(h, R"({"info":{"id":"m2","role":"assistant","time":{"created":20}},"parts":[)" +
                         TextPart("p1", "It begins") + "]}")
                  .ok());
  EXPECT_EQ(h.document.ReadMessage(0).text(), "It beg");
}

TEST(History, MakesJobsOfItsCallsThatConflictWithNothing) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(R"({"tool":"bash","callID":"c2","args":{"command":"ls"}})",
                                    R"({"title":"ls","output":"a.c"})")
                  .ok());
  const auto added =
      Add(h, Answer("m2", 20,
                    ToolPart("c1", 25) + "," +
                        R"({"id":"p","type":"tool","tool":"bash","callID":"c2",)"
                        R"("state":{"status":"completed","input":{"command":"ls"}}})"));
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(added->jobs, 1u);
  ASSERT_EQ(h.document.job_count(), 2u);
  const Job job = h.document.ReadJob(0);
  EXPECT_EQ(job.id, "c1");
  EXPECT_EQ(job.finished_at_ms, 25);
  EXPECT_EQ(job.output, "done");
  EXPECT_EQ(job.content_hash, "");
  EXPECT_THAT(job.files, IsEmpty());
  EXPECT_EQ(h.document.ReadJob(1).id, "c2");
  EXPECT_EQ(h.document.file_mutation_count(), 0u);
}

TEST(History, LeavesOutWhatIsNoMessageOfThisSessionAndSaysSo) {
  HookedDocument h;
  const auto added = Add(h, R"(7,{"info":{}},{"info":{"role":"user"},"parts":[]},)"
                            R"({"info":{"id":"m0","sessionID":"s2","role":"user"},"parts":[]},)" +
                                UserTurn("m1", 10));
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(added->unreadable, 4u);
  EXPECT_THAT(MessageIds(h), ElementsAre("m1"));
}

TEST(History, ThatIsNoArrayIsRefused) {
  HookedDocument h;
  for (const char* bad : {"", "{}", "[", "null"}) {
    bool called = false;
    h.hooks.AddHistory(bad, [&](const absl::StatusOr<HistoryAdded>& added) {
      called = true;
      EXPECT_TRUE(absl::IsInvalidArgument(added.status())) << bad;
    });
    EXPECT_TRUE(called);
  }
  EXPECT_EQ(h.document.message_count(), 0u);
}

}  // namespace
}  // namespace ypp::plugin
