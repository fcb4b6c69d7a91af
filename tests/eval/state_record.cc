#include "tests/eval/state_record.h"

#include <algorithm>

#include "crdt/snapshot.h"
#include "tests/eval/content.h"

namespace ypp::eval {

namespace {

Json PendingJson(const Doc& doc) {
  PendingInfo pending = doc.GetPending();
  if (pending.empty()) return Json();
  Any::Object json;
  std::sort(pending.missing_structs.begin(), pending.missing_structs.end());
  if (!pending.missing_structs.empty())
    json.emplace_back("missing", PairsJson(pending.missing_structs));
  if (pending.has_deletes) json.emplace_back("ds", true);
  return json;
}

}  // namespace

Any::Object TakeEncodings(const Doc& doc, const WriteBytes& write) {
  const Snapshot snapshot = TakeSnapshot(doc);
  return {{"sv", write(doc.GetStateVector().Encode())},
          {"v1", write(doc.EncodeUpdate({}, UpdateFormat::kV1))},
          {"v2", write(doc.EncodeUpdate({}, UpdateFormat::kV2))},
          {"snapV1", write(EncodeSnapshot(snapshot, UpdateFormat::kV1))},
          {"snapV2", write(EncodeSnapshot(snapshot, UpdateFormat::kV2))},
          {"pending", PendingJson(doc)}};
}

Json TakeState(Doc& doc, const Roots& roots, Answer& answer) {
  Any::Object record = TakeEncodings(doc, answer.write);
  OpenRoots(doc, roots);
  record.emplace_back("roots", answer.states.Add(Content(doc, roots)));
  return record;
}

}  // namespace ypp::eval
