// What garbage collection drops and what it keeps.
#include "crdt/collect.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/redone.h"
#include "crdt/snapshot.h"
#include "tests/crdt/delta_json.h"

namespace ypp {
namespace {

using internal::DocState;
using internal::Item;
using internal::ItemRef;

TEST(GarbageCollection, KeepsWhatTheFilterAnswersFalseFor) {
  DocOptions options;
  options.client_id = 1;
  std::vector<std::string> asked;
  SharedType kept;
  options.gc_filter = [&](const CollectibleItem& item) {
    asked.push_back(std::to_string(item.id.clock) + "+" + std::to_string(item.length));
    return item.parent != kept;
  };
  Doc doc(options);
  Text history = doc.GetText("history");
  Text chat = doc.GetText("chat");
  kept = history;
  ASSERT_TRUE(history.Insert(0, "abcd").ok());
  ASSERT_TRUE(chat.Insert(0, "efgh").ok());
  const Snapshot before = TakeSnapshot(doc);
  ASSERT_TRUE(history.Delete(1, 2).ok());
  ASSERT_TRUE(chat.Delete(1, 2).ok());
  EXPECT_EQ(asked, (std::vector<std::string>{"1+2", "5+2"}));
  EXPECT_EQ(DeltaJson(history.ToDelta(before)), R"([{"insert":"abcd"}])");
  EXPECT_EQ(DeltaJson(chat.ToDelta(before)), R"([{"insert":"eh"}])");
}

TEST(GarbageCollection, TakesWhatADeletedTypeHeldUnasked) {
  DocOptions options;
  options.client_id = 1;
  int asked = 0;
  options.gc_filter = [&](const CollectibleItem& item) {
    ++asked;
    return item.id.clock == 0;
  };
  Doc doc(options);
  Map map = doc.GetMap("m");
  Text nested = *map.SetText("t");
  ASSERT_TRUE(nested.Insert(0, "abc").ok());
  ASSERT_TRUE(map.Delete("t").ok());
  EXPECT_FALSE(nested.valid());
  int pieces = 0;
  ForEachPiece(doc, DeletesOf(doc), [&](const StructPiece& piece) {
    EXPECT_EQ(piece.collected, piece.id.clock != 0);
    ++pieces;
  });
  EXPECT_EQ(pieces, 2);
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(GarbageCollection, KeepsMarkedItemsAndTheTypesAroundThem) {
  DocOptions options;
  options.client_id = 1;
  Doc doc(options);
  Map map = doc.GetMap("m");
  Text nested = *map.SetText("t");
  ASSERT_TRUE(nested.Insert(0, "abc").ok());
  DocState& state = *doc.state();
  const ItemRef inner = state.FindItem({0, 1});
  const ItemRef outer = state.FindItem({0, 0});
  internal::SetKeep(state, inner, true);
  EXPECT_NE(state.items[outer].flags & Item::kKeepFlag, 0);
  ASSERT_TRUE(map.Delete("t").ok());
  EXPECT_TRUE(nested.valid());
  EXPECT_FALSE(nested.live());
  internal::SetKeep(state, inner, false);
  EXPECT_EQ(state.items[outer].flags & Item::kKeepFlag, 0);
}

TEST(Redone, LinkedItemsAreNotJoined) {
  DocOptions options;
  options.client_id = 1;
  Doc doc(options);
  Text text = doc.GetText("t");
  ASSERT_TRUE(text.Insert(0, "abcd").ok());
  ASSERT_TRUE(text.Delete(1, 1).ok());
  ASSERT_TRUE(text.Append("xyz").ok());
  DocState& state = *doc.state();
  internal::SetRedone(state, state.FindItem({0, 1}), {0, 4});
  ASSERT_TRUE(text.Delete(1, 1).ok());  // the neighbour, clock 2
  EXPECT_EQ(state.items[state.FindItem({0, 1})].length, 1u);
  const internal::UnitPlace place = internal::FollowRedone(state, {0, 1});
  EXPECT_EQ(place.item, state.FindItem({0, 4}));
  EXPECT_EQ(place.offset, 4 - state.items[place.item].id.clock);
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

TEST(Redone, LinksGoWithTheItem) {
  DocOptions options;
  options.client_id = 1;
  Doc doc(options);
  Map map = doc.GetMap("m");
  Text nested = *map.SetText("t");
  ASSERT_TRUE(nested.Insert(0, "abc").ok());
  DocState& state = *doc.state();
  internal::SetRedone(state, state.FindItem({0, 1}), {0, 0});
  ASSERT_TRUE(map.Delete("t").ok());
  EXPECT_TRUE(state.redone.empty());
}

}  // namespace
}  // namespace ypp
