// The extensions that come with the relay.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <deque>
#include <filesystem>

#include "codec/json.h"
#include "tests/transport/fake_store.h"
#include "tests/transport/recording_socket.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
#include "transport/connection.h"
#include "transport/database_extension.h"
#include "transport/hocuspocus_sqlite.h"
#include "transport/logger_extension.h"
#include "transport/sqlite_store.h"
#include "transport/throttle_extension.h"
#include "transport/webhook_extension.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;
using Messages = std::vector<std::string>;

class ExtensionTest : public testing::Test {
 protected:
  ExtensionTest() : store_(tasks_.executor()), chains_(HooksOn(tasks_)) {}

  void Start(std::shared_ptr<Extension> extension, HubOptions options = {}) {
    chains_.Add({std::move(extension)}, {});
    hub_ = std::make_unique<DocumentHub>(&store_, &chains_, &metrics_, std::move(options));
    services_ = {hub_.get(), &chains_, &metrics_, ConnectionLimits{}, SilentLog()};
  }
  void Open() {
    auto request = std::make_shared<HttpRequest>();
    request->headers = {{"cookie", "a=b"}};
    request->target = "/?room=1";
    socket_ = std::make_shared<RecordingSocket>();
    connection_ = std::make_shared<Connection>(socket_, &services_, "socket", request, 0);
    connection_->OnMessage(AsBytes(WriteToken("doc", "token", "4.8.0")));
    tasks_.RunAll();
  }
  void Type(const std::string& update) {
    connection_->OnMessage(AsBytes(WriteSync("doc", SyncType::kUpdate, AsBytes(update))));
    tasks_.RunAll();
  }
  void Close() {
    connection_->OnClosed();
    tasks_.RunAll();
  }
  std::string Text() const { return hub_->FindOpen("doc")->doc().EncodeUpdate(); }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains chains_;
  RelayMetrics metrics_;
  std::unique_ptr<DocumentHub> hub_;
  ConnectionServices services_;
  std::shared_ptr<RecordingSocket> socket_;
  std::shared_ptr<Connection> connection_;
};

// --- Throttle

TEST(ThrottleExtension, BansAnAddressThatOpensTooManySockets) {
  int64_t now_ms = 1'000'000;
  ThrottleOptions options;
  options.sockets = 2;
  options.now_ms = [&now_ms] { return now_ms; };
  ThrottleExtension throttle(options);
  EXPECT_TRUE(throttle.Admit("a"));
  EXPECT_TRUE(throttle.Admit("a"));
  EXPECT_FALSE(throttle.Admit("a"));
  EXPECT_TRUE(throttle.Admit("b")) << "others are not meant";
  now_ms += 5 * 60'000 - 1;
  EXPECT_FALSE(throttle.Admit("a"));
  now_ms += 1;
  EXPECT_TRUE(throttle.Admit("a"));
}

TEST(ThrottleExtension, ForgetsWhatIsLongAgo) {
  int64_t now_ms = 0;
  ThrottleOptions options;
  options.sockets = 2;
  options.now_ms = [&now_ms] { return now_ms; };
  ThrottleExtension throttle(options);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(throttle.Admit("a")) << i;
    now_ms += 30'000;
  }
}

// --- Database

TEST_F(ExtensionTest, DatabaseFetchesAndStoresWholeDocuments) {
  std::map<std::string, std::string> rows = {{"doc", TypingUpdates(7, {"a"})[0]}};
  DatabaseOptions options;
  options.fetch = [&rows](const std::string& name, const DatabaseOptions::FetchDone& done) {
    const auto row = rows.find(name);
    done(row == rows.end() ? std::nullopt : std::optional<std::string>(row->second));
  };
  options.store = [&rows](const std::string& name, const std::string& state,
                          const DatabaseOptions::StoreDone& done) {
    rows[name] = state;
    done(absl::OkStatus());
  };
  HubOptions hub_options;
  hub_options.forget_stored = true;
  Start(std::make_shared<DatabaseExtension>(options), hub_options);
  Open();
  EXPECT_EQ(TextOf(Text()), "a");
  Type(TypingUpdates(7, {"a", "b"})[1]);
  Close();
  EXPECT_EQ(TextOf(rows["doc"]), "ab");
  rows["doc"] = TypingUpdates(9, {"from elsewhere"})[0];
  Open();
  EXPECT_EQ(TextOf(Text()), "from elsewhere") << "the relay keeps no copy";
}

TEST_F(ExtensionTest, DatabaseThatCannotBeReadStoresNothingOverIt) {
  int stores = 0;
  DatabaseOptions options;
  options.fetch = [](const std::string&, const DatabaseOptions::FetchDone& done) {
    done(absl::UnavailableError("timeout"));
  };
  options.store = [&stores](const std::string&, const std::string&,
                            const DatabaseOptions::StoreDone& done) {
    ++stores;
    done(absl::OkStatus());
  };
  Start(std::make_shared<DatabaseExtension>(options));
  Open();
  EXPECT_EQ(socket_->TakeSent().back(), WritePermissionDenied("doc", "document-unavailable"));
  tasks_.Advance(60'000);
  EXPECT_EQ(stores, 0);
}

// --- Logger

TEST_F(ExtensionTest, LoggerTellsNamesAndNumbersButNoContentAndNoTokens) {
  std::string log;
  LoggerOptions options;
  options.log = [&log](std::string_view line) { log.append(line).append("\n"); };
  options.on_store_document = false;
  Start(std::make_shared<LoggerExtension>(options));
  Open();
  Type(TypingUpdates(7, {"privacy"})[0]);
  Close();
  EXPECT_EQ(log,
            "connection to \"doc\" wanted\n"
            "document \"doc\" loaded\n"
            "connection to \"doc\" open\n"
            "document \"doc\" changed, 17 bytes\n"
            "connection to \"doc\" closed\n"
            "document \"doc\" unloaded\n");
}

// --- Webhook

class WebhookTest : public ExtensionTest {
 protected:
  struct Call {
    Any body;
    std::string signature;
    std::string text;
    WebhookOptions::Answer answer;
  };
  void StartWebhook(WebhookOptions options) {
    options.secret = "key";
    options.post = [this](std::string body, std::string signature, WebhookOptions::Answer answer) {
      calls_.push_back({*codec::ParseJson(body), std::move(signature), body, std::move(answer)});
    };
    auto webhook = WebhookExtension::Create(std::move(options));
    ASSERT_TRUE(webhook.ok());
    Start(*std::move(webhook));
  }
  void Answer(int status, const std::string& body = "") {
    ASSERT_FALSE(calls_.empty());
    HttpResponse response;
    response.status = status;
    response.body = body;
    const Call call = std::move(calls_.front());
    calls_.pop_front();
    call.answer(response);
    tasks_.RunAll();
  }
  const Any& Payload() const { return *calls_.front().body.Find("payload"); }

  std::deque<Call> calls_;
};

TEST(Webhook, SignsWithTheSecret) {
  // printf '{"a":1}' | openssl dgst -sha256 -hmac key
  EXPECT_EQ(WebhookSignature("key", R"({"a":1})"),
            "sha256=88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342");
}

TEST_F(WebhookTest, TellsAChangeAfterAPauseAndNotForEach) {
  StartWebhook({});
  Open();
  for (const std::string& update : TypingUpdates(7, {"a", "b", "c"})) {
    Type(update);
    tasks_.Advance(1'000);
  }
  EXPECT_TRUE(calls_.empty());
  tasks_.Advance(1'000);
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(*calls_.front().body.Find("event"), Any("change"));
  EXPECT_EQ(*Payload().Find("documentName"), Any("doc"));
  EXPECT_EQ(*Payload().Find("requestHeaders")->Find("cookie"), Any("a=b"));
  EXPECT_EQ(*Payload().Find("requestParameters")->Find("room"), Any("1"));
  EXPECT_NE(Payload().Find("context"), nullptr);
  EXPECT_EQ(calls_.front().signature, WebhookSignature("key", calls_.front().text));
}

TEST_F(WebhookTest, WaitsNoLongerThanTheMaximumForAPause) {
  StartWebhook({});
  Open();
  for (const std::string& update : TypingUpdates(7, std::vector<std::string>(15, "a"))) {
    Type(update);
    tasks_.Advance(1'000);
  }
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(WebhookTest, LetsAServerDecideWhoConnectsAndWithWhichContext) {
  WebhookOptions options;
  options.connect = true;
  options.change = false;
  options.disconnect = true;
  StartWebhook(options);
  Open();
  EXPECT_EQ(*calls_.front().body.Find("event"), Any("connect"));
  EXPECT_TRUE(socket_->TakeSent().empty());
  Answer(200, R"({"user": "ada"})");
  EXPECT_EQ(socket_->TakeSent(), Messages{WriteAuthenticated("doc", kScopeReadWrite)});
  Close();
  EXPECT_EQ(*calls_.front().body.Find("event"), Any("disconnect"));
  EXPECT_EQ(*Payload().Find("context")->Find("user"), Any("ada"));
  Answer(200);
  Open();
  Answer(403);
  EXPECT_EQ(socket_->TakeSent(), Messages{WritePermissionDenied("doc", "Forbidden")});
}

TEST_F(WebhookTest, LoadsWhatTheServerHasForANewDocument) {
  WebhookOptions options;
  options.create = true;
  StartWebhook(options);
  Open();
  EXPECT_EQ(*calls_.front().body.Find("event"), Any("create"));
  const std::string content =
      R"({"type":"doc","content":[{"type":"heading","attrs":{"level":2},"content":[)"
      R"({"type":"text","text":"Hello "},)"
      R"({"type":"text","text":"you","marks":[{"type":"bold"}]}]}]})";
  Answer(200, R"({"default": )" + content + "}");
  Doc copy;
  ASSERT_TRUE(copy.ApplyUpdate(Text()).ok());
  EXPECT_EQ(copy.GetXmlFragment("default").ToString(),
            R"(<heading level="2">Hello <bold>you</bold></heading>)");
  EXPECT_EQ(store_.appends, 1);
  // What was loaded is sent as it came.
  connection_->OnMessage(
      AsBytes(WriteSync("doc", SyncType::kUpdate, AsBytes(TypingUpdates(7, {"a"})[0]))));
  tasks_.Advance(2'000);
  EXPECT_EQ(codec::ToJson(*Payload().Find("document")->Find("default")), content);
}

TEST_F(WebhookTest, AStopTellsWhatWasPendingAndWaitsForTheAnswer) {
  StartWebhook({});
  Open();
  Type(TypingUpdates(7, {"a"})[0]);
  bool destroyed = false;
  chains_.on_destroy.Run(chains_.executor, std::make_shared<DestroyPayload>(),
                         [&destroyed](const absl::Status&) { destroyed = true; });
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_FALSE(destroyed);
  Answer(500);
  EXPECT_TRUE(destroyed);
}

// --- Hocuspocus' SQLite file

class HocuspocusSqliteTest : public ExtensionTest {
 protected:
  HocuspocusSqliteTest() {
    std::string name = (std::filesystem::temp_directory_path() / "ypp-import-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    file_ = folder_ + "/hocuspocus.sqlite";
  }
  ~HocuspocusSqliteTest() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& data) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
    sqlite3_exec(db,
                 "CREATE TABLE IF NOT EXISTS \"documents\" (\"name\" varchar(255) NOT NULL,"
                 " \"data\" blob NOT NULL, UNIQUE(name))",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO documents VALUES (?1, ?2)", -1, &insert, nullptr);
    sqlite3_bind_text(insert, 1, name.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_blob(insert, 2, data.data(), static_cast<int>(data.size()), SQLITE_TRANSIENT);
    EXPECT_EQ(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_finalize(insert);
    sqlite3_close(db);
  }

  std::string folder_;
  std::string file_;
};

TEST_F(HocuspocusSqliteTest, IsTakenOverWithoutWhatIsNoWholeDocument) {
  Write("a", TypingUpdates(7, {"from hocuspocus"})[0]);
  Write("broken", CorruptUpdate());
  Write("partial", TypingUpdates(7, {"x", "y"})[1]);
  const std::string database = folder_ + "/documents.db";
  for (int i = 0; i < 2; ++i) {  // a second time changes nothing
    const auto result = ImportHocuspocusSqlite(file_, database);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->documents, 1u);
    EXPECT_EQ(result->refused, (Messages{"broken", "partial"}));
  }
  TaskQueue tasks;
  auto store = SqliteStore::Open(database, tasks.executor());
  ASSERT_TRUE(store.ok());
  std::string text;
  bool done = false;
  (*store)->Load("a", [&](const absl::StatusOr<StoredDocument>& loaded) {
    Doc doc;
    for (const std::string& update : loaded->updates) EXPECT_TRUE(doc.ApplyUpdate(update).ok());
    text = doc.GetText("t").ToString();
    done = true;
  });
  ASSERT_TRUE(tasks.RunUntil([&done] { return done; }));
  EXPECT_EQ(text, "from hocuspocus");
  EXPECT_TRUE(absl::IsNotFound(ImportHocuspocusSqlite(folder_ + "/none", database).status()));
}

TEST_F(HocuspocusSqliteTest, IsServedOnAsItIs) {
  Write("doc", TypingUpdates(7, {"a"})[0]);
  const auto extension = OpenHocuspocusSqlite(file_);
  ASSERT_TRUE(extension.ok()) << extension.status();
  HubOptions options;
  options.forget_stored = true;
  Start(*extension, options);
  Open();
  EXPECT_EQ(TextOf(Text()), "a");
  Type(TypingUpdates(7, {"a", "b"})[1]);
  Close();
  Open();
  EXPECT_EQ(TextOf(Text()), "ab");
}

}  // namespace
}  // namespace ypp::transport
