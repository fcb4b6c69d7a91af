// Updates of many clients with a few runs each have a way of their own, which is taken only into
// texts without a position tree: with one, the general way must give the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/incoming_update.h"
#include "crdt/relative_position.h"
#include "crdt/section_index.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

// Ids as they are drawn, and such as somebody might choose.
ClientId SomeClient(std::mt19937_64& random) {
  switch (random() % 8) {
    case 0:
      return random() % 64;
    case 1:
      return random() >> 11;
    default:
      return static_cast<uint32_t>(random());
  }
}

// Each author knows all that came before, makes a few edits, and leaves.
void WriteByMany(Doc& doc, uint32_t authors, std::mt19937_64& random) {
  Text text = doc.GetText("t");
  for (uint32_t i = 0; i < authors; ++i) {
    doc.set_client_id(SomeClient(random));
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      const uint32_t at = static_cast<uint32_t>(random() % (text.length() + 1));
      if (random() % 5 == 0 && at < text.length()) {
        ASSERT_TRUE(text.Delete(at, 1).ok());
      } else if (random() % 50 == 0) {
        ASSERT_TRUE(text.Insert(at, "b", {{"bold", Any(true)}}).ok());
      } else {
        ASSERT_TRUE(text.Insert(at, random() % 4 == 0 ? "\xC3\xA4xyz" : "x").ok());
      }
    }
  }
}

std::string Pieces() {
  Doc doc(WithClient(70));
  std::mt19937_64 random(5);
  Text text = doc.GetText("t");
  for (uint32_t i = 0; i < 60; ++i) {
    EXPECT_TRUE(text.Insert(static_cast<uint32_t>(random() % (i + 1)), "x").ok());
  }
  return doc.EncodeUpdate();
}

TEST(ShortSections, GiveTheSameBytesWithAPositionTreeOrWithout) {
  const std::string pieces = Pieces();
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Doc all(WithClient(65));
    ASSERT_TRUE(all.ApplyUpdate(pieces).ok());
    const StateVector known = all.GetStateVector();
    WriteByMany(all, 20, random);
    const std::string first = all.EncodeUpdate(known);
    WriteByMany(all, 180, random);
    for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
      const std::string rest = all.EncodeUpdate(known, format);
      const std::string whole = all.EncodeUpdate({}, format);
      for (const bool with_tree : {false, true}) {
        for (const bool in_parts : {false, true}) {
          Doc doc(WithClient(65));
          if (!with_tree && !in_parts) {
            ASSERT_TRUE(doc.ApplyUpdate(whole, {}, format).ok());
          } else {
            ASSERT_TRUE(doc.ApplyUpdate(pieces).ok());
            if (with_tree) RelativePositionAt(doc.GetText("t"), 40);
            if (in_parts) {
              ASSERT_TRUE(doc.ApplyUpdate(first).ok());
            }
            ASSERT_TRUE(doc.ApplyUpdate(rest, {}, format).ok());
          }
          ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
          ASSERT_EQ(doc.EncodeUpdate(), all.EncodeUpdate());
          ASSERT_EQ(doc.GetText("t").ToString(), all.GetText("t").ToString());
        }
      }
    }
  }
}

// Some of what the others lean on is missing, and comes later.
TEST(ShortSections, WaitForWhatIsMissing) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Doc all(WithClient(65));
    WriteByMany(all, 20, random);
    const StateVector known = all.GetStateVector();
    WriteByMany(all, 100, random);
    const std::string rest = all.EncodeUpdate(known);
    for (const bool with_tree : {false, true}) {
      Doc doc(WithClient(65));
      ASSERT_TRUE(doc.ApplyUpdate(Pieces()).ok());
      if (with_tree) RelativePositionAt(doc.GetText("t"), 40);
      ASSERT_TRUE(doc.ApplyUpdate(rest).ok());
      ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
      ASSERT_TRUE(doc.ApplyUpdate(all.EncodeUpdate()).ok());
      ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
      Doc other(WithClient(65));
      ASSERT_TRUE(other.ApplyUpdate(all.EncodeUpdate()).ok());
      ASSERT_TRUE(other.ApplyUpdate(Pieces()).ok());
      ASSERT_EQ(doc.EncodeUpdate(), other.EncodeUpdate());
    }
  }
}

// Whatever the bytes say, both ways agree on it.
TEST(ShortSections, OfBadBytesGiveTheSameWithAPositionTreeOrWithout) {
  const std::string pieces = Pieces();
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    std::mt19937_64 random(seed);
    Doc all(WithClient(65));
    ASSERT_TRUE(all.ApplyUpdate(pieces).ok());
    const StateVector known = all.GetStateVector();
    WriteByMany(all, 30, random);
    const std::string good = all.EncodeUpdate(known);
    for (int i = 0; i < 100; ++i) {
      SCOPED_TRACE(std::to_string(seed) + ", " + std::to_string(i));
      std::string bad = good;
      for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
        char& byte = bad[random() % bad.size()];
        byte = random() % 2 == 0 ? static_cast<char>(random()) : static_cast<char>(byte ^ 1);
      }
      Doc without(WithClient(65));
      Doc with(WithClient(65));
      ASSERT_TRUE(without.ApplyUpdate(pieces).ok());
      ASSERT_TRUE(with.ApplyUpdate(pieces).ok());
      (void)without.GetText("t");  // a text tidies its formats up, and that it is one must be known
      RelativePositionAt(with.GetText("t"), 40);
      const absl::Status status = without.ApplyUpdate(bad);
      ASSERT_EQ(status, with.ApplyUpdate(bad));
      ASSERT_TRUE(CheckInvariants(without).ok()) << CheckInvariants(without);
      ASSERT_EQ(without.EncodeUpdate(), with.EncodeUpdate());
      ASSERT_EQ(without.GetText("t").ToString(), with.GetText("t").ToString());
    }
  }
}

TEST(ShortSections, AreFoundByClient) {
  std::mt19937_64 random(1);
  for (const size_t count : {0, 1, 2, 31, 33, 100, 1000}) {
    for (int i = 0; i < 20; ++i) {
      std::vector<internal::IncomingSection> sections(count);
      for (auto& section : sections) section.client = SomeClient(random);
      const auto descends = [](const auto& a, const auto& b) { return a.client > b.client; };
      std::sort(sections.begin(), sections.end(), descends);
      const auto same = [](const auto& a, const auto& b) { return a.client == b.client; };
      sections.erase(std::unique(sections.begin(), sections.end(), same), sections.end());
      const internal::SectionIndex index(sections);
      for (uint32_t at = 0; at < sections.size(); ++at) {
        EXPECT_EQ(index.Find(sections[at].client), at);
      }
      for (int tries = 0; tries < 100; ++tries) {
        const ClientId client = SomeClient(random);
        const uint32_t found = index.Find(client);
        const bool is_there = std::any_of(sections.begin(), sections.end(),
                                          [&](const auto& s) { return s.client == client; });
        EXPECT_EQ(found != internal::kNoIndex, is_there);
      }
      EXPECT_EQ(index.Find(kMaxClientId + 1), internal::kNoIndex);
    }
  }
}

}  // namespace
}  // namespace ypp
