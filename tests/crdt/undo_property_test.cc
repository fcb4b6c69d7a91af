// What must hold for texts with formats, lists and maps whose authors undo and redo while they
// exchange. A failure prints the script, and RC_PARAMS to run it again.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "codec/json.h"
#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/snapshot.h"
#include "crdt/undo_manager.h"
#include "tests/crdt/arbitrary_step.h"
#include "tests/crdt/delta_json.h"
#include "tests/crdt/edit_script.h"

namespace ypp {
namespace {

using Script = std::vector<ScriptStep>;

void Must(const absl::Status& status) {
  if (!status.ok()) RC_FAIL(status.ToString());
}

std::string Shown(Doc& doc) {
  Any map = doc.GetMap("m").ToJson();
  std::vector<std::string> members;
  for (const auto& [key, value] : *map.if_object()) members.push_back(key + codec::ToJson(value));
  std::sort(members.begin(), members.end());
  std::string shown = DeltaJson(doc.GetText("t").ToDelta()) + "\n" +
                      codec::ToJson(doc.GetArray("a").ToJson()) + "\n";
  for (const std::string& member : members) shown += member + ",";
  return shown;
}

// A document whose author can undo.
class Author {
 public:
  explicit Author(ClientId client, bool gc = true)
      : doc_(NewReplica(client, gc)),
        undo_(*doc_, {doc_->GetText("t"), doc_->GetArray("a"), doc_->GetMap("m")}, Separate()) {}

  Doc& doc() { return *doc_; }
  UndoManager& undo() { return undo_; }

  void Apply(const std::string& update, UpdateFormat format) {
    Must(doc_->ApplyUpdate(update, "remote", format));
    Must(CheckInvariants(*doc_));
  }

  // An edit; what the numbers mean depends on what is there.
  void Edit(const ScriptStep& step) {
    switch (step.place % 5) {
      case 0:
        EditArray(step);
        break;
      case 1:
        EditMap(step);
        break;
      default:
        EditText(step);
    }
    Must(CheckInvariants(*doc_));
  }

 private:
  static UndoOptions Separate() {
    UndoOptions options;
    options.capture_timeout = std::chrono::milliseconds(0);
    return options;
  }

  static Attributes SomeAttributes(uint32_t n) {
    constexpr const char* kKeys[] = {"bold", "color", "1"};
    const Any value = n % 4 == 0 ? Any(nullptr) : n % 4 == 1 ? Any(true) : Any("v");
    Attributes attributes = {{kKeys[n / 4 % 3], value}};
    if (n % 7 == 0) attributes.emplace_back("italic", Any(n % 2 == 0));
    return attributes;
  }

  void EditText(const ScriptStep& step) {
    Text text = doc_->GetText("t");
    const uint32_t length = text.length();
    const uint32_t index = step.index % (length + 1);
    const uint32_t count = std::min(length - index, step.amount % 6);
    switch (step.action % 9) {
      case 0:
      case 1:
        return Must(text.Delete(index, count));
      case 2:
      case 3:
        return Must(text.Format(index, count, SomeAttributes(step.amount)));
      case 4:
        return Must(text.Insert(index, "xy", SomeAttributes(step.amount)));
      case 5:
        return Must(text.InsertEmbed(index, Any(Any::Object{{"image", Any(step.amount)}})));
      default:
        return Must(text.Insert(index, step.amount % 2 == 0 ? "a" : "bcd"));
    }
  }

  void EditArray(const ScriptStep& step) {
    Array array = doc_->GetArray("a");
    const uint32_t index = step.index % (array.length() + 1);
    if (step.action % 3 == 0) {
      return Must(array.Delete(index, std::min(array.length() - index, step.amount % 3)));
    }
    return Must(array.Insert(index, {Any(step.amount), Any("s")}));
  }

  void EditMap(const ScriptStep& step) {
    Map map = doc_->GetMap("m");
    const std::string key(1, static_cast<char>('k' + step.index % 3));
    if (step.action % 4 == 0) return Must(map.Delete(key));
    return Must(map.Set(key, Any(step.amount)));
  }

  std::unique_ptr<Doc> doc_;
  UndoManager undo_;
};

// Authors who edited, undid, redid and exchanged by the script, and every update they made.
struct Story {
  std::vector<std::unique_ptr<Author>> authors;
  std::vector<EmittedUpdate> updates;
};

Story Tell(const Script& script) {
  Story story;
  std::vector<Subscription> subscriptions;
  for (uint32_t i = 0; i < kScriptReplicas; ++i) {
    story.authors.push_back(std::make_unique<Author>(10 + (i * 7) % 5));
    Doc& doc = story.authors.back()->doc();
    subscriptions.push_back(doc.OnUpdate([&story](const UpdateEvent& event) {
      if (event.local) story.updates.push_back({std::string(event.update), {}});
    }));
    subscriptions.push_back(doc.OnUpdate(
        [&story](const UpdateEvent& event) {
          if (event.local) story.updates.back().v2 = std::string(event.update);
        },
        UpdateFormat::kV2));
  }
  for (const ScriptStep& step : script) {
    Author& author = *story.authors[step.replica];
    switch (step.action % 10) {
      case 0: {
        Doc& from = story.authors[step.place % kScriptReplicas]->doc();
        const UpdateFormat format = step.index % 2 == 0 ? UpdateFormat::kV1 : UpdateFormat::kV2;
        author.Apply(from.EncodeUpdate(author.doc().GetStateVector(), format), format);
        break;
      }
      case 1:
      case 2:
        author.undo().Undo();
        break;
      case 3:
        author.undo().Redo();
        break;
      default:
        author.Edit(step);
    }
    Must(CheckInvariants(author.doc()));
  }
  return story;
}

// Tidying formats up makes changes of its own, so replicas exchange until nothing is new.
void ExchangeUntilQuiet(const std::vector<Doc*>& docs) {
  constexpr int kMaxRounds = 20;
  for (int round = 0; round < kMaxRounds; ++round) {
    std::vector<std::string> states;
    for (Doc* doc : docs) states.push_back(doc->EncodeUpdate());
    if (std::all_of(docs.begin(), docs.end(), [&](Doc* doc) {
          return DeletesOf(*doc) == DeletesOf(*docs[0]) &&
                 doc->GetStateVector() == docs[0]->GetStateVector();
        })) {
      return;
    }
    for (Doc* doc : docs) {
      for (const std::string& state : states) Must(doc->ApplyUpdate(state, "remote"));
      Must(CheckInvariants(*doc));
    }
  }
  RC_FAIL("the replicas never come to rest");
}

void Receive(Doc& doc, const std::string& update, UpdateFormat format) {
  Must(doc.ApplyUpdate(update, "remote", format));
  Must(CheckInvariants(doc));
}

RC_GTEST_PROP(UndoManager, UndoingAllEmptiesAndRedoingAllRestores, (const Script& script)) {
  for (const bool gc : {true, false}) {
    Author author(1, gc);
    for (const ScriptStep& step : script) author.Edit(step);
    const std::string edited = Shown(author.doc());
    const size_t steps = author.undo().undo_steps();
    while (author.undo().Undo()) Must(CheckInvariants(author.doc()));
    RC_ASSERT(Shown(author.doc()) == "[]\n[]\n");
    while (author.undo().Redo()) Must(CheckInvariants(author.doc()));
    RC_ASSERT(Shown(author.doc()) == edited);
    RC_ASSERT(author.undo().undo_steps() <= steps);
  }
}

RC_GTEST_PROP(UndoManager, UndoThenRedoRestoresAtAnyTime, (const Script& script)) {
  const Story story = Tell(script);
  for (const auto& author : story.authors) {
    const std::string shown = Shown(author->doc());
    if (!author->undo().Undo()) continue;
    Must(CheckInvariants(author->doc()));
    RC_ASSERT(author->undo().Redo());
    Must(CheckInvariants(author->doc()));
    RC_ASSERT(Shown(author->doc()) == shown);
  }
}

RC_GTEST_PROP(UndoManager, AuthorsConvergeInAnyOrderWithLossAndDuplication,
              (const Script& script)) {
  const Story story = Tell(script);
  std::vector<std::unique_ptr<Doc>> receivers;
  std::vector<Doc*> all;
  for (const auto& author : story.authors) all.push_back(&author->doc());
  for (int i = 0; i < 2; ++i) {
    receivers.push_back(NewReplica(kReceiver + static_cast<ClientId>(i), i == 0));
    all.push_back(receivers.back().get());
    const size_t count = story.updates.size();
    for (const size_t n : *rc::gen::container<std::vector<size_t>>(
             2 * count, rc::gen::inRange<size_t>(0, std::max<size_t>(count, 1)))) {
      const UpdateFormat format = n % 2 == 0 ? UpdateFormat::kV1 : UpdateFormat::kV2;
      Receive(*receivers.back(), In(story.updates[n], format), format);
    }
  }
  ExchangeUntilQuiet(all);
  for (Doc* doc : all) {
    RC_ASSERT(doc->GetPending().empty());
    RC_ASSERT(Shown(*doc) == Shown(*all[0]));
  }
}

RC_GTEST_PROP(UndoManager, V1V2AndAnyMergeOfPartsGiveTheSameDocument, (const Script& script)) {
  const Story story = Tell(script);
  auto v1 = NewReplica(kReceiver);
  auto v2 = NewReplica(kReceiver);
  for (const EmittedUpdate& update : story.updates) {
    Receive(*v1, update.v1, UpdateFormat::kV1);
    Receive(*v2, update.v2, UpdateFormat::kV2);
  }
  RC_ASSERT(v1->EncodeUpdate() == v2->EncodeUpdate());
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    auto merged = NewReplica(kReceiver);
    std::vector<codec::Bytes> part;
    const auto end_part = [&] {
      const absl::StatusOr<std::string> one = MergeUpdates(part, format);
      if (!one.ok()) RC_FAIL(one.status().ToString());
      Receive(*merged, *one, format);
      part.clear();
    };
    for (const EmittedUpdate& update : story.updates) {
      part.push_back(codec::AsBytes(In(update, format)));
      if (*rc::gen::inRange(0, 4) == 0) end_part();
    }
    end_part();
    ExchangeUntilQuiet({v1.get(), merged.get()});
    RC_ASSERT(Shown(*merged) == Shown(*v1));
  }
}

}  // namespace
}  // namespace ypp
