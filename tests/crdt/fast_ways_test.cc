// Typing, erasing and small updates have ways of their own, which are taken only where nobody
// watches. A document that is watched takes the general ways: the two must not differ in a byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "codec/struct_view.h"
#include "codec/update_algebra.h"
#include "codec/update_reader.h"
#include "codec/update_writer.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/new_type.h"
#include "crdt/relative_position.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// A document, the same one watched, and once more with somebody who takes its updates alone.
class Twins {
 public:
  explicit Twins(ClientId client)
      : quiet_(WithClient(client)), watched_(WithClient(client)), heard_(WithClient(client)) {
    watching_ = watched_.OnTransaction([](const TransactionEvent&) {});
    sending_ = watched_.OnUpdate([this](const UpdateEvent& event) {
      updates_.emplace_back(event.update);
      of_watched_.emplace_back(event.update);
    });
    hearing_ =
        heard_.OnUpdate([this](const UpdateEvent& event) { of_heard_.emplace_back(event.update); });
    quiet_.GetText("t");
    watched_.GetText("t");
    heard_.GetText("t");
  }

  template <typename Edit>
  void Do(Edit edit) {
    edit(quiet_);
    edit(watched_);
    edit(heard_);
  }
  uint32_t length() { return quiet_.GetText("t").length(); }
  Doc& quiet() { return quiet_; }
  std::vector<std::string> TakeUpdates() { return std::exchange(updates_, {}); }

  void ExpectEqual() {
    ASSERT_TRUE(CheckInvariants(quiet_).ok()) << CheckInvariants(quiet_);
    EXPECT_EQ(quiet_.GetText("t").ToString(), watched_.GetText("t").ToString());
    ASSERT_EQ(quiet_.EncodeUpdate(), watched_.EncodeUpdate());
    ASSERT_EQ(quiet_.EncodeUpdate({}, UpdateFormat::kV2),
              watched_.EncodeUpdate({}, UpdateFormat::kV2));
    ASSERT_TRUE(CheckInvariants(heard_).ok()) << CheckInvariants(heard_);
    ASSERT_EQ(heard_.EncodeUpdate(), watched_.EncodeUpdate());
    ASSERT_EQ(std::exchange(of_heard_, {}), std::exchange(of_watched_, {}));
  }

 private:
  Doc quiet_;
  Doc watched_;
  Doc heard_;
  std::vector<std::string> updates_;
  std::vector<std::string> of_watched_;
  std::vector<std::string> of_heard_;
  Subscription watching_;
  Subscription sending_;
  Subscription hearing_;
};

// Types, goes back, jumps, and now and then writes something that is not ASCII.
class Typist {
 public:
  explicit Typist(uint32_t seed) : random_(seed) {}

  void Edit(Twins& twins) {
    const uint32_t length = twins.length();
    cursor_ = std::min(cursor_, length);
    if (random_() % 12 == 0) cursor_ = random_() % (length + 1);
    switch (random_() % 8) {
      case 0:
      case 1:
        Delete(twins, cursor_ > 0 ? cursor_ - 1 : 0, 1);
        if (cursor_ > 0) --cursor_;
        break;
      case 2:
        Delete(twins, cursor_, 1 + random_() % 6);
        break;
      case 3:
        Insert(twins, random_() % 3 == 0 ? "\xC3\xA4" : "word ");
        break;
      default:
        Insert(twins, std::string(1, static_cast<char>('a' + random_() % 26)));
    }
  }
  uint32_t Random() { return static_cast<uint32_t>(random_()); }

 private:
  void Delete(Twins& twins, uint32_t index, uint32_t count) {
    const uint32_t there = twins.length();
    if (index >= there) return;
    count = std::min(count, there - index);
    twins.Do([&](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Delete(index, count).ok()); });
  }
  void Insert(Twins& twins, const std::string& text) {
    const uint32_t before = twins.length();
    twins.Do([&](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Insert(cursor_, text).ok()); });
    cursor_ += twins.length() - before;
  }

  std::mt19937 random_;
  uint32_t cursor_ = 0;
};

TEST(FastWays, TypingAndErasingGiveTheSameBytesWatchedOrNot) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Twins twins(7);
    Typist typist(seed);
    for (int i = 0; i < 200; ++i) {
      typist.Edit(twins);
      if (i % 10 == 0) twins.ExpectEqual();
      if (testing::Test::HasFatalFailure()) return;
    }
    twins.ExpectEqual();
  }
}

TEST(FastWays, SeveralEditsInOneTransactionGiveTheSameBytesWatchedOrNot) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Twins twins(7);
    Typist typist(seed);
    for (int i = 0; i < 20; ++i) {
      // The edits go into both documents in turn, so both transactions are open at once.
      std::vector<std::unique_ptr<Transaction>> transactions;
      twins.Do([&](Doc& doc) { transactions.push_back(std::make_unique<Transaction>(doc)); });
      for (int k = 0; k < 12; ++k) typist.Edit(twins);
      transactions.clear();
      twins.ExpectEqual();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

// Keystrokes at one place look nothing up after the first (typing_spot.h). What may come between
// two of them: each must still go where it belongs.
class Interruptions {
 public:
  explicit Interruptions(uint32_t seed) : random_(seed), peer_(WithClient(3)) {}

  // Updates of others come between transactions: in one of its own a document would take its id for
  // theirs and choose another.
  void Interrupt(Twins& twins, bool in_transaction) {
    switch (random_() % (in_transaction ? 6 : 7)) {
      case 0:
        twins.Do([client = 10 + random_() % 5](Doc& doc) { doc.set_client_id(client); });
        break;
      case 1:
        twins.Do([](Doc& doc) { ASSERT_TRUE(doc.GetText("another").Insert(0, "x").ok()); });
        break;
      case 2:
        LookAt(twins, twins.length() == 0 ? 0 : random_() % twins.length());
        break;
      case 3:
        twins.Do([](Doc& doc) { const Transaction empty(doc); });
        break;
      case 4:
        twins.Do(
            [](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Insert(0, "\xF0\x9F\x98\x80").ok()); });
        break;
      case 5:
        if (twins.length() == 0) break;
        twins.Do([](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Delete(0, 1).ok()); });
        break;
      case 6:
        HearFromPeer(twins);
        break;
    }
  }

 private:
  // A look-up moves the cursor.
  static void LookAt(Twins& twins, uint32_t index) {
    twins.Do([&](Doc& doc) { RelativePositionAt(doc.GetText("t"), index); });
  }
  void HearFromPeer(Twins& twins) {
    ASSERT_TRUE(peer_.ApplyUpdate(twins.quiet().EncodeUpdate()).ok());
    Text text = peer_.GetText("t");
    ASSERT_TRUE(text.Insert(random_() % (text.length() + 1), "peer").ok());
    if (random_() % 2 == 0) {
      ASSERT_TRUE(text.Delete(random_() % text.length(), 1).ok());
    }
    const std::string update = peer_.EncodeUpdate();
    twins.Do([&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); });
  }

  std::mt19937 random_;
  Doc peer_;
};

// `count` times the same key at `place`; returns where the next key would be.
enum class Key { kCharacter, kBackspace, kDelete };
uint32_t Press(Twins& twins, Key key, uint32_t place, uint32_t count) {
  for (; count > 0; --count) {
    if (key == Key::kCharacter) {
      twins.Do([&](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Insert(place, "k").ok()); });
      ++place;
    } else {
      if (key == Key::kBackspace ? place == 0 : place >= twins.length()) return place;
      if (key == Key::kBackspace) --place;
      twins.Do([&](Doc& doc) { ASSERT_TRUE(doc.GetText("t").Delete(place, 1).ok()); });
    }
  }
  return place;
}

TEST(FastWays, AKeystrokeGoesWhereItBelongsWhateverCameBetween) {
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    Twins twins(7);
    std::mt19937 random(seed);
    Interruptions interruptions(seed);
    uint32_t place = 0;
    for (int i = 0; i < 60; ++i) {
      if (random() % 4 == 0) place = random() % (twins.length() + 1);
      const Key key = static_cast<Key>(random() % 5 < 3 ? 0 : 1 + random() % 2);
      std::vector<std::unique_ptr<Transaction>> transactions;
      if (random() % 3 == 0)
        twins.Do([&](Doc& doc) { transactions.push_back(std::make_unique<Transaction>(doc)); });
      place = Press(twins, key, std::min(place, twins.length()), 1 + random() % 8);
      if (random() % 2 == 0) interruptions.Interrupt(twins, !transactions.empty());
      place = Press(twins, key, std::min(place, twins.length()), random() % 4);
      transactions.clear();
      place = Press(twins, key, std::min(place, twins.length()), random() % 3);
      twins.ExpectEqual();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(FastWays, WhoBeginsToWatchIsToldOfTheNextKeystroke) {
  Doc doc(WithClient(7));
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "a").ok());
  ASSERT_TRUE(text.Insert(1, "b").ok());
  ASSERT_TRUE(text.Insert(2, "c").ok());
  int events = 0;
  const Subscription watching = text.Observe([&](const Event&) { ++events; });
  ASSERT_TRUE(text.Insert(3, "d").ok());
  EXPECT_EQ(events, 1);
  std::string update;
  const Subscription listening =
      doc.OnUpdate([&](const UpdateEvent& event) { update = std::string(event.update); });
  ASSERT_TRUE(text.Delete(3, 1).ok());
  EXPECT_EQ(events, 2);
  EXPECT_FALSE(update.empty());
}

TEST(FastWays, WhatAListenerTypesInAnswerToAKeystrokeIsToldBehindIt) {
  Doc doc(WithClient(7));
  Text text = doc.GetText("t");
  std::vector<std::string> updates;
  const Subscription listening = doc.OnUpdate([&](const UpdateEvent& event) {
    updates.emplace_back(event.update);
    // Answers a question with an exclamation, and that with a new line.
    const std::string now = text.ToString();
    const std::string answer = now.back() == '?' ? "!" : now.back() == '!' ? "\n" : "";
    EXPECT_TRUE(text.Append(answer).ok());
  });
  for (const char* key : {"a", "b", "?", "c"}) ASSERT_TRUE(text.Append(key).ok());
  EXPECT_EQ(text.ToString(), "ab?!\nc");
  ASSERT_EQ(updates.size(), 6u);
  Doc reader;
  for (const std::string& update : updates) ASSERT_TRUE(reader.ApplyUpdate(update).ok());
  EXPECT_EQ(reader.GetText("t").ToString(), "ab?!\nc");
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(FastWays, KeystrokesGoOnWhenTheContentWasPackedMeanwhile) {
  Doc doc(WithClient(7));
  Text text = doc.GetText("t");
  const std::string page(100'000, 'x');
  ASSERT_TRUE(text.Insert(0, page).ok());
  Doc peer(WithClient(9));
  ASSERT_TRUE(peer.GetText("another").Insert(0, "peer").ok());
  ASSERT_TRUE(doc.ApplyUpdate(peer.EncodeUpdate()).ok());
  // The page moves behind what the peer wrote, and leaves more dead bytes than there are others.
  ASSERT_TRUE(text.Append("y").ok());
  // The first transaction that somebody is told of copies what is alive.
  const Subscription listening = doc.OnUpdate([](const UpdateEvent&) {});
  for (uint32_t i = 0; i < 100; ++i) ASSERT_TRUE(text.Insert(i, "z").ok());
  EXPECT_EQ(text.ToString(), std::string(100, 'z') + page + "y");
  EXPECT_EQ(doc.GetText("another").ToString(), "peer");
  ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(FastWays, UpdateEventsOfBothFormatsSayTheSame) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Twins twins(7);
    std::string v1;
    std::string v2;
    const Subscription sending_v1 =
        twins.quiet().OnUpdate([&](const UpdateEvent& event) { v1 = std::string(event.update); });
    const Subscription sending_v2 = twins.quiet().OnUpdate(
        [&](const UpdateEvent& event) { v2 = std::string(event.update); }, UpdateFormat::kV2);
    Typist typist(seed);
    for (int i = 0; i < 150; ++i) {
      typist.Edit(twins);
      if (v2.empty()) continue;  // there was nothing to delete
      const auto as_v1 = ConvertUpdate(codec::AsBytes(v2), UpdateFormat::kV2, UpdateFormat::kV1);
      ASSERT_TRUE(as_v1.ok()) << as_v1.status();
      ASSERT_EQ(*as_v1, v1);
    }
  }
}

TEST(FastWays, UpdatesOfTypingPeersGiveTheSameBytesWatchedOrNot) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Twins ada(7);
    Twins bob(9);
    Twins reader(1);
    Typist by_ada(seed);
    Typist by_bob(seed + 1000);
    for (int i = 0; i < 120; ++i) {
      Typist& typist = by_ada.Random() % 2 == 0 ? by_ada : by_bob;
      Twins& writer = &typist == &by_ada ? ada : bob;
      Twins& other = &typist == &by_ada ? bob : ada;
      typist.Edit(writer);
      for (const std::string& update : writer.TakeUpdates()) {
        const auto apply = [&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); };
        other.Do(apply);
        reader.Do(apply);
      }
      other.TakeUpdates();
      reader.TakeUpdates();
      if (i % 10 == 0) {
        ada.ExpectEqual();
        bob.ExpectEqual();
        reader.ExpectEqual();
      }
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(ada.quiet().EncodeUpdate(), bob.quiet().EncodeUpdate());
    EXPECT_EQ(ada.quiet().EncodeUpdate(), reader.quiet().EncodeUpdate());
  }
}

void Exchange(Twins& ada, Twins& bob) {
  const std::vector<std::string> by_ada = ada.TakeUpdates();
  const std::vector<std::string> by_bob = bob.TakeUpdates();
  for (const std::string& update : by_ada)
    bob.Do([&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); });
  for (const std::string& update : by_bob)
    ada.Do([&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); });
  ada.TakeUpdates();
  bob.TakeUpdates();
}

// A text in many pieces, which all authors begin with.
std::string ManyPieces() {
  Doc doc(WithClient(3));
  std::mt19937 random(5);
  Text text = doc.GetText("t");
  for (uint32_t i = 0; i < 60; ++i) EXPECT_TRUE(text.Insert(random() % (i + 1), "x").ok());
  return doc.EncodeUpdate();
}

// Runs are put straight between their neighbours where the text has no position tree, which the
// first look-up far from the last one makes.
TEST(FastWays, ALargeUpdateGivesTheSameBytesWithAPositionTreeOrWithout) {
  const std::string pieces = ManyPieces();
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Twins ada(7);
    Twins bob(9);
    const auto begin = [&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(pieces).ok()); };
    ada.Do(begin);
    bob.Do(begin);
    const StateVector known = ada.quiet().GetStateVector();
    ada.TakeUpdates();
    bob.TakeUpdates();
    Typist by_ada(seed);
    Typist by_bob(seed + 1000);
    for (int i = 0; i < 150; ++i) {
      by_ada.Edit(ada);
      if (seed % 4 > 0) by_bob.Edit(bob);
      if (i % 40 == 0) Exchange(ada, bob);
    }
    Exchange(ada, bob);
    for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
      const std::string update = ada.quiet().EncodeUpdate(known, format);
      Doc without(WithClient(1));
      Doc with(WithClient(1));
      for (Doc* doc : {&without, &with}) {
        begin(*doc);
        if (doc == &with) RelativePositionAt(doc->GetText("t"), 40);
        ASSERT_TRUE(doc->ApplyUpdate(update, {}, format).ok());
        ASSERT_TRUE(CheckInvariants(*doc).ok()) << CheckInvariants(*doc);
      }
      ASSERT_EQ(without.EncodeUpdate(), with.EncodeUpdate());
      ASSERT_EQ(without.EncodeUpdate(), ada.quiet().EncodeUpdate());
      ASSERT_EQ(without.GetText("t").ToString(), ada.quiet().GetText("t").ToString());
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

// The same update with its runs cut into units.
std::string InPieces(const std::string& update) {
  using codec::StructKind;
  codec::UpdateReader reader(codec::AsBytes(update), codec::Dialect::kV1);
  codec::UpdateWriter writer(codec::Dialect::kV1);
  writer.BeginCountedUpdate();
  codec::UpdateReader::Section section;
  codec::StructView run;
  while (reader.NextSection(&section)) {
    writer.BeginCountedSection(section.client, section.clock);
    while (reader.NextStruct(&run)) {
      const bool is_text = run.kind == StructKind::kString && run.content.size() == run.length;
      if (!is_text && run.kind != StructKind::kDeleted) {
        writer.WriteStruct(run);
        continue;
      }
      for (uint32_t i = 0; i < run.length; ++i) {
        codec::StructView unit = i == 0 ? run : codec::SliceStruct(run, i);
        unit.length = 1;
        if (is_text) unit.content = run.content.substr(i, 1);
        writer.WriteStruct(unit);
      }
    }
  }
  writer.WriteDeleteSet(reader.ReadDeleteSet());
  EXPECT_TRUE(reader.ok());
  return writer.Finish();
}

// What fits is joined at the end, whether the fast way put it there or the general one, and whether
// it was all deleted before or some of it is deleted now.
TEST(FastWays, RunsThatComeInPiecesAreJoinedAgain) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Twins ada(7);
    Twins bob(9);
    Typist by_ada(seed);
    Typist by_bob(seed + 1000);
    std::vector<std::string> keystrokes;
    for (int i = 0; i < 120; ++i) {
      by_ada.Edit(ada);
      for (std::string& update : ada.TakeUpdates()) {
        bob.Do([&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); });
        keystrokes.push_back(std::move(update));
      }
      bob.TakeUpdates();
      if (seed % 2 == 0 || i % 7 != 0) continue;
      by_bob.Edit(bob);
      for (std::string& update : bob.TakeUpdates()) {
        ada.Do([&](Doc& doc) { ASSERT_TRUE(doc.ApplyUpdate(update).ok()); });
        keystrokes.push_back(std::move(update));
      }
      ada.TakeUpdates();
    }
    const std::string whole = ada.quiet().EncodeUpdate();
    std::vector<codec::Bytes> parts;
    for (const std::string& update : keystrokes) parts.push_back(codec::AsBytes(update));
    const std::string merged = *MergeUpdates(parts, UpdateFormat::kV1);
    for (const std::string& update : {InPieces(whole), merged, InPieces(merged)}) {
      for (const bool with_tree : {false, true}) {
        Doc doc(WithClient(1));
        ASSERT_TRUE(doc.ApplyUpdate(ManyPieces()).ok());
        if (with_tree) RelativePositionAt(doc.GetText("t"), 40);
        ASSERT_TRUE(doc.ApplyUpdate(update).ok());
        ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
        Doc expected(WithClient(1));
        ASSERT_TRUE(expected.ApplyUpdate(ManyPieces()).ok());
        ASSERT_TRUE(expected.ApplyUpdate(whole).ok());
        ASSERT_EQ(doc.EncodeUpdate(), expected.EncodeUpdate());
      }
      Doc alone(WithClient(1));
      ASSERT_TRUE(alone.ApplyUpdate(update).ok());
      ASSERT_EQ(alone.EncodeUpdate(), whole);
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

// Values of every kind that a key can hold.
void SetSomething(Doc& doc, const std::string& key, uint32_t what) {
  Map map = doc.GetMap("m");
  switch (what % 5) {
    case 0:
      ASSERT_TRUE(map.Set(key, Value(static_cast<int>(what))).ok());
      break;
    case 1:
      ASSERT_TRUE(map.Set(key, Value("a string that is longer than sixteen bytes")).ok());
      break;
    case 2:
      ASSERT_TRUE(map.Set(key, Value(Any(Any::ByteString{std::string("\x01\x00\x02", 3)}))).ok());
      break;
    case 3:
      ASSERT_TRUE(map.SetMap(key).ok());
      break;
    default:
      ASSERT_TRUE(map.Delete(key).ok());
  }
}

TEST(FastWays, KeysThatAreSetAgainGiveTheSameBytesWatchedOrNot) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Twins ada(7);
    Twins bob(9);
    std::mt19937 random(seed);
    for (int i = 0; i < 120; ++i) {
      Twins& writer = random() % 2 == 0 ? ada : bob;
      const std::string key = "key" + std::to_string(random() % 4);
      const uint32_t what = random() % 3 == 0 ? random() : 5 * (random() % 100);
      writer.Do([&](Doc& doc) { SetSomething(doc, key, what); });
      if (random() % 4 == 0) Exchange(ada, bob);
      if (i % 10 == 0) {
        ada.ExpectEqual();
        bob.ExpectEqual();
      }
      if (testing::Test::HasFatalFailure()) return;
    }
    Exchange(ada, bob);
    EXPECT_EQ(ada.quiet().EncodeUpdate(), bob.quiet().EncodeUpdate());
  }
}

TEST(FastWays, ValuesThatAreInsertedOneByOneGiveTheSameBytesWatchedOrNot) {
  std::mt19937 random(1);
  Twins twins(7);
  twins.Do([](Doc& doc) {
    ASSERT_TRUE(doc.GetMap("m").Set("list", NewArray()).ok());
    ASSERT_TRUE(doc.GetMap("m").Set("gone", NewArray()).ok());
  });
  std::vector<Array> gone;
  twins.Do([&](Doc& doc) {
    gone.push_back(doc.GetMap("m").Get("gone").array());
    ASSERT_TRUE(doc.GetMap("m").Delete("gone").ok());
  });
  for (Array& list : gone) (void)list.Push({1});
  const std::vector<Value> kinds = {1, "two", nullptr, Any(Any::Array{3, 4})};
  for (int i = 0; i < 300; ++i) {
    const Value& value = kinds[random() % kinds.size()];
    const bool is_root = random() % 2 == 0;
    const uint32_t place = random();
    twins.Do([&](Doc& doc) {
      Array list = is_root ? doc.GetArray("a") : doc.GetMap("m").Get("list").array();
      const uint32_t at = place % (list.length() + 1);
      if (place % 7 == 0 && at < list.length()) {
        ASSERT_TRUE(list.Delete(at, 1).ok());
      } else if (place % 3 == 0) {
        ASSERT_TRUE(list.Push({value}).ok());
      } else {
        ASSERT_TRUE(list.Insert(at, {value}).ok());
      }
    });
    if (i % 10 == 0) twins.ExpectEqual();
    if (testing::Test::HasFatalFailure()) return;
  }
  twins.ExpectEqual();
}

TEST(FastWays, AnUpdateEventCarriesOnlyTheNewElementsOfALongRun) {
  Doc doc(WithClient(7));
  std::string last;
  const Subscription sending =
      doc.OnUpdate([&](const UpdateEvent& event) { last = std::string(event.update); });
  Doc copy;
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(doc.GetArray("a").Push({Value(i)}).ok());
    ASSERT_TRUE(copy.ApplyUpdate(last).ok());
    ASSERT_LT(last.size(), 30u);
  }
  EXPECT_EQ(doc.EncodeUpdate(), copy.EncodeUpdate());
}

}  // namespace
}  // namespace ypp
