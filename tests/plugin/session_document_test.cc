#include "plugin/session_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/json.h"

namespace ypp::plugin {
namespace {

Message UserMessage(const std::string& id, const std::string& text) {
  Message message;
  message.id = id;
  message.role = "user";
  message.author = {"pugi-cli@laptop", "terminal"};
  message.created_at_ms = 5;
  message.parts.push_back({id + "_0", "text", text, {}});
  return message;
}

void Exchange(Doc& a, Doc& b) {
  const std::string from_a = a.EncodeUpdate(b.GetStateVector());
  const std::string from_b = b.EncodeUpdate(a.GetStateVector());
  ASSERT_TRUE(b.ApplyUpdate(from_a).ok());
  ASSERT_TRUE(a.ApplyUpdate(from_b).ok());
}

TEST(SessionDocument, GivesBackWhatWasWritten) {
  Doc doc;
  SessionDocument session(doc);
  Message message = UserMessage("m1", "Hello");
  message.agent = "build";
  message.other = {{"mood", "calm"}};
  ASSERT_TRUE(session.AppendMessage(message).ok());
  const Message read = session.ReadMessage(0);
  EXPECT_EQ(read.id, "m1");
  EXPECT_EQ(read.role, "user");
  EXPECT_EQ(read.author.name, "pugi-cli@laptop");
  EXPECT_EQ(read.author.device, "terminal");
  EXPECT_EQ(read.agent, "build");
  EXPECT_EQ(read.created_at_ms, 5);
  EXPECT_EQ(read.text(), "Hello");
  EXPECT_EQ(read.other, (Any::Object{{"mood", "calm"}}));
}

TEST(SessionDocument, ReadsWhatPeersWithOtherHabitsWrote) {
  Doc doc;
  SessionDocument session(doc);
  Array messages = doc.GetArray("messages");
  // Plain objects, the text in the message, keys of another type, nothing at all.
  ASSERT_TRUE(messages.Push({Any::Object{{"id", "a"}, {"content", "plain"}, {"extra", 1}}}).ok());
  ASSERT_TRUE(messages
                  .Push({Any::Object{{"role", 7},
                                     {"createdAt", "yesterday"},
                                     {"parts", Any::Array{Any::Object{{"text", "in a part"}}, 5}}}})
                  .ok());
  ASSERT_TRUE(messages.Push({Any("not a record"), Any(nullptr)}).ok());
  EXPECT_EQ(session.ReadMessage(0).text(), "plain");
  EXPECT_EQ(session.ReadMessage(0).other, (Any::Object{{"extra", 1}}));
  EXPECT_EQ(session.ReadMessage(1).text(), "in a part\n");
  EXPECT_EQ(session.ReadMessage(1).role, "user");
  EXPECT_EQ(session.ReadMessage(1).created_at_ms, 0);
  EXPECT_EQ(session.ReadMessage(2).text(), "");
  EXPECT_EQ(session.ReadMessage(3).text(), "");
  EXPECT_EQ(session.ReadMessage(99).text(), "");
}

TEST(SessionDocument, LeavesOutWhatTheHostMadeUp) {
  Message message = UserMessage("m1", "typed");
  message.parts.push_back({"p2", "text", "inserted by the host", {{"synthetic", true}}});
  message.parts.push_back({"p3", "reasoning", "thinking", {}});
  EXPECT_EQ(message.text(), "typed");
}

TEST(SessionDocument, RefusesASecondMessageOfTheSameId) {
  Doc doc;
  SessionDocument session(doc);
  ASSERT_TRUE(session.AppendMessage(UserMessage("m1", "a")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(session.AppendMessage(UserMessage("m1", "b"))));
  EXPECT_TRUE(absl::IsInvalidArgument(session.AppendMessage(UserMessage("", "b"))));
  EXPECT_EQ(session.message_count(), 1u);
}

TEST(SessionDocument, FindsMessagesThatAMergePutInTheMiddle) {
  Doc a, b;
  SessionDocument session_a(a), session_b(b);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(session_a.AppendMessage(UserMessage("a" + std::to_string(i), "")).ok());
    ASSERT_TRUE(session_b.AppendMessage(UserMessage("b" + std::to_string(i), "")).ok());
  }
  Exchange(a, b);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(session_a.HasMessage("b" + std::to_string(i)));
    EXPECT_TRUE(session_b.HasMessage("a" + std::to_string(i)));
  }
  EXPECT_FALSE(session_a.HasMessage("c0"));
  EXPECT_EQ(session_a.messages().ToJson(), session_b.messages().ToJson());
}

TEST(SessionDocument, ForgetsAMessageThatAPeerDeleted) {
  Doc doc;
  SessionDocument session(doc);
  ASSERT_TRUE(session.AppendMessage(UserMessage("m1", "a")).ok());
  ASSERT_TRUE(session.AppendMessage(UserMessage("m2", "b")).ok());
  ASSERT_TRUE(doc.GetArray("messages").Delete(0, 1).ok());
  EXPECT_FALSE(session.HasMessage("m1"));
  EXPECT_TRUE(session.HasMessage("m2"));
  EXPECT_TRUE(absl::IsNotFound(session.AppendPartText("m1", {"p", "text", "", {}}, "x")));
  ASSERT_TRUE(session.AppendMessage(UserMessage("m3", "c")).ok());
  EXPECT_TRUE(session.HasMessage("m3"));
}

// As two hosts leave it that joined at the same moment.
TEST(SessionDocument, ShowsAndExtendsTheFirstOfSeveralMessagesWithOneId) {
  Doc a, b;
  SessionDocument on_a(a), on_b(b);
  for (SessionDocument* document : {&on_a, &on_b}) {
    Message message;
    message.id = "m1";
    message.role = "assistant";
    message.parts.push_back({"p", "text", "answer", {}});
    ASSERT_TRUE(document->AppendMessage(message).ok());
    ASSERT_TRUE(document->HasMessage("m1"));
  }
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate(a.GetStateVector())).ok());
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate(b.GetStateVector())).ok());
  for (SessionDocument* document : {&on_a, &on_b}) {
    ASSERT_EQ(document->message_count(), 2u);
    MessagePart part;
    part.id = "p";
    ASSERT_TRUE(document->AppendPartText("m1", part, "!").ok());
    ASSERT_EQ(document->ShownMessages().size(), 1u);
    EXPECT_EQ(ReadMessage(document->ShownMessages()[0]).text(), "answer!");
    // Where a peer deletes the first one, the other is left.
    ASSERT_TRUE(document->messages().Delete(0).ok());
    ASSERT_TRUE(document->AppendPartText("m1", part, "?").ok());
    EXPECT_EQ(ReadMessage(document->ShownMessages()[0]).text(), "answer?");
  }
}

TEST(SessionDocument, ShowsACallOfThePastOnceAndThatOfTwoDevicesTwice) {
  Doc doc;
  SessionDocument document(doc);
  const auto add = [&](const std::string& id, const std::string& author, const std::string& hash) {
    Job job;
    job.id = id;
    job.tool = "bash";
    job.status = "completed";
    job.author = {author, "terminal"};
    job.content_hash = hash;
    ASSERT_TRUE(document.InsertJob(0, job).ok());
  };
  add("past", "a", "");
  add("past", "b", "");
  add("both", "a", "");  // in the list behind the one that has a hash, and then in front
  add("both", "b", "hash");
  add("both", "c", "");
  add("twice", "a", "hash");
  add("twice", "b", "hash");
  std::vector<std::string> shown;
  for (const Value& value : document.ShownJobs()) {
    const Job job = ReadJob(value);
    shown.push_back(job.id + " " + job.author.name);
  }
  EXPECT_THAT(shown, testing::ElementsAre("twice b", "twice a", "both b", "past b"));
}

TEST(SessionDocument, KeepsThePiecesOfTwoWritersOfOneTextInOrder) {
  Doc a, b;
  SessionDocument session_a(a), session_b(b);
  ASSERT_TRUE(session_a.AppendMessage(UserMessage("m1", "start")).ok());
  Exchange(a, b);
  const MessagePart part{"m1_0", "text", "", {}};
  ASSERT_TRUE(session_a.AppendPartText("m1", part, " one two").ok());
  ASSERT_TRUE(session_b.AppendPartText("m1", part, " three four").ok());
  Exchange(a, b);
  const std::string text = session_a.ReadMessage(0).text();
  EXPECT_EQ(text, session_b.ReadMessage(0).text());
  EXPECT_NE(text.find(" one two"), std::string::npos);
  EXPECT_NE(text.find(" three four"), std::string::npos);
}

TEST(SessionDocument, TakesOverATextThatAPeerStoredAsAString) {
  Doc doc;
  SessionDocument session(doc);
  Map message = *doc.GetArray("messages").PushMap();
  ASSERT_TRUE(message.Set("id", "m1").ok());
  Map part = *message.SetArray("parts")->PushMap();
  ASSERT_TRUE(part.Set("id", "p1").ok());
  ASSERT_TRUE(part.Set("text", "so far").ok());
  ASSERT_TRUE(session.AppendPartText("m1", {"p1", "text", "", {}}, ", and on").ok());
  EXPECT_EQ(session.ReadMessage(0).text(), "so far, and on");
}

TEST(SessionDocument, ReadsOnePersonaAfterTwoSwitchesAtOnce) {
  Doc a, b;
  SessionDocument session_a(a), session_b(b);
  ASSERT_TRUE(session_a.SetPersona("build").ok());
  Exchange(a, b);
  ASSERT_TRUE(session_a.SetPersona("plan").ok());
  ASSERT_TRUE(session_b.SetPersona("review").ok());
  Exchange(a, b);
  const std::string persona = session_a.ReadPersona();
  EXPECT_EQ(persona, session_b.ReadPersona());
  EXPECT_TRUE(persona == "plan" || persona == "review") << persona;
  // The next switch leaves one name in the text, even to the persona that is read already.
  ASSERT_TRUE(session_a.SetPersona(persona).ok());
  EXPECT_EQ(session_a.active_persona().ToString(), persona);
}

TEST(SessionDocument, ReadsThePersonaOfAPeerThatKnowsOnlyTheText) {
  Doc doc;
  SessionDocument session(doc);
  ASSERT_TRUE(session.SetPersona("build").ok());
  Text text = doc.GetText("active_persona");
  ASSERT_TRUE(text.Delete(0, text.length()).ok());
  ASSERT_TRUE(text.Insert(0, "plan").ok());
  EXPECT_EQ(session.ReadPersona(), "plan");
}

TEST(SessionDocument, KeepsOneOfTwoConcurrentRecordsOfAPathWhole) {
  Doc a, b;
  SessionDocument session_a(a), session_b(b);
  FileMutation by_a{"x.cc", "edit", "", "", "edit", "call-a", "", {"a", "terminal"}, 1, {}};
  FileMutation by_b{"x.cc", "delete", "", "", "rm", "call-b", "", {"b", "browser"}, 2, {}};
  ASSERT_TRUE(session_a.RecordFileMutation(by_a).ok());
  ASSERT_TRUE(session_b.RecordFileMutation(by_b).ok());
  Exchange(a, b);
  const FileMutation read = *session_a.ReadFileMutation("x.cc");
  EXPECT_EQ(session_a.file_mutations().ToJson(), session_b.file_mutations().ToJson());
  const bool all_of_a = read.call_id == "call-a" && read.kind == "edit" && read.author.name == "a";
  const bool all_of_b =
      read.call_id == "call-b" && read.kind == "delete" && read.author.name == "b";
  EXPECT_TRUE(all_of_a || all_of_b);
}

TEST(SessionDocument, KeepsTheFirstCreationAndSchemaVersion) {
  Doc doc;
  SessionDocument session(doc);
  ASSERT_TRUE(session.SetMetadata("schemaVersion", 2).ok());
  ASSERT_TRUE(session.Initialize("s1").ok());
  ASSERT_TRUE(session.RecordCreation({"first", "terminal"}, 10).ok());
  ASSERT_TRUE(session.RecordCreation({"second", "terminal"}, 20).ok());
  EXPECT_EQ(codec::ToJson(session.metadata().ToJson()),
            R"({"schemaVersion":2,"sessionId":"s1","createdAt":10,"createdBy":"first"})");
}

}  // namespace
}  // namespace ypp::plugin
