#include "transport/hooks.h"

#include <gtest/gtest.h>

#include "codec/awareness_message.h"
#include "tests/transport/fake_store.h"
#include "tests/transport/recording_socket.h"
#include "tests/transport/task_queue.h"
#include "tests/transport/update_samples.h"
#include "transport/connection.h"
#include "transport/direct_member.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::SyncType;
using Messages = std::vector<std::string>;
using Names = std::vector<std::string>;

// A relay without sockets, with the hooks a test adds before Start.
class HooksTest : public testing::Test {
 protected:
  HooksTest() : store_(tasks_.executor()), chains_(HooksOn(tasks_)) {}

  void Start(const Hooks& hooks, HubOptions options = {}) {
    chains_.Add(hooks);
    hub_ = std::make_unique<DocumentHub>(&store_, &chains_, &metrics_, std::move(options));
    services_ = {hub_.get(), &chains_, &metrics_, ConnectionLimits{}, SilentLog()};
  }
  // A client that has sent its token for the document "doc".
  struct Client {
    std::shared_ptr<RecordingSocket> socket = std::make_shared<RecordingSocket>();
    std::shared_ptr<Connection> connection;
    void Say(const std::string& message) { connection->OnMessage(AsBytes(message)); }
  };
  Client Open(const std::string& token = "token") {
    Client client;
    client.connection = std::make_shared<Connection>(client.socket, &services_, "socket",
                                                     std::make_shared<HttpRequest>(), 0);
    client.Say(WriteToken("doc", token, "4.8.0"));
    tasks_.RunAll();
    return client;
  }
  static std::string Update(const std::string& update) {
    return WriteSync("doc", SyncType::kUpdate, AsBytes(update));
  }
  // Notes its name and goes on.
  template <typename Payload>
  Hook<Payload> Note(const std::string& name) {
    return [this, name](Payload&, HookDone done) {
      called_.push_back(name);
      done(absl::OkStatus());
    };
  }
  // Notes its name; the test answers.
  template <typename Payload>
  Hook<Payload> Wait(const std::string& name) {
    return [this, name](Payload&, HookDone done) {
      called_.push_back(name);
      waiting_.push_back(std::move(done));
    };
  }
  void Answer(absl::Status status = absl::OkStatus()) {
    ASSERT_FALSE(waiting_.empty());
    const HookDone done = std::move(waiting_.front());
    waiting_.pop_front();
    done(std::move(status));
    tasks_.RunAll();
  }

  TaskQueue tasks_;
  FakeStore store_;
  HookChains chains_;
  RelayMetrics metrics_;
  std::unique_ptr<DocumentHub> hub_;
  ConnectionServices services_;
  Names called_;
  std::deque<HookDone> waiting_;
  const std::string granted_ = WriteAuthenticated("doc", kScopeReadWrite);
  const std::string applied_ = WriteSyncStatus("doc", true);
};

Hooks NoteAll(const std::function<void(const char*)>& note) {
  Hooks hooks;
  const auto hook = [&note](const char* name) {
    return [note, name](auto&, HookDone done) {
      note(name);
      done(absl::OkStatus());
    };
  };
  hooks.on_connect = hook("onConnect");
  hooks.on_authenticate = hook("onAuthenticate");
  hooks.on_token_sync = hook("onTokenSync");
  hooks.connected = hook("connected");
  hooks.on_create_document = hook("onCreateDocument");
  hooks.on_load_document = hook("onLoadDocument");
  hooks.after_load_document = hook("afterLoadDocument");
  hooks.before_handle_message = hook("beforeHandleMessage");
  hooks.after_handle_message = hook("afterHandleMessage");
  hooks.before_handle_awareness = hook("beforeHandleAwareness");
  hooks.before_sync = hook("beforeSync");
  hooks.on_change = hook("onChange");
  hooks.on_store_document = hook("onStoreDocument");
  hooks.after_store_document = hook("afterStoreDocument");
  hooks.on_awareness_update = hook("onAwarenessUpdate");
  hooks.on_stateless = hook("onStateless");
  hooks.before_broadcast_stateless = hook("beforeBroadcastStateless");
  hooks.on_disconnect = hook("onDisconnect");
  hooks.before_unload_document = hook("beforeUnloadDocument");
  hooks.after_unload_document = hook("afterUnloadDocument");
  return hooks;
}

TEST_F(HooksTest, ComeInTheOrderOfHocuspocus) {
  Start(NoteAll([this](const char* name) { called_.push_back(name); }));
  Client client = Open();
  EXPECT_EQ(std::exchange(called_, {}),
            (Names{"onConnect", "onAuthenticate", "onCreateDocument", "onLoadDocument",
                   "afterLoadDocument", "connected"}));
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  EXPECT_EQ(std::exchange(called_, {}),
            (Names{"beforeHandleMessage", "beforeSync", "onChange", "afterHandleMessage"}));
  client.Say(WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, "{}"))));
  EXPECT_EQ(std::exchange(called_, {}), (Names{"beforeHandleMessage", "beforeHandleAwareness",
                                               "onAwarenessUpdate", "afterHandleMessage"}));
  client.Say(WriteStateless("doc", "hello"));
  EXPECT_EQ(std::exchange(called_, {}),
            (Names{"beforeHandleMessage", "onStateless", "afterHandleMessage"}));
  client.Say(WriteToken("doc", "token", "4.8.0"));
  EXPECT_EQ(std::exchange(called_, {}), Names{"onTokenSync"});
  hub_->BroadcastStateless("doc", "hello");
  EXPECT_EQ(std::exchange(called_, {}), Names{"beforeBroadcastStateless"});
  tasks_.RunAll();
  client.connection->OnClosed();
  tasks_.RunAll();
  EXPECT_EQ(called_, (Names{"onDisconnect", "onAwarenessUpdate", "onStoreDocument",
                            "afterStoreDocument", "beforeUnloadDocument", "afterUnloadDocument"}));
  EXPECT_EQ(hub_->document_count(), 0u);
}

TEST_F(HooksTest, ExtensionsRunByPriorityAndTheConfigurationLast) {
  struct Named : Extension {
    Named(std::string name, int priority, Names* called)
        : name_(std::move(name)), priority_(priority), called_(called) {}
    std::string_view name() const override { return name_; }
    int priority() const override { return priority_; }
    Hooks hooks() override {
      Hooks hooks;
      hooks.on_connect = [this](ConnectPayload&, HookDone done) {
        called_->push_back(name_);
        done(absl::OkStatus());
      };
      return hooks;
    }
    std::string name_;
    int priority_;
    Names* called_;
  };
  Hooks last;
  last.on_connect = Note<ConnectPayload>("last");
  chains_.Add(
      {std::make_shared<Named>("low", 1, &called_), std::make_shared<Named>("first", 100, &called_),
       std::make_shared<Named>("second", 100, &called_),
       std::make_shared<Named>("high", 1000, &called_)},
      last);
  Start({});
  Open();
  EXPECT_EQ(called_, (Names{"high", "first", "second", "low", "last"}));
}

TEST_F(HooksTest, WhatFollowsAHookWaitsForIt) {
  Hooks hooks;
  hooks.on_authenticate = Wait<AuthenticatePayload>("authenticate");
  hooks.before_handle_message = Wait<MessagePayload>("message");
  Start(hooks);
  Client client = Open();
  EXPECT_TRUE(client.socket->TakeSent().empty());
  Answer();
  EXPECT_EQ(client.socket->TakeSent(), Messages{granted_});
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b"});
  client.Say(Update(updates[0]));
  client.Say(Update(updates[1]));
  tasks_.RunAll();
  EXPECT_EQ(called_, (Names{"authenticate", "message"}));  // the second update waits
  EXPECT_TRUE(client.socket->TakeSent().empty());
  Answer();
  Answer();
  EXPECT_EQ(client.socket->TakeSent(),
            (Messages{Update(updates[0]), applied_, Update(updates[1]), applied_}));
}

TEST_F(HooksTest, AHookMayDenyWithAReasonOrWithoutOne) {
  Hooks hooks;
  hooks.on_connect = [](ConnectPayload& payload, HookDone done) {
    done(payload.document == "doc" ? absl::PermissionDeniedError("closed on sundays")
                                   : absl::InternalError("database password is hunter2"));
  };
  Start(hooks);
  Client client = Open();
  EXPECT_EQ(client.socket->TakeSent(), Messages{WritePermissionDenied("doc", "closed on sundays")});
  client.Say(WriteToken("other", "token", std::nullopt));
  EXPECT_EQ(client.socket->TakeSent(),
            Messages{WritePermissionDenied("other", "permission-denied")});
}

TEST_F(HooksTest, AHookThatIsDroppedWithoutAnAnswerDenies) {
  Hooks hooks;
  hooks.on_connect = [](ConnectPayload&, HookDone) {};
  Start(hooks);
  Client client = Open();
  EXPECT_EQ(client.socket->TakeSent(), Messages{WritePermissionDenied("doc", "permission-denied")});
}

TEST_F(HooksTest, AnAnswerOfAnotherThreadIsBroughtToTheRelays) {
  Hooks hooks;
  hooks.on_connect = Wait<ConnectPayload>("connect");
  chains_.executor.here = [] { return false; };
  Start(hooks);
  Client client = Open();
  waiting_.front()(absl::OkStatus());
  EXPECT_TRUE(client.socket->TakeSent().empty());
  tasks_.RunAll();
  EXPECT_EQ(client.socket->TakeSent(), Messages{granted_});
  waiting_.front()(absl::InternalError("a second answer is none"));
  tasks_.RunAll();
  EXPECT_TRUE(client.socket->TakeSent().empty());
}

TEST_F(HooksTest, ContextsGoFromHookToHook) {
  std::string user;
  Hooks hooks;
  hooks.on_authenticate = [](AuthenticatePayload& payload, HookDone done) {
    payload.context->Set("user", payload.token);
    payload.read_only = true;
    done(absl::OkStatus());
  };
  hooks.connected = [&user](ConnectedPayload& payload, HookDone done) {
    EXPECT_TRUE(payload.connection->read_only());
    EXPECT_EQ(payload.connection->client().provider_version, "4.8.0");
    user = *payload.connection->context()->Find("user")->if_string();
    done(absl::OkStatus());
  };
  Start(hooks);
  Client client = Open("ada");
  EXPECT_EQ(user, "ada");
  EXPECT_EQ(client.socket->TakeSent(), Messages{WriteAuthenticated("doc", kScopeReadOnly)});
}

TEST_F(HooksTest, ARefusedMessageClosesItsDocumentAndNothingElse) {
  Hooks hooks;
  hooks.before_sync = [](SyncPayload& payload, HookDone done) {
    done(payload.type == SyncType::kUpdate ? absl::PermissionDeniedError("frozen")
                                           : absl::OkStatus());
  };
  Start(hooks);
  Client client = Open();
  client.Say(WriteToken("other", "token", "4.8.0"));
  tasks_.RunAll();
  client.socket->TakeSent();
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  EXPECT_EQ(client.socket->TakeSent(), Messages{WriteClose("doc", "frozen")});
  EXPECT_EQ(client.socket->close_code, 0);
}

TEST_F(HooksTest, AwarenessStatesMayBeEditedOnTheirWay) {
  Hooks hooks;
  hooks.before_handle_awareness = [](HandleAwarenessPayload& payload, HookDone done) {
    payload.states[0].state = R"({"name":"anonymous"})";
    done(absl::OkStatus());
  };
  Start(hooks);
  Client client = Open();
  client.socket->TakeSent();
  client.Say(WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, R"({"name":"ada"})"))));
  EXPECT_EQ(
      client.socket->TakeSent(),
      Messages{WriteAwareness("doc", AsBytes(AwarenessUpdate(7, 1, R"({"name":"anonymous"})")))});
}

TEST_F(HooksTest, ALoadedDocumentIsSeededAndTheSeedIsStored) {
  Hooks hooks;
  hooks.on_load_document = [](LoadDocumentPayload& payload, HookDone done) {
    if (payload.doc.GetStateVector().empty())
      payload.updates.push_back(TypingUpdates(7, {"hi"})[0]);
    done(absl::OkStatus());
  };
  Start(hooks);
  Open();
  tasks_.RunAll();
  EXPECT_EQ(store_.appends, 1);
  Open();
  tasks_.RunAll();
  EXPECT_EQ(store_.appends, 1);
}

TEST_F(HooksTest, WhatCannotBeLoadedIsRefusedAndNeverStored) {
  Hooks hooks;
  hooks.on_load_document = [](LoadDocumentPayload& payload, HookDone done) {
    payload.updates = {TypingUpdates(7, {"hi"})[0], CorruptUpdate()};
    done(absl::OkStatus());
  };
  hooks.on_store_document = Note<StoreDocumentPayload>("store");
  Start(hooks);
  Client client = Open();
  EXPECT_EQ(client.socket->TakeSent(),
            (Messages{granted_, WritePermissionDenied("doc", "document-unavailable")}));
  tasks_.Advance(60'000);
  EXPECT_EQ(store_.appends, 0);
  EXPECT_TRUE(called_.empty());
}

TEST_F(HooksTest, StoringWaitsForAPauseButNotForever) {
  Hooks hooks;
  hooks.on_store_document = Note<StoreDocumentPayload>("store");
  Start(hooks);
  Client client = Open();
  const std::vector<std::string> updates = TypingUpdates(7, std::vector<std::string>(20, "a"));
  client.Say(Update(updates[0]));
  tasks_.Advance(1'999);
  EXPECT_TRUE(called_.empty());
  tasks_.Advance(1);
  EXPECT_EQ(called_.size(), 1u);
  for (int i = 1; i < 13; ++i) {  // one a second, so that there is never a pause
    client.Say(Update(updates[static_cast<size_t>(i)]));
    tasks_.Advance(1'000);
  }
  EXPECT_EQ(called_.size(), 2u);
}

TEST_F(HooksTest, AFailedStoreKeepsTheDocumentAndIsTriedAgain) {
  Hooks hooks;
  hooks.on_store_document = Wait<StoreDocumentPayload>("store");
  Start(hooks);
  Client client = Open();
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  tasks_.RunAll();
  client.connection->OnClosed();
  Answer(absl::UnavailableError("database is down"));
  tasks_.Advance(9'999);
  EXPECT_EQ(called_.size(), 1u);
  EXPECT_EQ(hub_->document_count(), 1u);
  tasks_.Advance(1);
  EXPECT_EQ(called_.size(), 2u);
  Answer();
  EXPECT_EQ(hub_->document_count(), 0u);
}

TEST_F(HooksTest, OneStoreAtATimeAndWhatComesMeanwhileIsStoredAfterwards) {
  Hooks hooks;
  std::vector<std::string> stored;
  hooks.on_store_document = [this, &stored](StoreDocumentPayload& payload, HookDone done) {
    stored.push_back(TextOf(payload.state));
    waiting_.push_back(std::move(done));
  };
  Start(hooks);
  Client client = Open();
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b"});
  client.Say(Update(updates[0]));
  tasks_.Advance(2'000);
  client.Say(Update(updates[1]));
  tasks_.Advance(60'000);
  EXPECT_EQ(stored, Names{"a"});
  client.connection->OnClosed();
  Answer();
  tasks_.Advance(0);
  EXPECT_EQ(stored, (Names{"a", "ab"}));
  EXPECT_EQ(hub_->document_count(), 1u);
  Answer();
  EXPECT_EQ(hub_->document_count(), 0u);
}

TEST_F(HooksTest, SkippingTheOthersIsNoError) {
  Hooks first;
  first.on_store_document = [](StoreDocumentPayload&, HookDone done) { done(SkipFurtherHooks()); };
  chains_.Add(first);
  Hooks second;
  second.on_store_document = Note<StoreDocumentPayload>("store");
  second.after_store_document = Note<StoreDocumentPayload>("after");
  Start(second);
  Client client = Open();
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  tasks_.Advance(2'000);
  EXPECT_EQ(called_, Names{"after"});
}

TEST_F(HooksTest, AHookMayKeepADocumentLoaded) {
  Hooks hooks;
  hooks.before_unload_document = Wait<UnloadDocumentPayload>("unload");
  Start(hooks);
  Client client = Open();
  client.connection->OnClosed();
  tasks_.RunAll();
  Answer(absl::FailedPreconditionError("needed"));
  EXPECT_EQ(hub_->document_count(), 1u);
  Client again = Open();
  EXPECT_EQ(store_.loads, 1);
  again.connection->OnClosed();
  tasks_.RunAll();
  Answer();
  EXPECT_EQ(hub_->document_count(), 0u);
}

TEST_F(HooksTest, WhoComesWhileAnUnloadIsAskedForIsLetIn) {
  Hooks hooks;
  hooks.before_unload_document = Wait<UnloadDocumentPayload>("unload");
  Start(hooks);
  Client client = Open();
  client.connection->OnClosed();
  tasks_.RunAll();
  Client late = Open();
  EXPECT_EQ(late.socket->TakeSent(), Messages{granted_});
  late.Say(WriteSync("doc", SyncType::kStep1, AsBytes(StateVector().Encode())));
  EXPECT_TRUE(late.socket->TakeSent().empty());
  Answer();
  EXPECT_EQ(late.socket->TakeSent().size(), 2u);
  EXPECT_EQ(store_.loads, 1);
}

TEST_F(HooksTest, WithoutADatabaseWhatTheHookStoredIsForgotten) {
  Hooks hooks;
  int loaded_empty = 0;
  hooks.on_load_document = [&loaded_empty](LoadDocumentPayload& payload, HookDone done) {
    loaded_empty += payload.doc.GetStateVector().empty();
    done(absl::OkStatus());
  };
  hooks.on_store_document = Note<StoreDocumentPayload>("store");
  HubOptions options;
  options.forget_stored = true;
  Start(hooks, options);
  Client client = Open();
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  tasks_.RunAll();
  client.connection->OnClosed();
  tasks_.RunAll();
  Open();
  EXPECT_EQ(loaded_empty, 2);
}

TEST_F(HooksTest, ADirectConnectionEditsLikeAnyOtherAndKeepsTheDocumentOpen) {
  Hooks hooks;
  std::vector<ChangeSource> sources;
  hooks.on_change = [&sources](ChangePayload& payload, HookDone done) {
    sources.push_back(payload.origin.source);
    done(absl::OkStatus());
  };
  Start(hooks);
  std::shared_ptr<DirectConnection> direct;
  OpenDirectMember(hub_.get(), chains_.executor, "doc", nullptr, [&direct](auto connection) {
    ASSERT_TRUE(connection.ok());
    direct = *connection;
  });
  tasks_.RunAll();
  Client client = Open();
  client.socket->TakeSent();
  absl::Status durable = absl::UnknownError("not yet");
  direct->Transact([](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Insert(0, "hi").ok()); },
                   [&durable](absl::Status status) { durable = status; });
  tasks_.RunAll();
  EXPECT_TRUE(durable.ok());
  EXPECT_EQ(client.socket->TakeSent().size(), 1u);
  EXPECT_EQ(sources, std::vector<ChangeSource>{ChangeSource::kLocal});
  client.connection->OnClosed();
  tasks_.RunAll();
  EXPECT_EQ(hub_->document_count(), 1u);
  direct->Disconnect();
  tasks_.RunAll();
  EXPECT_EQ(hub_->document_count(), 0u);
  direct->Transact([](Doc&) { FAIL(); }, [&durable](absl::Status status) { durable = status; });
  tasks_.RunAll();
  EXPECT_FALSE(durable.ok());
}

TEST_F(HooksTest, AFlushStoresWhatIsDueAndWaitsForIt) {
  Hooks hooks;
  hooks.on_store_document = Wait<StoreDocumentPayload>("store");
  Start(hooks);
  Client client = Open();
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  bool flushed = false;
  hub_->Flush([&flushed] { flushed = true; });
  tasks_.RunAll();
  EXPECT_EQ(called_, Names{"store"});
  EXPECT_FALSE(flushed);
  Answer();
  EXPECT_TRUE(flushed);
}

TEST_F(HooksTest, AFlushDoesNotWaitForWhatComesMeanwhile) {
  Hooks hooks;
  hooks.on_store_document = Wait<StoreDocumentPayload>("store");
  Start(hooks);
  Client client = Open();
  const std::vector<std::string> updates = TypingUpdates(7, {"a", "b", "c"});
  client.Say(Update(updates[0]));
  tasks_.Advance(2'000);  // is being stored
  client.Say(Update(updates[1]));
  bool flushed = false;
  hub_->Flush([&flushed] { flushed = true; });
  tasks_.RunAll();
  Answer();
  EXPECT_FALSE(flushed) << "the second update is stored now";
  EXPECT_EQ(called_, (Names{"store", "store"}));
  client.Say(Update(updates[2]));
  tasks_.RunAll();
  Answer(absl::UnavailableError("a flush does not wait for a better day"));
  EXPECT_TRUE(flushed);
}

TEST_F(HooksTest, AConnectionIsAskedForItsTokenAndClosedByTheProgram) {
  Hooks hooks;
  RelayConnectionPtr connection;
  hooks.connected = [&connection](ConnectedPayload& payload, HookDone done) {
    connection = payload.connection;
    done(absl::OkStatus());
  };
  hooks.on_token_sync = [](TokenSyncPayload& payload, HookDone done) {
    payload.read_only = payload.token == "reader";
    done(payload.token == "expired" ? absl::PermissionDeniedError("token-expired")
                                    : absl::OkStatus());
  };
  Start(hooks);
  Client client = Open();
  client.socket->TakeSent();
  connection->RequestToken();
  connection->SendStateless("psst");
  EXPECT_EQ(client.socket->TakeSent(),
            (Messages{WriteTokenRequest("doc"), WriteStateless("doc", "psst")}));
  client.Say(WriteToken("doc", "reader", "4.8.0"));
  EXPECT_TRUE(connection->read_only());
  client.Say(Update(TypingUpdates(7, {"a"})[0]));
  EXPECT_EQ(client.socket->TakeSent(), Messages{WriteSyncStatus("doc", false)});
  client.Say(WriteToken("doc", "expired", "4.8.0"));
  EXPECT_EQ(client.socket->TakeSent(), Messages{WriteClose("doc", "token-expired")});
  connection->SendStateless("nobody hears this");
  connection->Close("nor this");
  EXPECT_TRUE(client.socket->TakeSent().empty());
}

}  // namespace
}  // namespace ypp::transport
