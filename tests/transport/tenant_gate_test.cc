// Tenants, tiers, handoffs and the end of tokens, against a relay in this process.
#include "transport/tenant_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/json.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "transport/client.h"
#include "transport/handoff_registry.h"
#include "transport/http_client.h"
#include "transport/relay.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

constexpr int64_t kSoonMs = 10'000;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string SessionOf(std::string_view token, std::string_view id) {
  return absl::StrCat("tenant_", Sha256Hex(token), "/pugi-session-",
                      absl::string_view(id.data(), id.size()));
}

// Grants what the test says, until it says otherwise.
class ChangingAuthenticator : public Authenticator {
 public:
  void Authenticate(AuthRequest request, Done done) override {
    if (request.renewal) ++renewals;
    if (unreachable) return done(absl::UnavailableError("no answer"));
    if (denies) return done(absl::PermissionDeniedError("revoked"));
    Grant grant;
    grant.tier = "builder";
    grant.read_only = read_only;
    grant.expires_at_ms = expires_at_ms;
    done(grant);
  }
  std::atomic<bool> denies{false};
  std::atomic<bool> unreachable{false};
  std::atomic<bool> read_only{false};
  std::atomic<int> renewals{0};
  std::atomic<int64_t> expires_at_ms{0};
};

std::unique_ptr<Relay> StartRelay(std::shared_ptr<Authenticator> authenticator,
                                  std::vector<std::string>* log = nullptr,
                                  int64_t recheck_tokens_ms = 0) {
  RelayOptions options;
  options.recheck_tokens_ms = recheck_tokens_ms;
  options.listen = "127.0.0.1:0";
  options.authenticator = std::move(authenticator);
  options.tier_limits = TierLimits();
  if (log != nullptr) {
    options.log = [log](LogLevel, std::string_view line) { log->emplace_back(line); };
  }
  auto relay = Relay::Start(std::move(options));
  EXPECT_TRUE(relay.ok()) << relay.status();
  return *std::move(relay);
}

std::unique_ptr<Relay> StartRelay(const std::string& tokens) {
  return StartRelay(*TokenAuthenticator::Parse(tokens));
}

// A client of one document.
struct Peer {
  Peer(const Relay& relay, std::string document, std::string token) {
    ClientOptions options;
    options.url = relay.url();
    options.backoff.min_delay_ms = 20;
    options.backoff.max_delay_ms = 50;
    client = *Client::Create(std::move(options));
    ProviderOptions provider_options;
    provider_options.document = std::move(document);
    provider_options.fetch_token = [this, token](TokenReply reply) {
      ++asked;
      reply(token);
    };
    ProviderEvents events;
    events.on_close = [this](const std::string&) { ++closed; };
    events.on_stateless = [this](const std::string&) { ++stateless; };
    provider = *client->Attach(doc, &awareness, std::move(provider_options), std::move(events));
  }
  ~Peer() {
    provider.reset();
    client.reset();
  }
  absl::Status Sync() { return provider->WaitForSync(kSoonMs); }

  Doc doc;
  Awareness awareness{doc.client_id(), Client::NowMs()};
  std::atomic<int> asked{0};
  std::atomic<int> closed{0};
  std::atomic<int> stateless{0};
  std::unique_ptr<Client> client;
  std::unique_ptr<Provider> provider;
};

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kSoonMs);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

HttpResponse Post(const Relay& relay, const std::string& path, Any::Object body,
                  const std::string& token = "") {
  HttpClient client;
  HttpCall call;
  call.url = "http" + relay.url().substr(2) + path;
  call.headers = {{"Content-Type", "application/json"}};
  if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
  call.body = codec::ToJson(Any(std::move(body)));
  std::promise<absl::StatusOr<HttpResponse>> answer;
  client.Fetch(std::move(call), [&](absl::StatusOr<HttpResponse> response) {
    answer.set_value(std::move(response));
  });
  const absl::StatusOr<HttpResponse> response = answer.get_future().get();
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : HttpResponse();
}

std::string TextOf(const HttpResponse& response, std::string_view name) {
  const absl::StatusOr<Any> json = codec::ParseJson(response.body);
  const Any* const value = json.ok() ? json->Find(name) : nullptr;
  return value != nullptr && value->if_string() != nullptr ? *value->if_string() : "";
}

TEST(TenantGate, KnowsTheTenantOfADocument) {
  EXPECT_EQ(TenantOf("tenant_ab/pugi-session-1"), "ab");
  EXPECT_EQ(TenantOf("tenant_ab"), "");
  EXPECT_TRUE(IsTenantDocument("tenant_ab"));
  EXPECT_FALSE(IsTenantDocument("notes"));
}

TEST(TenantGate, OpensATenantsDocumentsToItsOwnTokensWhateverTheAuthenticatorGrants) {
  const auto relay = StartRelay(R"({"a": {"tier": "team", "documents": ["*"]},
                                    "b": {"tier": "team", "documents": ["*"]}})");
  Peer own(*relay, SessionOf("a", "same"), "a");
  Peer other(*relay, SessionOf("b", "same"), "b");
  ASSERT_TRUE(own.Sync().ok());
  ASSERT_TRUE(other.Sync().ok());
  Peer foreign(*relay, SessionOf("a", "same"), "b");
  EXPECT_TRUE(absl::IsPermissionDenied(foreign.Sync()));
  Peer nameless(*relay, "tenant_", "a");
  EXPECT_TRUE(absl::IsPermissionDenied(nameless.Sync()));

  // What the foreign client sends for the document goes nowhere, whatever its kind.
  EXPECT_FALSE(foreign.provider->SendStateless("hello"));
  own.client->Run([&] { (void)own.doc.GetText("t").Append("of a"); });
  ASSERT_TRUE(own.provider->SendStateless("hello"));
  ASSERT_TRUE(own.provider->Flush(kSoonMs).ok());
  EXPECT_EQ(other.stateless + foreign.stateless, 0);
  other.client->Run([&] {
    EXPECT_EQ(other.doc.GetText("t").ToString(), "");
    EXPECT_EQ(other.awareness.states().size(), 1u);
  });
}

TEST(TenantGate, HoldsForARelayThatIsOpen) {
  const auto relay = StartRelay(std::make_shared<OpenAuthenticator>());
  Peer notes(*relay, "notes", "anything");
  EXPECT_TRUE(notes.Sync().ok());
  Peer foreign(*relay, "tenant_" + Sha256Hex("a") + "/x", "b");
  EXPECT_TRUE(absl::IsPermissionDenied(foreign.Sync()));
}

TEST(TenantGate, LetsTokensOfOneTenantShareItsDocuments) {
  const auto relay = StartRelay(R"({"old": {"tier": "team", "tenant": "acme"},
                                    "new": {"tier": "team", "tenant": "acme"}})");
  Peer with_old(*relay, "tenant_acme/pugi-session-1", "old");
  Peer with_new(*relay, "tenant_acme/pugi-session-1", "new");
  EXPECT_TRUE(with_old.Sync().ok());
  EXPECT_TRUE(with_new.Sync().ok());
}

TEST(TierLimits, RefuseTiersWithoutSessionsAndOneSessionTooMany) {
  const auto relay = StartRelay(R"({"f": {"tier": "free"}, "n": {}, "b": {"tier": "builder"}})");
  for (const char* token : {"f", "n"}) {
    Peer peer(*relay, SessionOf(token, "1"), token);
    const absl::Status status = peer.Sync();
    EXPECT_EQ(status.message(), "tier-not-eligible: the free tier has no synced sessions");
  }
  auto laptop = std::make_unique<Peer>(*relay, SessionOf("b", "1"), "b");
  ASSERT_TRUE(laptop->Sync().ok());
  Peer second_device(*relay, SessionOf("b", "1"), "b");
  EXPECT_TRUE(second_device.Sync().ok());
  Peer second_session(*relay, SessionOf("b", "2"), "b");
  EXPECT_EQ(second_session.Sync().message(),
            "tier-limit: the builder tier has 1 live session at a time, and there are 1");

  // The place is free once nobody has the first session open.
  laptop.reset();
  second_device.provider.reset();
  EXPECT_TRUE(Eventually([&] {
    second_session.provider->Authenticate();
    return second_session.provider->WaitForSync(100).ok();
  }));
}

TEST(Tokens, ThatAreRevokedEndLiveConnectionsAndTheClientDoesNotLoop) {
  auto authenticator = std::make_shared<ChangingAuthenticator>();
  const auto relay = StartRelay(authenticator);
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  authenticator->denies = true;
  relay->RenewTokens();
  EXPECT_TRUE(Eventually([&] { return peer.closed == 1; }));
  EXPECT_TRUE(Eventually([&] { return absl::IsPermissionDenied(peer.provider->WaitForSync(50)); }));
  // Asked at the start, for the renewal, and for the one try after the close.
  const int asked = peer.asked;
  EXPECT_LE(asked, 3);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(peer.asked, asked);
}

TEST(Tokens, AreCheckedFromTimeToTimeAndOneThatEndedClosesItsConnectionForGood) {
  auto authenticator = std::make_shared<ChangingAuthenticator>();
  const auto relay = StartRelay(authenticator, nullptr, 50);
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  ASSERT_TRUE(Eventually([&] { return authenticator->renewals >= 3; }));
  EXPECT_EQ(peer.asked, 1) << "the client is not troubled";
  authenticator->denies = true;
  EXPECT_TRUE(Eventually([&] { return absl::IsPermissionDenied(peer.provider->WaitForSync(50)); }));
  EXPECT_EQ(peer.closed, 1);
  const int asked = peer.asked;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(peer.asked, asked) << "it does not come back by itself";
}

TEST(Tokens, ThatNobodyCanBeAskedAboutKeepTheirConnection) {
  auto authenticator = std::make_shared<ChangingAuthenticator>();
  const auto relay = StartRelay(authenticator, nullptr, 50);
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  authenticator->unreachable = true;
  const int renewals = authenticator->renewals;
  ASSERT_TRUE(Eventually([&] { return authenticator->renewals >= renewals + 3; }));
  EXPECT_TRUE(peer.provider->Flush(kSoonMs).ok());
  EXPECT_EQ(peer.closed, 0);
}

TEST(Tokens, ThatMayOnlyReadFromNowOnWriteNoMore) {
  auto authenticator = std::make_shared<ChangingAuthenticator>();
  const auto relay = StartRelay(authenticator);
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  authenticator->read_only = true;
  const int renewals = authenticator->renewals;
  relay->RenewTokens();
  ASSERT_TRUE(Eventually([&] { return authenticator->renewals > renewals; }));
  ASSERT_TRUE(Eventually([&] {
    peer.client->Run([&] { (void)peer.doc.GetText("t").Append("x"); });
    return absl::IsDeadlineExceeded(peer.provider->Flush(50));
  }));
  EXPECT_EQ(peer.closed, 0);
}

TEST(Tokens, ThatExpireAreAskedForAgainAndAGoodOneKeepsTheConnection) {
  auto authenticator = std::make_shared<ChangingAuthenticator>();
  authenticator->expires_at_ms = NowMs() + 300;
  const auto relay = StartRelay(authenticator);
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  authenticator->expires_at_ms = 0;
  EXPECT_TRUE(Eventually([&] { return peer.asked == 2; }));
  EXPECT_TRUE(peer.provider->Flush(kSoonMs).ok());
  EXPECT_EQ(peer.closed, 0);
}

TEST(Tokens, ThatHaveExpiredAreRefused) {
  const auto relay =
      StartRelay(absl::StrCat(R"({"a": {"tier": "team", "expiresAt": )", NowMs() + 300, "}}"));
  Peer peer(*relay, SessionOf("a", "1"), "a");
  ASSERT_TRUE(peer.Sync().ok());
  EXPECT_TRUE(Eventually([&] { return peer.closed == 1; }));
  EXPECT_TRUE(
      Eventually([&] { return peer.provider->WaitForSync(50).message() == "token-expired"; }));
}

TEST(HandoffRegistry, GivesOneSessionForOneTokenInTime) {
  int64_t now_ms = 1'000'000;
  HandoffRegistry registry([&] { return now_ms; });
  const IssuedHandoff issued = *registry.Issue("doc", {}, 0);
  EXPECT_EQ(issued.token.size(), 43u);  // 32 bytes as Base64 without padding
  EXPECT_EQ(issued.expires_at_ms, now_ms + 5 * 60'000);
  EXPECT_EQ(registry.FindSession(issued.token), nullptr);
  const RedeemedHandoff redeemed = *registry.Redeem(issued.token);
  EXPECT_EQ(redeemed.document, "doc");
  EXPECT_EQ(registry.Redeem(issued.token).status().message(), "handoff-used");
  EXPECT_EQ(registry.Redeem("guess").status().message(), "handoff-unknown");
  ASSERT_NE(registry.FindSession(redeemed.session_token), nullptr);
  now_ms = redeemed.expires_at_ms;
  EXPECT_EQ(registry.FindSession(redeemed.session_token), nullptr);
}

TEST(HandoffRegistry, KeepsLifetimesBetweenTenSecondsAndHalfAnHour) {
  int64_t now_ms = 1'000'000;
  HandoffRegistry registry([&] { return now_ms; });
  EXPECT_EQ(registry.Issue("doc", {}, 1)->expires_at_ms, now_ms + 10'000);
  const IssuedHandoff longest = *registry.Issue("doc", {}, INT64_MAX / 2);
  EXPECT_EQ(longest.expires_at_ms, now_ms + 30 * 60'000);
  now_ms = longest.expires_at_ms;
  EXPECT_EQ(registry.Redeem(longest.token).status().message(), "handoff-expired");
}

TEST(HandoffRegistry, DoesNotOutliveTheTokenThatIssuedIt) {
  int64_t now_ms = 1'000'000;
  HandoffRegistry registry([&] { return now_ms; });
  Grant grant;
  grant.expires_at_ms = now_ms + 60'000;
  EXPECT_EQ(registry.Redeem(registry.Issue("doc", grant, 0)->token)->expires_at_ms,
            now_ms + 60'000);
}

TEST(HandoffRegistry, TakesOnlySoManyOfADocument) {
  HandoffRegistry registry([] { return int64_t{1'000'000}; });
  for (size_t i = 0; i < kMaxHandoffsPerDocument; ++i) {
    ASSERT_TRUE(registry.Issue("doc", {}, 0).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(registry.Issue("doc", {}, 0).status()));
  EXPECT_TRUE(registry.Issue("other", {}, 0).ok());
}

TEST(HandoffRegistry, TakesOnlySoManyOfATenantAndItsSessionsCountToo) {
  int64_t now_ms = 1'000'000;
  HandoffRegistry registry([&] { return now_ms; });
  for (size_t i = 0; i < kMaxHandoffsPerTenant / 2; ++i) {
    const auto issued = registry.Issue(absl::StrCat("tenant_a/", i), {}, 0);
    ASSERT_TRUE(issued.ok()) << i;
    ASSERT_TRUE(registry.Redeem(issued->token).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(registry.Issue("tenant_a/x", {}, 0).status()));
  EXPECT_TRUE(registry.Issue("tenant_b/x", {}, 0).ok());
  EXPECT_TRUE(registry.Issue("notes", {}, 0).ok());
  now_ms += kHandoffSessionTtlMs + 3'600'000;
  EXPECT_TRUE(registry.Issue("tenant_a/x", {}, 0).ok()) << "all of it is over";
}

TEST(Handoff, OpensExactlyItsDocumentOverHttpAndIsNeverLogged) {
  std::vector<std::string> log;
  std::string secrets[2];
  {
    const auto relay =
        StartRelay(*TokenAuthenticator::Parse(R"({"a": {"tier": "builder"}})"), &log);
    const std::string document = SessionOf("a", "1");
    EXPECT_EQ(Post(*relay, "/api/handoff", {{"document", document}}).status, 401);
    EXPECT_EQ(Post(*relay, "/api/handoff", {{"document", document}}, "b").status, 401);
    EXPECT_EQ(Post(*relay, "/api/handoff", {{"document", SessionOf("b", "1")}}, "a").status, 401);
    EXPECT_EQ(Post(*relay, "/api/handoff", {}, "a").status, 400);
    const HttpResponse issued = Post(*relay, "/api/handoff", {{"document", document}}, "a");
    ASSERT_EQ(issued.status, 201) << issued.body;
    secrets[0] = TextOf(issued, "token");

    const HttpResponse redeemed = Post(*relay, "/api/handoff/redeem", {{"token", secrets[0]}});
    ASSERT_EQ(redeemed.status, 200) << redeemed.body;
    EXPECT_EQ(TextOf(redeemed, "document"), document);
    secrets[1] = TextOf(redeemed, "token");
    const HttpResponse again = Post(*relay, "/api/handoff/redeem", {{"token", secrets[0]}});
    EXPECT_EQ(again.status, 410);
    EXPECT_EQ(TextOf(again, "error"), "handoff-used");
    EXPECT_EQ(Post(*relay, "/api/handoff/redeem", {{"token", "x"}}).status, 404);

    Peer browser(*relay, document, secrets[1]);
    EXPECT_TRUE(browser.Sync().ok());
    Peer elsewhere(*relay, SessionOf("a", "2"), secrets[1]);
    EXPECT_TRUE(absl::IsPermissionDenied(elsewhere.Sync()));
    // Nor can it be handed on.
    EXPECT_EQ(Post(*relay, "/api/handoff", {{"document", document}}, secrets[1]).status, 401);
  }
  for (const std::string& line : log) {
    for (const std::string& secret : secrets) EXPECT_EQ(line.find(secret), std::string::npos);
  }
}

TEST(Provider, KeepsItsConnectionAndHoldsTheDocumentBackWhilePaused) {
  const auto relay = StartRelay(R"({"a": {"tier": "team"}})");
  Peer a(*relay, SessionOf("a", "1"), "a");
  Peer b(*relay, SessionOf("a", "1"), "a");
  const auto append = [](Peer& peer, const char* text) {
    peer.client->Run([&] { (void)peer.doc.GetText("t").Append(text); });
  };
  const auto text = [](Peer& peer) {
    std::string text;
    peer.client->Run([&] { text = peer.doc.GetText("t").ToString(); });
    return text;
  };
  ASSERT_TRUE(a.Sync().ok());
  ASSERT_TRUE(b.Sync().ok());
  a.provider->SetPaused(true);
  append(a, "from a");
  append(b, "from b");
  ASSERT_TRUE(b.provider->Flush(kSoonMs).ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(a.provider->Flush(200)));
  EXPECT_EQ(text(a), "from a");
  EXPECT_EQ(text(b), "from b");
  EXPECT_GT(a.provider->unsynced().size_bytes, 0u);
  EXPECT_EQ(a.client->status(), ConnectionStatus::kConnected);
  a.provider->SetPaused(false);
  ASSERT_TRUE(a.provider->Flush(kSoonMs).ok());
  ASSERT_TRUE(Eventually([&] { return text(b).size() == 12 && text(a) == text(b); }));
}

}  // namespace
}  // namespace ypp::transport
