#include "crdt/doc.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "tests/crdt/hex.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ' || c == '|') continue;
    digits += c;
    if (digits.size() == 2) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return bytes;
}

std::string Packed(std::string_view hex) { return Hex(FromHex(hex)); }

// The expected bytes are what Yjs 13.6.33 writes; the line above each gives the JavaScript.

TEST(Doc, EncodesInsertedTextAsYjsDoes) {
  Doc doc(WithClient(1));
  // doc.getText('t').insert(0, 'abc')
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abc").ok());
  EXPECT_EQ(Hex(doc.EncodeUpdate()), Packed("01 | 01 01 00 | 04 01 01 74 03 61 62 63 | 00"));
  EXPECT_EQ(Hex(doc.GetStateVector().Encode()), "010103");
}

TEST(Doc, EncodesDeletedTextWithoutItsContent) {
  Doc doc(WithClient(1));
  // t.insert(0, 'abcd'); t.delete(1, 2)
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abcd").ok());
  ASSERT_TRUE(doc.GetText("t").Delete(1, 2).ok());
  EXPECT_EQ(
      Hex(doc.EncodeUpdate()),
      Packed("01 | 03 01 00 | 04 01 01 74 01 61 | 81 01 00 02 | 84 01 02 01 64 | 01 01 01 01 02"));
}

TEST(Doc, EncodesAnOverwrittenKeyAsYjsDoes) {
  Doc doc(WithClient(1));
  // m.set('k', 1); m.set('k', 2)
  ASSERT_TRUE(doc.GetMap("m").Set("k", 1).ok());
  ASSERT_TRUE(doc.GetMap("m").Set("k", 2).ok());
  EXPECT_EQ(Hex(doc.EncodeUpdate()),
            Packed("01 | 02 01 00 | 21 01 01 6d 01 6b 01 | a8 01 00 01 7d 02 | 01 01 01 00 01"));
}

TEST(Doc, ReducesTheChildrenOfADeletedTypeToTheirLength) {
  Doc doc(WithClient(1));
  // const a = new Y.Array(); m.set('k', a); a.insert(0, [1, 2]); m.delete('k')
  Array array = *doc.GetMap("m").SetArray("k");
  ASSERT_TRUE(array.Insert(0, {1, 2}).ok());
  ASSERT_TRUE(doc.GetMap("m").Delete("k").ok());
  EXPECT_EQ(Hex(doc.EncodeUpdate()),
            Packed("01 | 02 01 00 | 21 01 01 6d 01 6b 01 | 00 02 | 01 01 01 00 03"));
  EXPECT_FALSE(array.valid());
  EXPECT_EQ(array.Insert(0, {3}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

TEST(Doc, EmitsWhatATransactionInsertedAndDeletedAlreadyCollected) {
  Doc doc(WithClient(1));
  std::vector<std::string> updates;
  const Subscription subscription =
      doc.OnUpdate([&](const UpdateEvent& event) { updates.emplace_back(event.update); });
  doc.Transact([&] {
    ASSERT_TRUE(doc.GetText("t").Insert(0, "abc").ok());
    ASSERT_TRUE(doc.GetText("t").Delete(0, 3).ok());
  });
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(Hex(updates[0]), Packed("01 | 01 01 00 | 01 01 01 74 03 | 01 01 01 00 03"));
}

TEST(Doc, WritesAnEmptyUpdateWhenThereIsNothing) {
  Doc doc;
  EXPECT_EQ(Hex(doc.EncodeUpdate()), "0000");
  EXPECT_TRUE(doc.ApplyUpdate(FromHex("0000")).ok());
}

TEST(Doc, SaysNothingWhenATransactionChangesNothing) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "a").ok());
  int events = 0;
  const Subscription on_update = doc.OnUpdate([&](const UpdateEvent&) { ++events; });
  const Subscription on_transaction = doc.OnTransaction([&](const TransactionEvent&) { ++events; });
  doc.Transact([] {});
  ASSERT_TRUE(doc.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(events, 0);
}

TEST(Doc, KeepsWhatCameTooEarlyAndExportsIt) {
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 01 00 04 01 01 74 01 61 00")).ok());
  // "c" at clock 2, while clock 1 is missing
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 01 02 84 01 01 01 63 00")).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "a");
  EXPECT_FALSE(doc.GetPending().empty());
  EXPECT_EQ(Hex(doc.EncodeUpdate()),
            Packed("01 | 03 01 00 | 04 01 01 74 01 61 | 0a 01 | 84 01 01 01 63 | 00"));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 01 01 84 01 00 01 62 00")).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "abc");
  EXPECT_TRUE(doc.GetPending().empty());
}

// Two authors take turns in writing in front of each other. "b" comes with "d", which is behind a
// gap; the next update fills the gap, but what does so leans on "b".
TEST(Doc, StructsThatWaitForEachOtherAreTriedAgainOnceNothingElseIsMissing) {
  Doc low(WithClient(1));
  Doc high(WithClient(2));
  const auto prepend = [](Doc& author, Doc& other, std::string_view letter) {
    const StateVector before = author.GetStateVector();
    EXPECT_TRUE(author.GetText("t").Insert(0, letter).ok());
    std::string update = author.EncodeUpdate(before);
    EXPECT_TRUE(other.ApplyUpdate(update).ok());
    return update;
  };
  const auto merged = [](const std::string& a, const std::string& b) {
    return *MergeUpdates({{codec::AsBytes(a), codec::AsBytes(b)}}, UpdateFormat::kV1);
  };
  const std::string a = prepend(low, high, "a");
  const std::string b = prepend(high, low, "b");
  const std::string c = prepend(low, high, "c");
  const std::string d = prepend(low, high, "d");

  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(merged(b, d)).ok());
  ASSERT_TRUE(doc.ApplyUpdate(merged(a, c)).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "dcba");
  EXPECT_TRUE(doc.GetPending().empty());

  // The other way round: what fills the gap waits already.
  Doc other(WithClient(9));
  ASSERT_TRUE(other.ApplyUpdate(merged(b, d)).ok());
  ASSERT_TRUE(other.ApplyUpdate(c).ok());
  ASSERT_TRUE(other.ApplyUpdate(a).ok());
  EXPECT_EQ(other.GetText("t").ToString(), "dcba");
  EXPECT_TRUE(other.GetPending().empty());
}

TEST(Doc, AppliesDeletionsOnceTheirTargetArrives) {
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("00 | 01 01 01 01 01")).ok());
  EXPECT_TRUE(doc.GetPending().has_deletes);
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 | 01 01 00 | 04 01 01 74 03 61 62 63 | 00")).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "ac");
  EXPECT_TRUE(doc.GetPending().empty());
}

TEST(Doc, CutsASurrogatePairIntoTwoReplacementCharacters) {
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 01 00 04 01 01 74 06 61 f0 9f 98 80 62 00")).ok());
  EXPECT_EQ(doc.GetText("t").length(), 4u);
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 02 00 c4 01 01 01 02 01 58 00")).ok());
  EXPECT_EQ(Hex(doc.EncodeUpdate()),
            Packed("02 | 01 02 00 c4 01 01 01 02 01 58 | "
                   "02 01 00 04 01 01 74 04 61 ef bf bd 84 01 01 04 ef bf bd 62 | 00"));
}

TEST(Doc, TakesOnlyTheUnknownPartOfAnOverlappingUpdate) {
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 | 01 01 00 | 04 01 01 74 03 61 62 63 | 00")).ok());
  std::string emitted;
  const Subscription subscription =
      doc.OnUpdate([&](const UpdateEvent& event) { emitted = event.update; });
  ASSERT_TRUE(
      doc.ApplyUpdate(FromHex("01 | 01 01 00 | 04 01 01 74 06 61 62 63 64 65 66 | 00")).ok());
  EXPECT_EQ(doc.GetText("t").ToString(), "abcdef");
  EXPECT_EQ(Hex(emitted), Packed("01 01 01 03 84 01 02 03 64 65 66 00"));
}

TEST(Doc, OrdersInsertsAtTheSamePlaceByClient) {
  Doc a(WithClient(1));
  Doc b(WithClient(2));
  ASSERT_TRUE(a.GetText("t").Insert(0, "first").ok());
  ASSERT_TRUE(b.GetText("t").Insert(0, "second").ok());
  ASSERT_TRUE(a.ApplyUpdate(b.EncodeUpdate()).ok());
  ASSERT_TRUE(b.ApplyUpdate(a.EncodeUpdate()).ok());
  EXPECT_EQ(a.GetText("t").ToString(), "firstsecond");
  EXPECT_EQ(b.GetText("t").ToString(), "firstsecond");
}

TEST(Doc, LeavesItselfAloneWhenAnUpdateIsRefused) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.GetText("t").Insert(0, "abc").ok());
  const std::string before = doc.EncodeUpdate();
  int events = 0;
  const Subscription subscription = doc.OnUpdate([&](const UpdateEvent&) { ++events; });
  // A good struct of client 2, then one of an unknown kind.
  const std::string half_bad = FromHex("01 | 02 02 00 | 04 01 01 75 01 61 | 1f 00 | 00");
  EXPECT_EQ(doc.ApplyUpdate(half_bad).code(), absl::StatusCode::kDataLoss);
  const std::string good = FromHex("01 | 01 02 00 | 04 01 01 75 01 61 | 01 01 01 00 01");
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(doc.ApplyUpdate(std::string_view(good).substr(0, size)).code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(doc.EncodeUpdate(), before);
  EXPECT_EQ(events, 0);
  EXPECT_EQ(doc.RootNames(), std::vector<std::string>{"t"});
}

TEST(Doc, RefusesAStructThatLeansOnItself) {
  Doc doc(WithClient(1));
  EXPECT_EQ(doc.ApplyUpdate(FromHex("01 | 01 05 00 | 84 05 00 01 61 | 00")).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(doc.ApplyUpdate(FromHex("01 | 01 05 00 | 04 00 05 00 01 61 | 00")).code(),
            absl::StatusCode::kDataLoss);
}

TEST(Doc, RunsATransactionOpenedByACallbackAfterwards) {
  Doc doc(WithClient(1));
  std::vector<std::string> seen;
  const Subscription echo = doc.OnTransaction([&](const TransactionEvent& event) {
    seen.push_back(event.origin.label);
    if (event.origin.label == "outer") {
      doc.Transact([&] { ASSERT_TRUE(doc.GetText("t").Append("b").ok()); }, "inner");
      seen.push_back("after inner");
    }
  });
  std::vector<std::string> updates;
  const Subscription on_update =
      doc.OnUpdate([&](const UpdateEvent& event) { updates.push_back(event.origin.label); });
  doc.Transact([&] { ASSERT_TRUE(doc.GetText("t").Append("a").ok()); }, "outer");
  EXPECT_EQ(seen, (std::vector<std::string>{"outer", "after inner", "inner"}));
  EXPECT_EQ(updates, (std::vector<std::string>{"outer", "inner"}));
  EXPECT_EQ(doc.GetText("t").ToString(), "ab");
}

TEST(Doc, TellsWhichTypesChanged) {
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  Map map = doc.GetMap("m");
  std::vector<SharedType> changed;
  const Subscription subscription =
      doc.OnTransaction([&](const TransactionEvent& event) { changed = event.changed; });
  doc.Transact([&] {
    ASSERT_TRUE(text.Insert(0, "a").ok());
    ASSERT_TRUE(text.Insert(0, "b").ok());
    Array nested = *map.SetArray("list");
    ASSERT_TRUE(nested.Push({1}).ok());
  });
  EXPECT_EQ(changed, (std::vector<SharedType>{text, map}));
}

TEST(Doc, PicksANewClientIdWhenSomebodyElseUsesItsOwn) {
  Doc doc(WithClient(1));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 01 00 04 01 01 74 01 61 00")).ok());
  EXPECT_NE(doc.client_id(), 1u);
  doc.set_client_id(2);
  ASSERT_TRUE(doc.GetText("t").Append("b").ok());
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 01 02 01 84 02 00 01 63 00")).ok());
  EXPECT_NE(doc.client_id(), 2u);
}

TEST(Doc, ASubscriptionMayCancelItselfInItsCallback) {
  Doc doc(WithClient(1));
  int calls = 0;
  Subscription subscription;
  subscription = doc.OnUpdate([&](const UpdateEvent&) {
    ++calls;
    subscription.Cancel();
  });
  ASSERT_TRUE(doc.GetText("t").Append("a").ok());
  ASSERT_TRUE(doc.GetText("t").Append("b").ok());
  EXPECT_EQ(calls, 1);
}

TEST(Doc, ASubscriptionMayOutliveItsDocument) {
  Subscription subscription;
  {
    Doc doc;
    subscription = doc.OnUpdate([](const UpdateEvent&) {});
  }
  subscription.Cancel();
}

TEST(Doc, ARootOpenedAsAnotherKindGivesAHandleThatRefusesEdits) {
  Doc doc;
  ASSERT_TRUE(doc.GetText("x").valid());
  Map map = doc.GetMap("x");
  EXPECT_FALSE(map.valid());
  EXPECT_EQ(map.Set("k", 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(map.size(), 0u);
}

TEST(Doc, ShowsContentThatCameBeforeItsRootWasOpened) {
  Doc doc(WithClient(9));
  ASSERT_TRUE(doc.ApplyUpdate(FromHex("01 | 01 01 00 | 04 01 01 74 03 61 62 63 | 00")).ok());
  EXPECT_EQ(doc.RootNames(), std::vector<std::string>{"t"});
  EXPECT_EQ(doc.GetText("t").ToString(), "abc");
}

TEST(Doc, DeletesDeeplyNestedTypesWithoutRecursion) {
  constexpr int kDepth = 100'000;
  Doc doc(WithClient(1));
  doc.Transact([&] {
    Array array = doc.GetArray("a");
    for (int i = 0; i < kDepth; ++i) array = *array.PushArray();
  });
  ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  ASSERT_TRUE(doc.GetArray("a").ToJson().if_array() != nullptr);
  ASSERT_TRUE(doc.GetArray("a").Delete(0, 1).ok());
  EXPECT_EQ(doc.GetArray("a").length(), 0u);
  // The outermost is a deleted item, all others have become one collected range.
  EXPECT_EQ(Hex(doc.EncodeUpdate()),
            Packed("01 | 02 01 00 | 01 01 01 61 01 | 00 9f 8d 06 | 01 01 01 00 a0 8d 06"));
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
}

}  // namespace
}  // namespace ypp
