// The assistant's turn, as it comes over the host's event bus.
#include <gtest/gtest.h>

#include <string>

#include "hooked_document.h"

namespace ypp::plugin {
namespace {

constexpr char kStarted[] =
    R"({"type":"message.updated","properties":{"info":{"id":"m2","sessionID":"s1","role":"assistant","mode":"build"}}})";

std::string Delta(const std::string& text) {
  return R"({"type":"message.part.delta","properties":{"sessionID":"s1","messageID":"m2","partID":"p1",)"
         R"("field":"text","delta":)" +
         codec::ToJson(Any(text)) + "}}";
}

std::string Updated(const std::string& text) {
  return R"({"type":"message.part.updated","properties":{"part":{"id":"p1","sessionID":"s1","messageID":"m2",)"
         R"("type":"text","text":)" +
         codec::ToJson(Any(text)) + "}}}";
}

TEST(EventHook, AppendsStreamedTextPieceByPiece) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(kStarted).ok());
  std::string expected;
  size_t bytes_sent = 0;
  const Subscription subscription =
      h.doc.OnUpdate([&](const UpdateEvent& event) { bytes_sent += event.update.size(); });
  for (int i = 0; i < 2000; ++i) {
    const std::string token = "token" + std::to_string(i) + " ";
    expected += token;
    ASSERT_TRUE(h.hooks.Event(Delta(token)).ok());
  }
  const Message message = h.document.ReadMessage(0);
  EXPECT_EQ(message.text(), expected);
  EXPECT_EQ(message.role, "assistant");
  EXPECT_EQ(message.agent, "build");
  // Each token costs itself and a few dozen bytes, not the text so far.
  EXPECT_LT(bytes_sent, expected.size() + 2000 * 40);
}

TEST(EventHook, AppendsWhatAFullTextHasMore) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(kStarted).ok());
  ASSERT_TRUE(h.hooks.Event(Updated("Hello")).ok());
  const std::string long_text(5000, 'x');
  ASSERT_TRUE(h.hooks.Event(Updated(long_text)).ok());
  size_t bytes_sent = 0;
  const Subscription subscription =
      h.doc.OnUpdate([&](const UpdateEvent& event) { bytes_sent += event.update.size(); });
  ASSERT_TRUE(h.hooks.Event(Updated(long_text + " end")).ok());
  EXPECT_EQ(h.document.ReadMessage(0).text(), long_text + " end");
  EXPECT_LT(bytes_sent, 100u);
}

TEST(EventHook, ReplacesATextThatBecameAnother) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(Updated("Gr\xC3\xBC\xC3\x9F dich \xF0\x9F\x98\x80!")).ok());
  ASSERT_TRUE(h.hooks.Event(Updated("Gr\xC3\xBC\xC3\x9F euch \xF0\x9F\x98\x81!")).ok());
  EXPECT_EQ(h.document.ReadMessage(0).text(), "Gr\xC3\xBC\xC3\x9F euch \xF0\x9F\x98\x81!");
}

TEST(EventHook, AFinalTextAfterDeltasChangesNothing) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(kStarted).ok());
  ASSERT_TRUE(h.hooks.Event(Delta("Hello ")).ok());
  ASSERT_TRUE(h.hooks.Event(Delta("you")).ok());
  const std::string before = h.doc.EncodeUpdate();
  ASSERT_TRUE(h.hooks.Event(Updated("Hello you")).ok());
  EXPECT_EQ(h.doc.EncodeUpdate(), before);
}

TEST(EventHook, MakesTheMessageWhosePartComesFirst) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(Delta("early")).ok());
  ASSERT_TRUE(h.hooks.Event(kStarted).ok());
  ASSERT_EQ(h.document.message_count(), 1u);
  EXPECT_EQ(h.document.ReadMessage(0).text(), "early");
}

TEST(EventHook, KeepsAToolPartWithItsStateAndWithoutItsOutput) {
  HookedDocument h;
  const auto tool = [](const std::string& status) {
    return R"({"type":"message.part.updated","properties":{"part":{"id":"p9","messageID":"m2","type":"tool","tool":"bash",)"
           R"("callID":"c1","state":{"status":")" +
           status + R"(","output":"LONG"}}}})";
  };
  ASSERT_TRUE(h.hooks.Event(tool("running")).ok());
  ASSERT_TRUE(h.hooks.Event(tool("completed")).ok());
  EXPECT_EQ(codec::ToJson(h.document.messages().Get(0).map().Get("parts").ToAny()),
            R"([{"id":"p9","type":"tool","tool":"bash","callID":"c1","status":"completed"}])");
}

TEST(EventHook, TakesTheTitleOfThisSessionOnly) {
  HookedDocument h;
  ASSERT_TRUE(
      h.hooks
          .Event(R"({"type":"session.updated","properties":{"info":{"id":"s1","title":"Login"}}})")
          .ok());
  ASSERT_TRUE(
      h.hooks
          .Event(R"({"type":"session.updated","properties":{"info":{"id":"s2","title":"Other"}}})")
          .ok());
  EXPECT_EQ(h.document.ReadMetadata("title"), Any("Login"));
}

TEST(EventHook, TakesTheWrapperThatTheHookGets) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Event(R"({"event":)" + Delta("hi") + "}").ok());
  EXPECT_EQ(h.document.ReadMessage(0).text(), "hi");
}

TEST(EventHook, IgnoresEventsItDoesNotKnow) {
  HookedDocument h;
  for (const char* event : {R"({"type":"session.idle","properties":{"sessionID":"s1"}})",
                            R"({"type":"from.the.future","properties":{"a":[1]}})",
                            R"({"type":"x"})", R"({"type":"message.updated","properties":3})"}) {
    EXPECT_TRUE(h.hooks.Event(event).ok()) << event;
  }
  EXPECT_EQ(h.document.message_count(), 0u);
}

TEST(EventHook, RefusesEventsThatLackWhatTheirTypeNeeds) {
  HookedDocument h;
  for (const char* event :
       {R"({})", R"({"type":7})", R"({"type":"message.updated","properties":{}})",
        R"({"type":"message.updated","properties":{"info":{}}})",
        R"({"type":"message.part.updated","properties":{"part":{"type":"text"}}})",
        R"({"type":"message.part.delta","properties":{"delta":"x"}})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.Event(event))) << event;
  }
}

TEST(EventHook, OfAnotherSessionIsNotRecorded) {
  HookedDocument h;
  EXPECT_TRUE(absl::IsNotFound(h.hooks.Event(
      R"({"type":"message.updated","properties":{"info":{"id":"m","sessionID":"s2","role":"assistant"}}})")));
  EXPECT_TRUE(absl::IsNotFound(h.hooks.Event(
      R"({"type":"message.part.delta","properties":{"sessionID":"s2","messageID":"m","partID":"p","delta":"x"}})")));
  EXPECT_EQ(h.document.message_count(), 0u);
}

// A call as the event bus tells of it.
std::string ToolPart(const std::string& call, const std::string& state) {
  return R"({"type":"message.part.updated","properties":{"part":{"id":"p2","sessionID":"s1",)"
         R"("messageID":"m2","type":"tool","tool":"write","callID":")" +
         call + R"(","state":)" + state + "}}}";
}

TEST(EventHook, MakesAJobOfACallThatFailedSinceThatHasNoHook) {
  HookedDocument h;
  const std::string input = R"("input":{"filePath":"/home/ada/project/a.c","content":"x"})";
  ASSERT_TRUE(h.hooks.Event(ToolPart("c1", R"({"status":"running",)" + input + "}")).ok());
  EXPECT_EQ(h.document.job_count(), 0u);
  const std::string failed = ToolPart(
      "c1", R"({"status":"error","error":"/home/ada/project is read-only",)" + input + "}");
  ASSERT_TRUE(h.hooks.Event(failed).ok());
  ASSERT_TRUE(h.hooks.Event(failed).ok());
  ASSERT_EQ(h.document.job_count(), 1u);
  const Job job = h.document.ReadJob(0);
  EXPECT_EQ(job.id, "c1");
  EXPECT_EQ(job.status, "error");
  EXPECT_EQ(job.output, "~/project is read-only");
  EXPECT_EQ(codec::ToJson(job.args), R"({"filePath":"a.c","content":"x"})");
  EXPECT_EQ(h.document.file_mutation_count(), 0u);
}

TEST(EventHook, MakesTheJobOfACallWhoseHookDidNotCome) {
  HookedDocument h;
  const std::string completed =
      ToolPart("c1", R"({"status":"completed","input":{"filePath":"a.c"},"output":"done",)"
                     R"("title":"a.c","metadata":{"exists":false}})");
  ASSERT_TRUE(h.hooks.Event(completed).ok());
  ASSERT_EQ(h.document.job_count(), 1u);
  EXPECT_EQ(h.document.ReadJob(0).output, "done");
  EXPECT_EQ(h.document.ReadFileMutation("a.c")->kind, "create");
}

TEST(EventHook, MakesOfACallInsideAnotherSessionItsJobAndNoMessage) {
  HookedDocument h;
  const auto inner = [](const std::string& state) {
    return R"({"type":"message.part.updated","properties":{"part":{"id":"p","sessionID":"s1",)"
           R"("type":"tool","tool":"write","callID":"c1","state":)" +
           state + "}}}";
  };
  ASSERT_TRUE(h.hooks.Event(inner(R"({"status":"running"})")).ok());
  EXPECT_EQ(h.document.job_count(), 0u);
  ASSERT_TRUE(
      h.hooks.Event(inner(R"({"status":"completed","input":{"filePath":"a.c"},"output":"x"})"))
          .ok());
  EXPECT_EQ(h.document.message_count(), 0u);
  ASSERT_EQ(h.document.job_count(), 1u);
  EXPECT_EQ(h.document.ReadJob(0).id, "c1");
  EXPECT_TRUE(h.document.ReadFileMutation("a.c").has_value());
}

TEST(EventHook, AndTheHookOfOneCallMakeOneJob) {
  HookedDocument h;
  const std::string completed =
      ToolPart("c1", R"({"status":"completed","input":{"filePath":"a.c"},"output":"done"})");
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(R"({"tool":"write","callID":"c1","args":{"filePath":"a.c"}})",
                                    R"({"output":"done"})")
                  .ok());
  ASSERT_TRUE(h.hooks.Event(completed).ok());
  EXPECT_EQ(h.document.job_count(), 1u);
  EXPECT_EQ(h.document.ReadFileMutation("a.c")->previous_call_id, "");
}

}  // namespace
}  // namespace ypp::plugin
