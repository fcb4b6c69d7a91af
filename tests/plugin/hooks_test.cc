#include "plugin/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hooked_document.h"

namespace ypp::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kInput[] = R"({"sessionID":"s1","messageID":"m1","agent":"build"})";
constexpr char kOutput[] = R"({
  "message": {"id":"m1","sessionID":"s1","role":"user","time":{"created":1234},"agent":"build",
              "model":{"providerID":"p","modelID":"m"}},
  "parts": [{"id":"p1","sessionID":"s1","messageID":"m1","type":"text","text":"Hello"}]})";

TEST(ChatMessage, AppendsTheUsersTurnAsTheSchemaSays) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.ChatMessage(kInput, kOutput).ok());
  EXPECT_EQ(
      codec::ToJson(h.document.messages().ToJson()),
      R"([{"id":"m1","role":"user","author":"pugi-cli@laptop","device":"terminal","agent":"build",)"
      R"("createdAt":1234,"model":{"providerID":"p","modelID":"m"},)"
      R"("parts":[{"id":"p1","type":"text","text":"Hello"}]}])");
  EXPECT_EQ(
      codec::ToJson(h.document.metadata().ToJson()),
      R"({"schemaVersion":1,"sessionId":"s1","host":"pugi-cli@laptop","hostState":"attached",)"
      R"("hostStateAt":1700000000000})");
}

TEST(ChatMessage, StoresTextAsATextThatCanGrow) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.ChatMessage(kInput, kOutput).ok());
  const Map part = h.document.messages().Get(0).map().Get("parts").array().Get(0).map();
  EXPECT_EQ(part.Get("text").text().ToString(), "Hello");
}

TEST(ChatMessage, IsOneUpdate) {
  HookedDocument h;
  int updates = 0;
  const Subscription subscription = h.doc.OnUpdate([&](const UpdateEvent&) { ++updates; });
  ASSERT_TRUE(h.hooks.ChatMessage(kInput, kOutput).ok());
  EXPECT_EQ(updates, 1);
}

TEST(ChatMessage, ToleratesUnknownFieldsAndKeepsThem) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ChatMessage(R"({"sessionID":"s1","later":{"x":1}})",
                               R"({"message":{"id":"m1","role":"user","mood":"calm"},"new":true,
                                   "parts":[{"type":"text","text":"Hi","weight":3},
                                           {"type":"hologram"}]})")
                  .ok());
  EXPECT_THAT(h.Json(), HasSubstr(R"("mood":"calm")"));
  EXPECT_THAT(h.Json(), HasSubstr(R"("weight":3)"));
  EXPECT_THAT(h.Json(), HasSubstr(R"("type":"hologram")"));
}

TEST(ChatMessage, GivesIdsToWhatHasNone) {
  HookedDocument h;
  const char kNameless[] = R"({"parts":[{"type":"text","text":"Hi"}]})";
  ASSERT_TRUE(h.hooks.ChatMessage("{}", kNameless).ok());
  ASSERT_TRUE(h.hooks.ChatMessage("{}", kNameless).ok());
  ASSERT_EQ(h.document.message_count(), 2u);
  const Message first = h.document.ReadMessage(0);
  EXPECT_NE(first.id, h.document.ReadMessage(1).id);
  EXPECT_EQ(first.parts[0].id, first.id + "_0");
  EXPECT_EQ(first.created_at_ms, h.now_ms);
}

TEST(ChatMessage, RecordsARepeatedCallOnce) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.ChatMessage(kInput, kOutput).ok());
  ASSERT_TRUE(h.hooks.ChatMessage(kInput, kOutput).ok());
  EXPECT_EQ(h.document.message_count(), 1u);
}

TEST(ChatMessage, RefusesWhatItCannotReadAndWritesNothing) {
  HookedDocument h;
  const std::string before = h.doc.EncodeUpdate();
  for (const char* bad : {"", "{", "[]", "null", "\"text\"", R"({"parts":1})", R"({"parts":[1]})",
                          R"({"message":1,"parts":[]})", "{}", "\xFF", R"({"parts":[]} x)"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ChatMessage("{}", bad))) << bad;
  }
  for (const char* bad : {"", "{", "[]", "1", "\xFF"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ChatMessage(bad, kOutput))) << bad;
  }
  EXPECT_EQ(h.doc.EncodeUpdate(), before);
}

TEST(ChatMessage, RefusesNestingThatNothingRealHas) {
  HookedDocument h;
  const std::string deep =
      R"({"parts":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ChatMessage("{}", deep)));
}

TEST(ChatMessage, RefusesAPayloadPastTheLimit) {
  HookedDocument h;
  const std::string large(kMaxPayloadBytes + 1, ' ');
  EXPECT_TRUE(absl::IsResourceExhausted(h.hooks.ChatMessage("{}", large)));
}

TEST(ChatMessage, OfAnotherSessionIsNotRecorded) {
  HookedDocument h;
  EXPECT_TRUE(absl::IsNotFound(h.hooks.ChatMessage(R"({"sessionID":"s2"})", kOutput)));
  EXPECT_EQ(h.document.message_count(), 0u);
}

TEST(ChatMessage, CutsALongTextBetweenCharacters) {
  HookedDocument h;
  std::string text(kMaxPartTextBytes - 1, 'x');
  text += "\xC3\xA4 and more";  // the limit falls into this character
  ASSERT_TRUE(
      h.hooks.ChatMessage("{}", R"({"parts":[{"type":"text","text":")" + text + "\"}]}").ok());
  const MessagePart part = h.document.ReadMessage(0).parts[0];
  EXPECT_EQ(part.text, std::string(kMaxPartTextBytes - 1, 'x'));
  EXPECT_EQ(part.other, (Any::Object{{"truncated", true}}));
}

TEST(ChatMessage, LeavesFilesAndSystemPromptsOut) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ChatMessage(
                      "{}", R"({"message":{"id":"m1","system":"You are SECRET1","tools":{"a":true}},
      "parts":[{"type":"file","mime":"image/png","filename":"shot.png",
                "url":"data:image/png;base64,SECRET2","source":{"text":{"value":"SECRET3"}}}]})")
                  .ok());
  EXPECT_THAT(h.Json(), Not(HasSubstr("SECRET")));
  EXPECT_THAT(h.Json(), HasSubstr("shot.png"));
}

TEST(ChatParams, WritesThePersonaOnceForEachSwitch) {
  HookedDocument h;
  int updates = 0;
  const Subscription subscription = h.doc.OnUpdate([&](const UpdateEvent&) { ++updates; });
  for (const char* agent : {"build", "build", "plan", "plan", "build"}) {
    ASSERT_TRUE(
        h.hooks.ChatParams(R"({"sessionID":"s1","agent":")" + std::string(agent) + "\"}", "{}")
            .ok());
    EXPECT_EQ(h.document.active_persona().ToString(), agent);
  }
  EXPECT_EQ(updates, 3);
}

TEST(ChatParams, TakesTheNameOfAnAgentThatIsAnObject) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.ChatParams(R"({"agent":{"name":"plan","mode":"primary"}})", "{}").ok());
  EXPECT_EQ(h.document.ReadPersona(), "plan");
}

TEST(ChatParams, NeverRecordsKeysOptionsOrHeaders) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ChatParams(R"({"sessionID":"s1","agent":"build",
      "provider":{"source":"env","info":{"id":"p","key":"sk-SECRET1"},
                  "options":{"apiKey":"SECRET2"}},
      "model":{"headers":{"Authorization":"Bearer SECRET3"}}})",
                              R"({"temperature":0.5,"options":{"token":"SECRET4"}})")
                  .ok());
  EXPECT_THAT(h.doc.EncodeUpdate(), Not(HasSubstr("SECRET")));
}

TEST(ChatParams, RefusesARequestWithoutAgent) {
  HookedDocument h;
  EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ChatParams("{}", "{}")));
}

TEST(ToolExecuteAfter, AppendsAJobAsTheSchemaSays) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(
                      R"({"tool":"bash","sessionID":"s1","callID":"c1","args":{"command":"make"}})",
                      R"({"title":"make","output":"ok","metadata":{"exit":0,"noise":"x"}})")
                  .ok());
  EXPECT_EQ(
      codec::ToJson(h.document.jobs().ToJson()),
      R"([{"id":"c1","tool":"bash","title":"make","status":"completed","args":{"command":"make"},)"
      R"("output":"ok","author":"pugi-cli@laptop","device":"terminal","finishedAt":1700000000000,)"
      // printf 'bash\n{"command":"make"}' | sha256sum
      R"("contentHash":"4bad9d163a09650223404461b918af24a1e2424b47f5f4b5899aa3551db1eb80","exitCode":0}])");
  EXPECT_EQ(h.document.file_mutation_count(), 0u);
}

TEST(ToolExecuteAfter, RecordsTheFileOfAnEditUnderItsPath) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(R"({"tool":"edit","callID":"c1","args":
      {"filePath":"/home/ada/project/src/a.cc","oldString":"x","newString":"y"}})",
                                    R"({"title":"a.cc","output":"","metadata":{}})")
                  .ok());
  EXPECT_EQ(codec::ToJson(h.document.file_mutations().ToJson()),
            R"({"src/a.cc":{"path":"src/a.cc","kind":"edit","tool":"edit","callId":"c1",)"
            R"("author":"pugi-cli@laptop","device":"terminal","at":1700000000000}})");
}

TEST(ToolExecuteAfter, NamesTheRecordThatItReplaces) {
  HookedDocument h;
  for (const char* call : {"c1", "c2"}) {
    ASSERT_TRUE(h.hooks
                    .ToolExecuteAfter(R"({"tool":"write","args":{"filePath":"a"},"callID":")" +
                                          std::string(call) + "\"}",
                                      "{}")
                    .ok());
  }
  const FileMutation mutation = *h.document.ReadFileMutation("a");
  EXPECT_EQ(mutation.call_id, "c2");
  EXPECT_EQ(mutation.previous_call_id, "c1");
}

TEST(ToolExecuteAfter, SharesOnlyTheBeginningOfALongOutput) {
  HookedDocument h;
  const std::string output(kMaxJobOutputBytes + 10, 'x');
  ASSERT_TRUE(
      h.hooks.ToolExecuteAfter(R"({"tool":"bash"})", R"({"output":")" + output + "\"}").ok());
  const Job job = h.document.ReadJob(0);
  EXPECT_EQ(job.output.size(), kMaxJobOutputBytes);
  EXPECT_TRUE(job.output_truncated);
}

TEST(ToolExecuteAfter, RedactsArgumentsThatAreSecretsByTheirName) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(R"({"tool":"webfetch","args":{"url":"http://x/",
      "headers":{"Authorization":"SECRET1","Cookie":"SECRET2"},"auth":[{"api_key":"SECRET3"}]}})",
                                    "{}")
                  .ok());
  EXPECT_THAT(h.doc.EncodeUpdate(), Not(HasSubstr("SECRET")));
  EXPECT_THAT(h.Json(), HasSubstr("[redacted]"));
}

TEST(ToolExecuteAfter, RefusesACallWithoutTool) {
  HookedDocument h;
  EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ToolExecuteAfter("{}", "{}")));
  EXPECT_TRUE(absl::IsInvalidArgument(h.hooks.ToolExecuteAfter(R"({"tool":"bash"})", "nonsense")));
  EXPECT_EQ(h.document.job_count(), 0u);
}

TEST(Dispose, SaysThatTheHostLeft) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks.Announce().ok());
  h.now_ms += 5;
  ASSERT_TRUE(h.hooks.Dispose().ok());
  EXPECT_EQ(h.document.ReadMetadata("hostState"), Any("left"));
  EXPECT_EQ(h.document.ReadMetadata("hostStateAt"), Any(int64_t{1'700'000'000'005}));
}

TEST(Dispose, OfAHostThatNeverCameWritesNothing) {
  HookedDocument h;
  const std::string before = h.doc.EncodeUpdate();
  ASSERT_TRUE(h.hooks.Dispose().ok());
  EXPECT_EQ(h.doc.EncodeUpdate(), before);
}

TEST(Hooks, CanBeCalledByName) {
  HookedDocument h;
  EXPECT_TRUE(h.hooks.Call("chat.message", kInput, kOutput).ok());
  EXPECT_TRUE(h.hooks.Call("chat.params", R"({"agent":"plan"})", "{}").ok());
  EXPECT_TRUE(h.hooks.Call("tool.execute.after", R"({"tool":"ls"})", "{}").ok());
  EXPECT_TRUE(h.hooks.Call("event", R"({"type":"session.idle","properties":{}})", "").ok());
  EXPECT_TRUE(h.hooks.Call("dispose", "", "").ok());
  EXPECT_TRUE(absl::IsNotFound(h.hooks.Call("chat.headers", "{}", "{}")));
  EXPECT_EQ(h.document.message_count(), 1u);
}

TEST(Hooks, NameNobodysHomeDirectory) {
  HookedDocument h;
  ASSERT_TRUE(h.hooks
                  .ToolExecuteAfter(
                      R"({"tool":"bash","callID":"c1","args":{"command":"ls /home/ada/notes",
      "workdir":"/home/ada/project"}})",
                      R"({"title":"/home/ada/notes","output":"/home/ada/notes/a","metadata":{}})")
                  .ok());
  ASSERT_TRUE(
      h.hooks
          .ToolExecuteAfter(
              R"({"tool":"write","callID":"c2","args":{"filePath":"/home/ada/.bashrc"}})", "{}")
          .ok());
  ASSERT_TRUE(h.hooks
                  .ChatMessage(R"({"messageID":"m1"})",
                               R"({"parts":[{"type":"text","synthetic":true,
      "text":"Called Read of /home/ada/x"},
      {"type":"file","mime":"text/plain","url":"file:///home/ada/x","filename":"/home/ada/x"}]})")
                  .ok());
  EXPECT_THAT(h.Json(), Not(HasSubstr("/home/ada")));
  EXPECT_TRUE(h.document.ReadFileMutation("~/.bashrc").has_value());
  // What a person wrote is theirs.
  ASSERT_TRUE(h.hooks
                  .ChatMessage(R"({"messageID":"m2"})",
                               R"({"parts":[{"type":"text","text":"look at /home/ada/x"}]})")
                  .ok());
  EXPECT_EQ(h.document.ReadMessage(1).text(), "look at /home/ada/x");
}

// Hooks whose document lives where the test says.
TEST(Hooks, ThatComeTogetherAreOneUpdateAndTellInTheirOrder) {
  Doc doc;
  SessionDocument document(doc);
  std::vector<std::function<void()>> posted, writing;
  Hooks hooks(document, {"s1",
                         {"host", "terminal"},
                         "",
                         "",
                         [] { return int64_t{1}; },
                         [](const std::function<void()>& fn) { fn(); },
                         [&](std::function<void()> fn) { posted.push_back(std::move(fn)); },
                         [&](std::function<void()> fn) { writing.push_back(std::move(fn)); }});
  int updates = 0;
  const Subscription count = doc.OnUpdate([&](const UpdateEvent&) { ++updates; });
  std::vector<std::string> told;
  const auto tell = [&told](std::string name) {
    return [&told, name](const absl::Status& status) {
      told.push_back(name + " " + std::string(absl::StatusCodeToString(status.code())));
    };
  };
  hooks.CallThen("chat.message", kInput, kOutput, tell("message"));
  hooks.CallThen("tool.execute.after", R"({"tool":"ls"})", "{}", tell("tool"));
  hooks.CallThen("dispose", "", "", tell("dispose"));
  hooks.CallThen("chat.message", "{", "{}", tell("bad"));
  EXPECT_EQ(document.message_count(), 0u);
  EXPECT_EQ(told, std::vector<std::string>{"bad INVALID_ARGUMENT"});
  for (const auto& fn : posted) fn();
  EXPECT_EQ(updates, 1);
  EXPECT_EQ(document.message_count(), 1u);
  EXPECT_EQ(document.job_count(), 1u);
  EXPECT_EQ(document.ReadMetadata("hostState"), Any("left"));
  EXPECT_EQ(told.size(), 1u) << "none is told before the disk has it";
  for (const auto& fn : writing) fn();
  EXPECT_EQ(told, (std::vector<std::string>{"bad INVALID_ARGUMENT", "message OK", "tool OK",
                                            "dispose OK"}));
}

TEST(Hooks, WaitForTheDocumentWhenTooMuchWaitsAlready) {
  Doc doc;
  SessionDocument document(doc);
  int runs = 0;
  Hooks hooks(document, {"s1",
                         {"host", "terminal"},
                         "",
                         "",
                         [] { return int64_t{1}; },
                         [&](const std::function<void()>& fn) {
                           ++runs;
                           fn();
                         },
                         [](std::function<void()>) {}});
  const std::string text(1 << 20, 'x');
  const std::string output = R"({"parts":[{"type":"text","text":")" + text + R"("}]})";
  for (int i = 0; i < 9; ++i) {
    hooks.CallThen("chat.message", "{}", output,
                   [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(document.message_count(), 8u);
}

}  // namespace
}  // namespace ypp::plugin
