#include "tests/eval/session.h"

#include "codec/update_algebra.h"

namespace ypp::eval {

SessionUpdates::SessionUpdates(const Json& case_json, const Answer& answer) {
  for (const Json& update : ArrayOrEmpty(case_json, "updates")) {
    v1.push_back(answer.blobs.Get(Need(update, "v1")));
    v2.push_back(answer.blobs.Get(Need(update, "v2")));
  }
}

const std::string& SessionUpdates::Get(const Json& number, UpdateFormat format) const {
  const std::vector<std::string>& updates = format == UpdateFormat::kV1 ? v1 : v2;
  const uint32_t i = AsIndex(number);
  if (i >= updates.size()) throw CaseError("no update " + std::to_string(i));
  return updates[i];
}

std::string SessionUpdates::Merge(const Any::Array& numbers, UpdateFormat format) const {
  std::vector<codec::Bytes> parts;
  for (const Json& number : numbers) parts.push_back(codec::AsBytes(Get(number, format)));
  absl::StatusOr<std::string> merged = MergeUpdates(parts, format);
  if (!merged.ok()) throw CaseError("merge: " + merged.status().ToString());
  return *std::move(merged);
}

namespace {

// Entries whose results need what the engine does not have: the inputs alone.
Json InputsOnly(const Any::Array& entries, std::initializer_list<const char*> inputs) {
  Any::Array list;
  for (const Json& entry : entries) list.push_back(Pick(entry, inputs));
  return list;
}

}  // namespace

Any::Object EvaluateSession(const Json& case_json, Answer& answer) {
  const Roots roots = ReadRoots(case_json);
  const SessionUpdates updates(case_json, answer);
  Any::Object result = Pick(case_json, {"format", "kind", "name", "tags", "producer", "seed",
                                        "roots", "clients", "updates"});
  std::unique_ptr<Replica> in_order;
  result.emplace_back("steps", RunSteps(case_json, roots, updates, answer));
  result.emplace_back("deliveries", RunDeliveries(case_json, roots, updates, answer, &in_order));
  if (const Any::Array& positions = ArrayOrEmpty(case_json, "relpos"); !positions.empty()) {
    answer.Try([] { throw Unsupported("relative positions"); });
    result.emplace_back("relpos", InputsOnly(positions, {"step", "n", "bytes"}));
  }
  if (const Any::Array& snapshots = ArrayOrEmpty(case_json, "snapshots"); !snapshots.empty()) {
    answer.Try([] { throw Unsupported("restoring snapshots"); });
    result.emplace_back("snapshots", InputsOnly(snapshots, {"id", "c"}));
  }
  if (const Json* utils = Find(case_json, "utils")) {
    result.emplace_back("utils", RunUtils(*utils, updates, in_order.get(), answer));
  }
  return result;
}

}  // namespace ypp::eval
