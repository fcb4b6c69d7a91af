#include "transport/admin_api.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "tests/transport/fake_store.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"

namespace ypp::transport {
namespace {

class AdminApiTest : public testing::Test {
 protected:
  AdminApiTest()
      : store_(tasks_.executor()),
        hooks_(HooksOn(tasks_)),
        hub_(&store_, &hooks_, &metrics_, HubOptions{}) {
    MakeApi("secret");
  }
  void MakeApi(std::string admin_token) {
    AdminApi::Parts parts;
    parts.hub = &hub_;
    parts.store = &store_;
    parts.metrics = &metrics_;
    parts.admin_token = std::move(admin_token);
    parts.quarantine = &quarantine_;
    parts.readiness = [this] { return readiness_; };
    api_ = std::make_unique<AdminApi>(std::move(parts));
  }
  // Status 0: it is none of the API's.
  HttpResponse Ask(const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& token = "secret") {
    auto request = std::make_shared<HttpRequest>();
    request->method = method;
    request->target = target;
    request->body = body;
    if (!token.empty()) request->headers.emplace_back("Authorization", "Bearer " + token);
    HttpResponse answer;
    answer.status = 0;
    int answers = 0;
    api_->Answer(request, [&](HttpResponse response) {
      answer = std::move(response);
      ++answers;
    });
    tasks_.RunAll();
    EXPECT_LE(answers, 1);
    return answer;
  }
  void Put(const std::string& document, const std::vector<std::string>& updates) {
    for (const std::string& update : updates) {
      EXPECT_EQ(Ask("POST", "/api/documents/" + document + "/update", update).status, 204);
    }
  }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains hooks_;
  RelayMetrics metrics_;
  DocumentHub hub_;
  Quarantine quarantine_;
  absl::Status readiness_;
  std::unique_ptr<AdminApi> api_;
};

TEST_F(AdminApiTest, TellsEverybodyThatItIsHealthyAndWhetherItIsReady) {
  EXPECT_EQ(Ask("GET", "/healthz", "", "").status, 200);
  EXPECT_EQ(Ask("GET", "/readyz", "", "").status, 200);
  readiness_ = absl::UnavailableError("stopping");
  EXPECT_EQ(Ask("GET", "/readyz", "", "").status, 503);
  EXPECT_EQ(Ask("GET", "/", "", "").status, 0);
}

TEST_F(AdminApiTest, IsClosedToWhoHasNotTheTokenAndWithoutOneToAll) {
  for (const char* target : {"/metrics", "/api/documents", "/api/documents/doc", "/api/nothing"}) {
    EXPECT_EQ(Ask("GET", target, "", "").status, 401) << target;
    EXPECT_EQ(Ask("GET", target, "", "secre").status, 401) << target;
  }
  MakeApi("");
  EXPECT_EQ(Ask("GET", "/metrics", "", "").status, 404);
}

TEST_F(AdminApiTest, ShowsMetricsInTheFormatOfPrometheus) {
  metrics_.Refuse("bad_update");
  const std::string text = Ask("GET", "/metrics").body;
  EXPECT_NE(text.find("ypp_relay_refusals_total{reason=\"bad_update\"} 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("# TYPE ypp_relay_store_append_seconds histogram"), std::string::npos);
  EXPECT_NE(text.find("process_resident_memory_bytes"), std::string::npos);
}

TEST_F(AdminApiTest, TakesUpdatesAndGivesThemBack) {
  const std::vector<std::string> updates = TypingUpdates(7, {"Hi", "!"});
  Put("notes%2Fada", updates);
  EXPECT_EQ(store_.appends, 2);
  EXPECT_EQ(TextOf(Ask("GET", "/api/documents/notes%2Fada/update").body), "Hi!");
  Doc known;
  ASSERT_TRUE(known.ApplyUpdate(updates[0]).ok());
  std::string since;
  absl::WebSafeBase64Escape(known.GetStateVector().Encode(), &since);
  const HttpResponse rest = Ask("GET", "/api/documents/notes%2Fada/update?since=" + since);
  ASSERT_TRUE(known.ApplyUpdate(rest.body).ok());
  EXPECT_EQ(known.GetText("t").ToString(), "Hi!");
  EXPECT_LT(rest.body.size(), updates[0].size() + updates[1].size());
  EXPECT_EQ(Ask("GET", "/api/documents/notes%2Fada?text=t").body,
            R"({"name":"notes/ada","roots":["t"],"waiting_bytes":0,"state":{"t":"Hi!"}})"
            "\n");
  EXPECT_EQ(hub_.document_count(), 0u) << "nobody holds it open";
}

TEST_F(AdminApiTest, RefusesWhatIsNoUpdate) {
  EXPECT_EQ(Ask("POST", "/api/documents/doc/update", CorruptUpdate()).status, 400);
  EXPECT_EQ(Ask("POST", "/api/documents/doc/update", "").status, 400);
  EXPECT_EQ(Ask("GET", "/api/documents/doc/update?since=%21").status, 400);
  EXPECT_EQ(Ask("PUT", "/api/documents/doc/update").status, 405);
  EXPECT_EQ(Ask("GET", "/api/documents/doc/other").status, 404);
  EXPECT_EQ(Ask("GET", "/api/documents/%zz").status, 400);
  EXPECT_EQ(store_.appends, 0);
}

TEST_F(AdminApiTest, SaysSoWhenAnUpdateCannotBeStored) {
  store_.fail_appends = true;
  EXPECT_EQ(Ask("POST", "/api/documents/doc/update", TypingUpdates(7, {"a"})[0]).status, 503);
  store_.fail_loads = true;
  EXPECT_EQ(Ask("GET", "/api/documents/doc").status, 503);
}

TEST_F(AdminApiTest, ListsDocumentsPageByPage) {
  const std::vector<std::string> update = TypingUpdates(7, {"a"});
  Put("b", update);
  Put("a", update);
  Put("c", update);
  EXPECT_EQ(Ask("GET", "/api/documents?limit=2").body,
            R"({"documents":[{"name":"a","connections":0},{"name":"b","connections":0}]})"
            "\n");
  EXPECT_EQ(Ask("GET", "/api/documents?after=b").body,
            R"({"documents":[{"name":"c","connections":0}]})"
            "\n");
  EXPECT_EQ(Ask("GET", "/api/documents?limit=x").status, 400);
}

TEST_F(AdminApiTest, DeletesADocumentAndStartsItAnew) {
  Put("doc", TypingUpdates(7, {"a"}));
  EXPECT_EQ(Ask("DELETE", "/api/documents/doc").status, 204);
  EXPECT_EQ(TextOf(Ask("GET", "/api/documents/doc/update").body), "");
  EXPECT_EQ(Ask("GET", "/api/documents").body, "{\"documents\":[]}\n");
}

TEST_F(AdminApiTest, ShowsADocumentAsItWasAndWhoChangedIt) {
  Put("doc", TypingUpdates(7, {"a", "b", "c"}));
  const std::string history = Ask("GET", "/api/documents/doc/history").body;
  EXPECT_NE(history.find(R"({"position":2,"time_ms":)"), std::string::npos) << history;
  EXPECT_EQ(TextOf(Ask("GET", "/api/documents/doc/update?position=2").body), "ab");
  EXPECT_NE(Ask("GET", "/api/documents/doc?position=1&text=t").body.find(R"("state":{"t":"a"})"),
            std::string::npos);
  EXPECT_EQ(Ask("GET", "/api/documents/doc?at=1&text=t").status, 404) << "long before";
  EXPECT_EQ(TextOf(Ask("GET", "/api/documents/doc/update?at=99999999999999").body), "abc");
}

TEST_F(AdminApiTest, ShowsWhatIsInQuarantineAndLetsGoOfIt) {
  QuarantinedUpdate about;
  about.document = "doc";
  about.client = 7;
  about.user = "eve";
  ASSERT_TRUE(quarantine_.Keep(about, "bytes").ok());
  const HttpResponse list = Ask("GET", "/api/quarantine");
  EXPECT_EQ(list.status, 200);
  EXPECT_NE(list.body.find(R"("id":1,"document":"doc","client":7,"user":"eve")"), std::string::npos)
      << list.body;
  EXPECT_EQ(Ask("GET", "/api/quarantine/1").body, "bytes");
  EXPECT_EQ(Ask("GET", "/api/quarantine/1", "", "wrong").status, 401);
  EXPECT_EQ(Ask("GET", "/api/quarantine/x").status, 404);
  EXPECT_EQ(Ask("POST", "/api/quarantine/1").status, 405);
  EXPECT_EQ(Ask("DELETE", "/api/quarantine/1").status, 204);
  EXPECT_EQ(Ask("DELETE", "/api/quarantine/1").status, 404);
}

}  // namespace
}  // namespace ypp::transport
