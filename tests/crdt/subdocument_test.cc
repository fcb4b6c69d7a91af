// Documents in documents. The expectations are what Yjs 13.6 does in the same situation, unless a
// test says otherwise.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/event.h"
#include "crdt/new_type.h"
#include "tests/crdt/log_lines.h"

namespace ypp {
namespace {

using Docs = std::vector<std::shared_ptr<Doc>>;

DocOptions Named(std::string guid, ClientId client = 0) {
  DocOptions options;
  options.guid = std::move(guid);
  options.client_id = client;
  return options;
}

std::shared_ptr<Doc> MakeDoc(const std::string& guid) { return std::make_shared<Doc>(Named(guid)); }

std::string Names(const Docs& docs) {
  std::string names;
  for (const auto& doc : docs) names += (names.empty() ? "" : ",") + doc->guid();
  return names;
}

// "+added -removed l=loaded" of every event.
Subscription Watch(Doc& doc, Lines& log) {
  return doc.OnSubdocs([&log](const SubdocsEvent& event) {
    log.push_back("+" + Names(event.added) + " -" + Names(event.removed) +
                  " l=" + Names(event.loaded));
  });
}

TEST(Subdocument, IsToldOfAndTakesAfterItsParent) {
  DocOptions options = Named("parent", 1);
  options.collection_id = "collection";
  Doc doc(options);
  Lines log;
  const Subscription watch = Watch(doc, log);
  const auto sub = MakeDoc("s1");
  ASSERT_TRUE(doc.GetMap("m").Set("x", sub).ok());
  EXPECT_EQ(Take(log), Lines{"+s1 - l=s1"});
  EXPECT_EQ(sub->client_id(), 1u);
  EXPECT_EQ(sub->collection_id(), "collection");
  EXPECT_EQ(doc.GetMap("m").Get("x").if_doc(), sub);
  EXPECT_EQ(doc.Subdocs(), Docs{sub});
  EXPECT_EQ(doc.SubdocGuids(), std::vector<std::string>{"s1"});
  sub->Load();  // it is to be loaded already
  EXPECT_TRUE(log.empty());
}

TEST(Subdocument, GivesItsPlaceToAFreshOneWhenItIsDestroyed) {
  Doc doc(Named("parent", 1));
  Map map = doc.GetMap("m");
  const auto sub = MakeDoc("s1");
  ASSERT_TRUE(map.Set("x", sub).ok());
  Lines log;
  const Subscription watch = Watch(doc, log);
  const Subscription on_destroy = sub->OnDestroy([&] { log.push_back("destroy"); });
  sub->Destroy();
  EXPECT_EQ(Take(log), (Lines{"+s1 -s1 l=", "destroy"}));
  EXPECT_TRUE(sub->is_destroyed());
  const auto fresh = map.Get("x").if_doc();
  ASSERT_NE(fresh, nullptr);
  EXPECT_NE(fresh, sub);
  EXPECT_EQ(fresh->guid(), "s1");
  EXPECT_FALSE(fresh->should_load());
  fresh->Load();
  fresh->Load();
  EXPECT_EQ(Take(log), Lines{"+ - l=s1"});
}

TEST(Subdocument, ComesToOthersWithItsOptionsAndNotItsContent) {
  Doc doc(Named("parent", 1));
  DocOptions options = Named("s3");
  options.auto_load = true;
  options.meta = Any::Object{{"a", 1}};
  options.gc = false;
  const auto with_options = std::make_shared<Doc>(options);
  ASSERT_TRUE(with_options->GetText("t").Insert(0, "content").ok());
  ASSERT_TRUE(doc.GetArray("a").Insert(0, {with_options, MakeDoc("s4")}).ok());
  Doc other(Named("other", 2));
  Lines log;
  const Subscription watch = Watch(other, log);
  ASSERT_TRUE(other.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(Take(log), Lines{"+s3,s4 - l=s3"});
  const auto got = other.GetArray("a").Get(0).if_doc();
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->guid(), "s3");
  EXPECT_FALSE(got->gc());
  EXPECT_TRUE(got->auto_load());
  EXPECT_TRUE(got->should_load());
  EXPECT_EQ(got->meta(), (Any::Object{{"a", 1}}));
  EXPECT_EQ(got->client_id(), 2u);
  EXPECT_EQ(got->GetText("t").ToString(), "");
  EXPECT_FALSE(other.GetArray("a").Get(1).if_doc()->should_load());
  EXPECT_EQ(other.EncodeUpdate(), doc.EncodeUpdate());
}

TEST(Subdocument, IsDestroyedWhenItIsDeleted) {
  Doc doc(Named("parent", 1));
  Array array = doc.GetArray("a");
  const Docs subs = {MakeDoc("s3"), MakeDoc("s4")};
  ASSERT_TRUE(array.Push({subs[0], subs[1]}).ok());
  Lines log;
  const Subscription watch = Watch(doc, log);
  ASSERT_TRUE(array.Delete(0, 2).ok());
  // Yjs tells of each again while it destroys them.
  EXPECT_EQ(Take(log), (Lines{"+ -s3,s4 l=", "+ -s3 l=", "+ -s4 l="}));
  EXPECT_TRUE(subs[0]->is_destroyed());
  EXPECT_TRUE(doc.Subdocs().empty());
  // Free again.
  ASSERT_TRUE(array.Push({subs[0]}).ok());
  EXPECT_EQ(Take(log), Lines{"+s3 - l=s3"});
}

TEST(Subdocument, ThatComesAndGoesInOneTransactionWasNeverThere) {
  Doc doc(Named("parent", 1));
  Lines log;
  const Subscription watch = Watch(doc, log);
  doc.Transact([&] {
    ASSERT_TRUE(doc.GetArray("a").Insert(0, {MakeDoc("s2")}).ok());
    ASSERT_TRUE(doc.GetArray("a").Delete(0, 1).ok());
  });
  EXPECT_EQ(Take(log), Lines{"+ - l=s2"});  // as in Yjs
  EXPECT_TRUE(doc.Subdocs().empty());
}

TEST(Subdocument, IsToBeLoadedEvenWhenItCameAndWentInOneUpdate) {
  DocOptions options = Named("from", 1);
  options.gc = false;
  Doc from(options);
  DocOptions automatic = Named("s");
  automatic.auto_load = true;
  ASSERT_TRUE(from.GetMap("m").Set("k", std::make_shared<Doc>(automatic)).ok());
  ASSERT_TRUE(from.GetMap("m").Delete("k").ok());
  Doc to(Named("to", 2));
  Lines log;
  const Subscription watch = Watch(to, log);
  ASSERT_TRUE(to.ApplyUpdate(from.EncodeUpdate()).ok());
  EXPECT_EQ(Take(log), Lines{"+ - l=s"});
}

TEST(Subdocument, CanBeAddedDestroyedAndDeletedInsideOneTransaction) {
  Doc doc(Named("parent", 1));
  Map map = doc.GetMap("m");
  const auto p = MakeDoc("p");
  ASSERT_TRUE(map.Set("p", p).ok());
  Lines log;
  const Subscription watch = Watch(doc, log);
  doc.Transact([&] {
    p->Destroy();
    ASSERT_TRUE(map.Delete("p").ok());
  });
  EXPECT_EQ(Take(log), Lines{"+ -p l="});
  doc.Transact([&] {
    ASSERT_TRUE(map.Set("q", MakeDoc("q")).ok());
    map.Get("q").if_doc()->Destroy();
  });
  EXPECT_EQ(Take(log), Lines{"+q,q -q l=q"});
  EXPECT_EQ(doc.SubdocGuids(), std::vector<std::string>{"q"});
}

TEST(Subdocument, GoesWithItsParentInnermostFirst) {
  Doc doc(Named("parent", 1));
  const auto outer = MakeDoc("outer");
  const auto inner = MakeDoc("inner");
  ASSERT_TRUE(doc.GetMap("m").Set("k", outer).ok());
  ASSERT_TRUE(outer->GetMap("m").Set("k", inner).ok());
  Lines log;
  const Subscription watch_outer = outer->OnDestroy([&] { log.push_back("outer"); });
  const Subscription watch_inner = inner->OnDestroy([&] { log.push_back("inner"); });
  doc.Destroy();
  EXPECT_EQ(log, (Lines{"inner", "outer"}));
  EXPECT_TRUE(doc.is_destroyed());
}

TEST(Subdocument, TellsItsOldValueInAKeyChange) {
  Doc doc(Named("parent", 1));
  Map map = doc.GetMap("m");
  const auto sub = MakeDoc("s");
  ASSERT_TRUE(map.Set("k", sub).ok());
  std::shared_ptr<Doc> old;
  const Subscription watch =
      map.Observe([&](const Event& event) { old = event.keys().front().old_value.if_doc(); });
  ASSERT_TRUE(map.Set("k", 1).ok());
  EXPECT_EQ(old, sub);
}

TEST(Subdocument, IsInOnePlaceOnly) {
  Doc doc(Named("parent", 1));
  Array array = doc.GetArray("a");
  const auto sub = MakeDoc("s");
  EXPECT_EQ(array.Push({sub, sub}).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(array.Push({sub}).ok());
  EXPECT_EQ(array.Push({sub}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(doc.GetMap("m").Set("k", sub).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(array.Push({std::shared_ptr<Doc>()}).code(), absl::StatusCode::kInvalidArgument);
  // Nor can a document be part of itself.
  const auto top = MakeDoc("top");
  EXPECT_EQ(top->GetArray("a").Push({top}).code(), absl::StatusCode::kInvalidArgument);
  const auto middle = MakeDoc("middle");
  ASSERT_TRUE(top->GetArray("a").Push({middle}).ok());
  EXPECT_EQ(middle->GetArray("a").Push({top}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Subdocument, MayLieInANewType) {
  Doc doc(Named("parent", 1));
  Lines log;
  const Subscription watch = Watch(doc, log);
  const auto sub = MakeDoc("s");
  ASSERT_TRUE(doc.GetArray("a").Push({NewMap({{"doc", sub}})}).ok());
  EXPECT_EQ(Take(log), Lines{"+s - l=s"});
  EXPECT_EQ(doc.GetArray("a").Get(0).map().Get("doc").if_doc(), sub);
  // With the type it goes.
  ASSERT_TRUE(doc.GetArray("a").Delete(0, 1).ok());
  EXPECT_EQ(Take(log), (Lines{"+ -s l=", "+ -s l="}));
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(Subdocument, OutlivesAParentThatIsGone) {
  const auto sub = MakeDoc("s");
  {
    Doc doc(Named("parent", 1));
    ASSERT_TRUE(doc.GetArray("a").Push({sub}).ok());
  }
  sub->Load();
  ASSERT_TRUE(sub->GetText("t").Insert(0, "still here").ok());
  sub->Destroy();
  EXPECT_TRUE(sub->is_destroyed());
}

TEST(Subdocument, ShowsAsAnObjectWithItsGuidInJson) {
  Doc doc(Named("parent", 1));
  ASSERT_TRUE(doc.GetArray("a").Push({MakeDoc("s")}).ok());
  doc.GetText("t");
  const Any expected = Any::Object{{"a", Any::Array{Any::Object{{"guid", "s"}}}}, {"t", ""}};
  EXPECT_EQ(doc.ToJson(), expected);
}

TEST(Doc, HasARandomGuidUnlessItIsGivenOne) {
  std::set<std::string> guids;
  for (int i = 0; i < 20; ++i) guids.insert(Doc().guid());
  EXPECT_EQ(guids.size(), 20u);
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (const std::string& guid : guids) EXPECT_TRUE(std::regex_match(guid, uuid)) << guid;
  EXPECT_EQ(Doc(Named("mine")).guid(), "mine");
}

TEST(Doc, RemembersWhetherItIsLoadedAndSynced) {
  Doc doc;
  Lines log;
  const Subscription on_sync = doc.OnSync([&](bool synced) {
    log.push_back(std::string(synced ? "synced" : "lost") + (doc.is_loaded() ? " loaded" : ""));
  });
  const Subscription on_load = doc.OnLoad([&] { log.push_back("load"); });
  const Subscription when_synced = doc.WhenSynced([&] { log.push_back("when synced"); });
  const Subscription when_loaded = doc.WhenLoaded([&] { log.push_back("when loaded"); });
  doc.SetSynced(true);
  EXPECT_TRUE(doc.is_synced());
  doc.SetSynced(false);
  EXPECT_FALSE(doc.is_synced());
  EXPECT_EQ(Take(log),
            (Lines{"load", "when loaded", "synced loaded", "when synced", "lost loaded"}));
  const Subscription again = doc.WhenSynced([&] { log.push_back("again"); });
  const Subscription at_once = doc.WhenLoaded([&] { log.push_back("at once"); });
  doc.SetSynced(true);
  EXPECT_EQ(Take(log), (Lines{"at once", "synced loaded", "again"}));
}

TEST(Doc, CancelsItsSubscriptionsWhenItIsDestroyed) {
  Doc doc;
  int events = 0;
  const Subscription updates = doc.OnUpdate([&](const UpdateEvent&) { ++events; });
  const Subscription destroyed = doc.OnDestroy([&] { ++events; });
  doc.Destroy();
  doc.Destroy();
  ASSERT_TRUE(doc.GetText("t").Insert(0, "a").ok());
  EXPECT_EQ(events, 1);
}

}  // namespace
}  // namespace ypp
