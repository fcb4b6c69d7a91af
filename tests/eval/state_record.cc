#include "tests/eval/state_record.h"

#include <algorithm>

#include "tests/eval/content.h"
#include "tests/eval/snapshot.h"

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

Json TakeState(Doc& doc, const Roots& roots, Answer& answer) {
  const std::string v1 = doc.EncodeUpdate({}, UpdateFormat::kV1);
  const EncodedSnapshot snapshot = TakeSnapshot(doc, v1);
  Any::Object record;
  record.emplace_back("sv", answer.blobs.Add(doc.GetStateVector().Encode()));
  record.emplace_back("v1", answer.blobs.Add(v1));
  record.emplace_back("v2", answer.blobs.Add(doc.EncodeUpdate({}, UpdateFormat::kV2)));
  record.emplace_back("snapV1", answer.blobs.Add(snapshot.v1));
  record.emplace_back("snapV2", answer.blobs.Add(snapshot.v2));
  OpenRoots(doc, roots);
  answer.Try([&] { record.emplace_back("roots", answer.states.Add(Content(doc, roots, v1))); });
  record.emplace_back("pending", PendingJson(doc));
  return record;
}

}  // namespace ypp::eval
