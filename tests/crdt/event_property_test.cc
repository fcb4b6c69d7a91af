// Deltas tell the whole change: applied to what was there before, they give what is there after.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/event.h"

namespace ypp {
namespace {

using Elements = std::vector<Value>;

Elements ElementsOf(const Array& array) {
  Elements elements;
  array.ForEach([&](const Value& value) { elements.push_back(value); });
  return elements;
}

Elements Applied(const ListDelta& delta, const Elements& before) {
  Elements after;
  size_t at = 0;
  for (const ListStep& step : delta) {
    if (step.action == DeltaAction::kInsert) {
      after.insert(after.end(), step.insert.begin(), step.insert.end());
      continue;
    }
    for (uint32_t i = 0; i < step.length; ++i, ++at) {
      if (step.action == DeltaAction::kRetain) after.push_back(before.at(at));
    }
  }
  for (; at < before.size(); ++at) after.push_back(before[at]);
  return after;
}

// ASCII texts only.
std::string Applied(const TextDelta& delta, const std::string& before) {
  std::string after;
  size_t at = 0;
  for (const TextStep& step : delta) {
    if (step.action == DeltaAction::kInsert) {
      after += *step.insert.if_any()->if_string();
      continue;
    }
    if (step.action == DeltaAction::kRetain) after += before.substr(at, step.length);
    at += step.length;
  }
  return after + before.substr(at);
}

// A replica whose list and text are also kept up to date by events alone.
class Mirrored {
 public:
  explicit Mirrored(ClientId client) : doc_(OptionsFor(client)) {
    list_ = doc_.GetArray("list");
    text_ = doc_.GetText("text");
    subscriptions_.push_back(list_.Observe(
        [this](const Event& event) { list_mirror_ = Applied(event.delta(), list_mirror_); }));
    subscriptions_.push_back(text_.Observe(
        [this](const Event& event) { text_mirror_ = Applied(event.text_delta(), text_mirror_); }));
  }
  Doc& doc() { return doc_; }

  void Edit(std::mt19937& random) {
    const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    Transaction transaction(doc_);
    for (uint32_t edits = 1 + below(4); edits > 0; --edits) {
      const uint32_t list_at = below(list_.length() + 1);
      const uint32_t text_at = below(text_.length() + 1);
      switch (below(5)) {
        case 0:
          ASSERT_TRUE(list_.Insert(list_at, {static_cast<int>(below(100)), "x"}).ok());
          break;
        case 1:
          ASSERT_TRUE(
              list_.Delete(list_at, below(1 + std::min(3u, list_.length() - list_at))).ok());
          break;
        case 2:
          ASSERT_TRUE(list_.Push({static_cast<int>(below(100))}).ok());
          break;
        case 3:
          ASSERT_TRUE(
              text_.Insert(text_at, std::string(1 + below(3), static_cast<char>('a' + below(26))))
                  .ok());
          break;
        default:
          ASSERT_TRUE(
              text_.Delete(text_at, below(1 + std::min(4u, text_.length() - text_at))).ok());
      }
    }
  }

  void Check() {
    RC_ASSERT(list_mirror_ == ElementsOf(list_));
    RC_ASSERT(text_mirror_ == text_.ToString());
    RC_ASSERT(CheckInvariants(doc_).ok());
  }

 private:
  static DocOptions OptionsFor(ClientId client) {
    DocOptions options;
    options.client_id = client;
    return options;
  }

  Doc doc_;
  Array list_;
  Text text_;
  Elements list_mirror_;
  std::string text_mirror_;
  std::vector<Subscription> subscriptions_;
};

RC_GTEST_PROP(EventProperty, DeltasKeepAMirrorUpToDate, ()) {
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  std::deque<Mirrored> replicas;
  for (ClientId client = 1; client <= 3; ++client) replicas.emplace_back(client);
  for (int step = 0; step < 60; ++step) {
    Mirrored& one = replicas[random() % replicas.size()];
    if (random() % 3 == 0) {
      Mirrored& other = replicas[random() % replicas.size()];
      const absl::Status status =
          one.doc().ApplyUpdate(other.doc().EncodeUpdate(one.doc().GetStateVector()));
      RC_ASSERT(status.ok());
    } else {
      one.Edit(random);
    }
    one.Check();
  }
}

}  // namespace
}  // namespace ypp
