// Long seeded sessions against the simplest model there is: a string, and replicas that exchange
// everything.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/relative_position.h"
#include "tests/crdt/with_client.h"

namespace ypp {
namespace {

class RandomEdits : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomEdits, ATextEqualsTheStringItModels) {
  std::mt19937 random(GetParam());
  Doc doc(WithClient(1));
  Text text = doc.GetText("t");
  std::string model;
  uint32_t cursor = 0;
  for (int i = 0; i < 4000; ++i) {
    if (random() % 8 == 0) cursor = random() % (model.size() + 1);
    cursor = std::min<uint32_t>(cursor, model.size());
    if (random() % 3 != 0 || model.empty()) {
      const std::string inserted(1 + random() % 3, static_cast<char>('a' + random() % 26));
      ASSERT_TRUE(text.Insert(cursor, inserted).ok());
      model.insert(cursor, inserted);
      cursor += inserted.size();
    } else {
      const uint32_t length = std::min<uint32_t>(1 + random() % 5, model.size() - cursor);
      ASSERT_TRUE(text.Delete(cursor, length).ok());
      model.erase(cursor, length);
    }
    ASSERT_EQ(text.length(), model.size());
    if (i % 250 == 0) {
      ASSERT_EQ(text.ToString(), model);
      ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
    }
  }
  ASSERT_EQ(text.ToString(), model);
  Doc copy(WithClient(2));
  ASSERT_TRUE(copy.ApplyUpdate(doc.EncodeUpdate()).ok());
  EXPECT_EQ(copy.GetText("t").ToString(), model);
  EXPECT_EQ(copy.EncodeUpdate(), doc.EncodeUpdate());
  ASSERT_TRUE(CheckInvariants(copy).ok()) << CheckInvariants(copy);
}

// What `text` shows, an embed as one '*'.
std::string Flattened(const Text& text) {
  std::string flat;
  for (const TextStep& step : text.ToDelta()) {
    const std::string* string = step.insert.if_any()->if_string();
    flat += string == nullptr ? "*" : *string;
  }
  return flat;
}

// Formats that are there, formats that turn out to change nothing, and no formats at all: each
// takes another way through the text.
Attributes RandomAttributes(std::mt19937& random) {
  switch (random() % 4) {
    case 0:
      return {};
    case 1:
      return {{"bold", nullptr}};
    case 2:
      return {{"size", static_cast<int>(random() % 3)}};
    default:
      return {{"bold", true}};
  }
}

// One edit of every kind that a text knows, the same on the model.
absl::Status EditBoth(std::mt19937& random, bool formats, Text text, std::string& model) {
  const auto size = static_cast<uint32_t>(model.size());
  const uint32_t at = random() % (size + 1);
  const uint32_t length = std::min<uint32_t>(1 + random() % 4, size - at);
  const std::string string(1 + random() % 3, static_cast<char>('a' + random() % 26));
  const Attributes attributes = formats ? RandomAttributes(random) : Attributes{{"bold", nullptr}};
  switch (random() % 7) {
    case 0:
      model.insert(at, string);
      return text.Insert(at, string);
    case 1:
      model.insert(at, string);
      return text.Insert(at, string, attributes);
    case 2:
      model.insert(at, "*");
      return text.InsertEmbed(at, Any::Object{{"hr", true}}, attributes);
    case 3:
      return text.Format(at, length, attributes);
    case 4:
      model.erase(at, length);
      return text.Delete(at, length);
    case 5: {
      model.replace(at, length, string);
      TextDelta delta = {TextStep::Insert(string, attributes)};
      if (at > 0) delta.insert(delta.begin(), TextStep::Retain(at));
      if (length > 0) delta.push_back(TextStep::Delete(length));
      return text.ApplyDelta(delta);
    }
    default:  // typing on, and the backspace key
      model.insert(at, "xyz");
      for (int i = 0; i < 3; ++i) {
        if (absl::Status typed = text.Insert(at + i, std::string(1, "xyz"[i])); !typed.ok())
          return typed;
      }
      model.erase(at + 2, 1);
      return text.Delete(at + 2, 1);
  }
}

TEST_P(RandomEdits, OfEveryKindGoWhereTheirIndexSays) {
  std::mt19937 random(GetParam());
  for (const bool formats : {false, true}) {
    for (const TypeKind kind : {TypeKind::kText, TypeKind::kXmlText}) {
      Doc doc(WithClient(1));
      Text text(doc.GetRoot("t", kind));
      std::string model;
      for (int i = 0; i < 300; ++i) {
        const RelativePosition looked_up = RelativePositionAt(text, random() % (model.size() + 1));
        ASSERT_TRUE(ResolvePosition(doc, looked_up).has_value());
        ASSERT_TRUE(EditBoth(random, formats, text, model).ok());
        ASSERT_EQ(Flattened(text), model) << "edit " << i;
        ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc) << ", edit " << i;
      }
    }
  }
}

TEST_P(RandomEdits, ReplicasThatExchangeUpdatesInAnyOrderConverge) {
  std::mt19937 random(GetParam());
  constexpr int kReplicas = 4;
  std::vector<Doc> docs;
  std::vector<std::vector<std::string>> inbox(kReplicas);
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < kReplicas; ++i) docs.emplace_back(WithClient(i + 1));
  for (int i = 0; i < kReplicas; ++i) {
    subscriptions.push_back(docs[i].OnUpdate([&, i](const UpdateEvent& event) {
      if (!event.local) return;
      for (int j = 0; j < kReplicas; ++j) {
        if (j != i) inbox[j].emplace_back(event.update);
      }
    }));
  }
  const auto deliver_one = [&](int i) {
    if (inbox[i].empty()) return;
    const size_t pick = random() % inbox[i].size();
    const std::string update = inbox[i][pick];
    if (random() % 5 != 0) inbox[i].erase(inbox[i].begin() + pick);  // else it comes again
    ASSERT_TRUE(docs[i].ApplyUpdate(update, "remote").ok());
  };
  for (int step = 0; step < 600; ++step) {
    const int i = random() % kReplicas;
    Doc& doc = docs[i];
    Text text = doc.GetText("t");
    Array array = doc.GetArray("a");
    Map map = doc.GetMap("m");
    switch (random() % 8) {
      case 0:
      case 1:
        ASSERT_TRUE(text.Insert(random() % (text.length() + 1), "xyz").ok());
        break;
      case 2:
        if (text.length() > 0) {
          const uint32_t at = random() % text.length();
          ASSERT_TRUE(text.Delete(at, std::min<uint32_t>(3, text.length() - at)).ok());
        }
        break;
      case 3:
        ASSERT_TRUE(array.Insert(random() % (array.length() + 1), {step, "v"}).ok());
        break;
      case 4:
        if (array.length() > 0) {
          ASSERT_TRUE(array.Delete(random() % array.length(), 1).ok());
        }
        break;
      case 5: {
        Map nested = *array.PushMap();
        ASSERT_TRUE(nested.Set("n", step).ok());
        break;
      }
      case 6:
        ASSERT_TRUE(map.Set(std::string(1, static_cast<char>('a' + random() % 4)), step).ok());
        break;
      case 7:
        ASSERT_TRUE(map.Delete(std::string(1, static_cast<char>('a' + random() % 4))).ok());
        break;
    }
    for (int k = 0; k < 4; ++k) deliver_one(random() % kReplicas);
    if (step % 100 == 0) {
      ASSERT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
    }
  }
  for (int i = 0; i < kReplicas; ++i) {
    while (!inbox[i].empty()) deliver_one(i);
  }
  for (int i = 0; i < kReplicas; ++i) {
    EXPECT_TRUE(docs[i].GetPending().empty());
    EXPECT_EQ(docs[i].GetText("t").ToString(), docs[0].GetText("t").ToString());
    EXPECT_EQ(docs[i].GetArray("a").ToJson(), docs[0].GetArray("a").ToJson());
    for (const std::string_view key : docs[0].GetMap("m").Keys()) {
      EXPECT_EQ(docs[i].GetMap("m").Get(key).ToAny(), docs[0].GetMap("m").Get(key).ToAny());
    }
    EXPECT_EQ(docs[i].GetMap("m").size(), docs[0].GetMap("m").size());
    EXPECT_EQ(docs[i].GetStateVector(), docs[0].GetStateVector());
    ASSERT_TRUE(CheckInvariants(docs[i]).ok()) << CheckInvariants(docs[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomEdits, ::testing::Range<uint32_t>(1, 21));

}  // namespace
}  // namespace ypp
