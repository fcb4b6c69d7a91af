// Many clients that insert at one place. sibling_index.h
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"

namespace ypp {
namespace {

constexpr ClientId kFirstAuthor = 100;

Doc MakeDoc(ClientId client, std::string_view base) {
  DocOptions options;
  options.client_id = client;
  Doc doc(options);
  if (!base.empty()) {
    EXPECT_TRUE(doc.ApplyUpdate(base).ok());
  }
  return doc;
}

std::string Base() {
  Doc doc = MakeDoc(1, "");
  EXPECT_TRUE(doc.GetText("text").Insert(0, "ab").ok());
  return doc.EncodeUpdate();
}

std::string Apply(std::string_view base, const std::vector<std::string>& updates,
                  const std::vector<size_t>& order) {
  Doc doc = MakeDoc(2, base);
  for (const size_t i : order) EXPECT_TRUE(doc.ApplyUpdate(updates[i]).ok());
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  return doc.GetText("text").ToString();
}

std::vector<size_t> Shuffled(size_t count, std::mt19937& random) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

TEST(SiblingIndex, SiblingsLieInTheOrderOfTheirClients) {
  const std::string base = Base();
  std::vector<std::string> updates;
  std::string expected = "a";
  for (int i = 0; i < 500; ++i) {
    Doc author = MakeDoc(kFirstAuthor + i, base);
    const std::string letter(1, static_cast<char>('A' + i % 26));
    ASSERT_TRUE(author.GetText("text").Insert(1, letter).ok());
    updates.push_back(author.EncodeUpdate());
    expected += letter;
  }
  std::mt19937 random(1);
  Doc doc = MakeDoc(2, base);
  for (const size_t i : Shuffled(updates.size(), random))
    ASSERT_TRUE(doc.ApplyUpdate(updates[i]).ok());
  EXPECT_EQ(doc.GetText("text").ToString(), expected + "b");
  EXPECT_TRUE(CheckInvariants(doc).ok());
}

// Some type on, some erase what they or others wrote, some have seen others, some write elsewhere:
// the index is built, used and dropped at other times in every order.
TEST(SiblingIndex, EveryOrderOfArrivalGivesTheSameText) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t n) {
      return std::uniform_int_distribution<uint32_t>(0, n - 1)(random);
    };
    const std::string base = Base();
    std::vector<std::string> updates;
    for (int i = 0; i < 250; ++i) {
      Doc author = MakeDoc(kFirstAuthor + i, base);
      if (!updates.empty() && below(4) == 0) {
        for (int seen = 0; seen < 3; ++seen) {
          ASSERT_TRUE(
              author.ApplyUpdate(updates[below(static_cast<uint32_t>(updates.size()))]).ok());
        }
      }
      Text text = author.GetText("text");
      const uint32_t at = below(8) == 0 ? below(text.length() + 1) : std::min(1u, text.length());
      ASSERT_TRUE(text.Insert(at, std::string(1 + below(3), static_cast<char>('A' + i % 26))).ok());
      if (below(3) == 0) {
        ASSERT_TRUE(text.Insert(below(text.length() + 1), "-").ok());
      }
      if (below(4) == 0) {
        ASSERT_TRUE(text.Delete(below(text.length()), 1).ok());
      }
      updates.push_back(author.EncodeUpdate());
    }
    const std::string in_order = Apply(base, updates, Shuffled(updates.size(), random));
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(Apply(base, updates, Shuffled(updates.size(), random)), in_order) << seed;

    std::vector<codec::Bytes> parts;
    for (const std::string& update : updates) parts.push_back(codec::AsBytes(update));
    const auto merged = codec::MergeUpdates(parts, codec::Dialect::kV1);
    ASSERT_TRUE(merged.ok());
    Doc at_once = MakeDoc(2, base);
    ASSERT_TRUE(at_once.ApplyUpdate(*merged).ok());
    EXPECT_EQ(at_once.GetText("text").ToString(), in_order) << seed;
  }
}

TEST(SiblingIndex, TheHighestClientSetsAKeyThatAllSetAtOnce) {
  std::vector<std::string> updates;
  for (int i = 0; i < 300; ++i) {
    Doc author = MakeDoc(kFirstAuthor + i, "");
    ASSERT_TRUE(author.GetMap("map").Set("key", i).ok());
    updates.push_back(author.EncodeUpdate());
  }
  std::mt19937 random(1);
  std::string state;
  for (int round = 0; round < 3; ++round) {
    Doc doc = MakeDoc(2, "");
    for (const size_t i : Shuffled(updates.size(), random))
      ASSERT_TRUE(doc.ApplyUpdate(updates[i]).ok());
    EXPECT_TRUE(doc.GetMap("map").Get("key") == Value(299));
    EXPECT_TRUE(CheckInvariants(doc).ok());
    if (round == 0) state = doc.EncodeUpdate();
    EXPECT_EQ(doc.EncodeUpdate(), state);
  }
}

}  // namespace
}  // namespace ypp
