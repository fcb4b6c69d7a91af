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

SessionClients::SessionClients(const Json& case_json, const Roots& roots, const WriteBytes& write) {
  for (const Json& spec : NeedArray(case_json, "clients")) {
    clients_.push_back(std::make_unique<SessionClient>(spec, roots, write));
  }
}

SessionClient& SessionClients::At(const Json& index) const {
  const uint32_t i = AsIndex(index);
  if (i >= clients_.size()) throw CaseError("no client " + std::to_string(i));
  return *clients_[i];
}

Any::Object EvaluateSession(const Json& case_json, Answer& answer) {
  const Roots roots = ReadRoots(case_json);
  const SessionUpdates updates(case_json, answer);
  const SessionClients clients(case_json, roots, answer.write);
  Any::Object result = Pick(case_json, {"format", "kind", "name", "tags", "note", "producer",
                                        "seed", "roots", "clients", "updates"});
  std::unique_ptr<Replica> in_order;
  result.emplace_back("steps", RunSteps(case_json, clients, roots, updates, answer));
  result.emplace_back("deliveries", RunDeliveries(case_json, roots, updates, answer, &in_order));
  result.emplace_back("relpos", ResolvePositions(case_json, clients, in_order.get(), answer));
  result.emplace_back("snapshots", ShowSnapshots(case_json, clients, answer));
  if (const Json* utils = Find(case_json, "utils")) {
    result.emplace_back("utils", RunUtils(*utils, updates, in_order.get(), answer));
  }
  return result;
}

}  // namespace ypp::eval
