// What must hold for whatever replicas do to each other. A failure prints the script, and RC_PARAMS
// to run it again.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/crdt/arbitrary_step.h"
#include "tests/crdt/edit_script.h"

namespace ypp {
namespace {

using Script = std::vector<ScriptStep>;

void ApplyChecked(Doc& doc, const std::string& update, UpdateFormat format) {
  const absl::Status status = doc.ApplyUpdate(update, "remote", format);
  if (!status.ok()) RC_FAIL("refused: " + status.ToString());
  const absl::Status whole = CheckInvariants(doc);
  if (!whole.ok()) RC_FAIL("broken: " + whole.ToString());
}

UpdateFormat SomeFormat(size_t n) { return n % 2 == 0 ? UpdateFormat::kV1 : UpdateFormat::kV2; }

std::unique_ptr<Doc> ReceiveInOrder(const Session& session, UpdateFormat format) {
  auto doc = NewReplica(kReceiver);
  for (const EmittedUpdate& update : session.updates)
    ApplyChecked(*doc, In(update, format), format);
  return doc;
}

// The positions of all updates in some order, some of them twice.
std::vector<size_t> SomeOrder(const Session& session) {
  std::vector<size_t> order(session.updates.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.empty()) return order;
  for (const size_t again : *rc::gen::container<std::vector<size_t>>(
           rc::gen::inRange<size_t>(0, session.updates.size()))) {
    order.push_back(again);
  }
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[*rc::gen::inRange<size_t>(0, i)]);
  }
  return order;
}

void AssertSame(Doc& a, Doc& b) {
  RC_ASSERT(ShownContent(a) == ShownContent(b));
  RC_ASSERT(a.GetStateVector() == b.GetStateVector());
}

RC_GTEST_PROP(Doc, ReplicasConvergeInAnyOrderWithDuplicates, (const Script& script)) {
  const Session session = RunScript(script);
  const auto expected = ReceiveInOrder(session, UpdateFormat::kV1);
  RC_ASSERT(expected->GetPending().empty());
  for (const bool gc : {true, false}) {
    auto doc = NewReplica(kReceiver, gc);
    for (const size_t i : SomeOrder(session)) {
      ApplyChecked(*doc, In(session.updates[i], SomeFormat(i)), SomeFormat(i));
    }
    RC_ASSERT(doc->GetPending().empty());
    AssertSame(*doc, *expected);
  }
}

RC_GTEST_PROP(Doc, AuthorsConvergeWithReceiversOnceEverybodyHasEverything, (const Script& script)) {
  const Session session = RunScript(script);
  const auto expected = ReceiveInOrder(session, UpdateFormat::kV1);
  for (const auto& replica : session.replicas) {
    for (const EmittedUpdate& update : session.updates) {
      ApplyChecked(*replica, update.v1, UpdateFormat::kV1);
    }
    AssertSame(*replica, *expected);
  }
}

RC_GTEST_PROP(Doc, V1AndV2GiveTheSameBytes, (const Script& script)) {
  const Session session = RunScript(script);
  const auto v1 = ReceiveInOrder(session, UpdateFormat::kV1);
  const auto v2 = ReceiveInOrder(session, UpdateFormat::kV2);
  RC_ASSERT(v1->EncodeUpdate() == v2->EncodeUpdate());
  RC_ASSERT(v1->EncodeUpdate({}, UpdateFormat::kV2) == v2->EncodeUpdate({}, UpdateFormat::kV2));
}

RC_GTEST_PROP(Doc, AnyMergeOfPartsGivesTheSameDocument, (const Script& script)) {
  const Session session = RunScript(script);
  const auto expected = ReceiveInOrder(session, UpdateFormat::kV1);
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    std::vector<std::string> merged;
    std::vector<codec::Bytes> part;
    const auto end_part = [&] {
      absl::StatusOr<std::string> one = MergeUpdates(part, format);
      if (!one.ok()) RC_FAIL(one.status().ToString());
      merged.push_back(*one);
      part.clear();
    };
    for (const size_t i : SomeOrder(session)) {
      part.push_back(codec::AsBytes(In(session.updates[i], format)));
      if (*rc::gen::inRange(0, 4) == 0) end_part();
    }
    end_part();
    auto doc = NewReplica(kReceiver);
    for (const std::string& update : merged) ApplyChecked(*doc, update, format);
    RC_ASSERT(doc->GetPending().empty());
    AssertSame(*doc, *expected);
  }
}

RC_GTEST_PROP(Doc, ADifferenceCompletesWhateverWasLost, (const Script& script)) {
  const Session session = RunScript(script);
  const auto full = ReceiveInOrder(session, UpdateFormat::kV1);
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    auto doc = NewReplica(kReceiver + 1);
    for (const EmittedUpdate& update : session.updates) {
      if (*rc::gen::inRange(0, 3) != 0) ApplyChecked(*doc, In(update, format), format);
    }
    const StateVector known = doc->GetStateVector();
    const std::string whole = full->EncodeUpdate({}, format);
    // From the document, and from its bytes alone.
    absl::StatusOr<std::string> difference = DiffUpdate(codec::AsBytes(whole), known, format);
    if (!difference.ok()) RC_FAIL(difference.status().ToString());
    auto twin = NewReplica(kReceiver + 2);
    ApplyChecked(*twin, doc->EncodeUpdate({}, format), format);
    ApplyChecked(*doc, full->EncodeUpdate(known, format), format);
    ApplyChecked(*twin, *difference, format);
    RC_ASSERT(doc->GetPending().empty());
    AssertSame(*doc, *full);
    AssertSame(*twin, *full);
  }
}

RC_GTEST_PROP(Doc, ALoadedStateIsWrittenAsItWasRead, (const Script& script)) {
  const Session session = RunScript(script);
  const auto doc = ReceiveInOrder(session, UpdateFormat::kV1);
  // The first load joins what the exchange had left apart; from then on nothing changes.
  auto loaded = NewReplica(kReceiver);
  ApplyChecked(*loaded, doc->EncodeUpdate(), UpdateFormat::kV1);
  AssertSame(*loaded, *doc);
  auto again = NewReplica(kReceiver);
  ApplyChecked(*again, loaded->EncodeUpdate({}, UpdateFormat::kV2), UpdateFormat::kV2);
  RC_ASSERT(again->EncodeUpdate() == loaded->EncodeUpdate());
}

// Not always the same bytes: like Yjs, the conversion forgets that an item belongs to a map when
// the update does not name the key.
RC_GTEST_PROP(Doc, ConvertedUpdatesGiveTheSameDocument, (const Script& script)) {
  const Session session = RunScript(script);
  const auto expected = ReceiveInOrder(session, UpdateFormat::kV1);
  auto from_v2 = NewReplica(kReceiver);
  auto from_v1 = NewReplica(kReceiver);
  for (const EmittedUpdate& update : session.updates) {
    const std::string v2 =
        *ConvertUpdate(codec::AsBytes(update.v1), UpdateFormat::kV1, UpdateFormat::kV2);
    const std::string v1 =
        *ConvertUpdate(codec::AsBytes(update.v2), UpdateFormat::kV2, UpdateFormat::kV1);
    RC_ASSERT(*ConvertUpdate(codec::AsBytes(v1), UpdateFormat::kV1, UpdateFormat::kV2) == v2);
    RC_ASSERT(*ConvertUpdate(codec::AsBytes(v2), UpdateFormat::kV2, UpdateFormat::kV1) == v1);
    ApplyChecked(*from_v2, v2, UpdateFormat::kV2);
    ApplyChecked(*from_v1, v1, UpdateFormat::kV1);
  }
  RC_ASSERT(from_v2->EncodeUpdate() == expected->EncodeUpdate());
  RC_ASSERT(from_v1->EncodeUpdate() == expected->EncodeUpdate());
}

RC_GTEST_PROP(Doc, ARefusedUpdateLeavesTheDocumentAsItWas, (const Script& script)) {
  const Session session = RunScript(script);
  RC_PRE(!session.updates.empty());
  auto doc = NewReplica(kReceiver);
  for (size_t i = 0; i < session.updates.size(); ++i) {
    const UpdateFormat format = SomeFormat(i);
    std::string damaged = In(session.updates[i], format);
    const size_t at = *rc::gen::inRange<size_t>(0, damaged.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        damaged.resize(at);
        break;
      case 1:
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << *rc::gen::inRange(0, 8)));
        break;
      default:
        damaged.erase(at, 1);
    }
    const std::string before_v1 = doc->EncodeUpdate();
    const std::string before_v2 = doc->EncodeUpdate({}, UpdateFormat::kV2);
    bool emitted = false;
    const Subscription updates = doc->OnUpdate([&](const UpdateEvent&) { emitted = true; });
    const bool accepted = doc->ApplyUpdate(damaged, "remote", format).ok();
    const absl::Status whole = CheckInvariants(*doc);
    if (!whole.ok()) RC_FAIL("broken: " + whole.ToString());
    if (!accepted) {
      RC_ASSERT(doc->EncodeUpdate() == before_v1);
      RC_ASSERT(doc->EncodeUpdate({}, UpdateFormat::kV2) == before_v2);
      RC_ASSERT(!emitted);
    }
    // Whatever was made of it, the state can be passed on.
    auto peer = NewReplica(kReceiver + 1);
    ApplyChecked(*peer, doc->EncodeUpdate(), UpdateFormat::kV1);
    RC_ASSERT(peer->GetStateVector() == doc->GetStateVector());
    doc = NewReplica(kReceiver);
    for (size_t j = 0; j <= i; ++j) ApplyChecked(*doc, session.updates[j].v1, UpdateFormat::kV1);
  }
}

}  // namespace
}  // namespace ypp
