// Fresh documents that receive the updates of a session in some other order.
#include <memory>
#include <utility>

#include "tests/eval/session.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {

namespace {

void ApplyDelivered(Replica& receiver, const Json& step, const SessionUpdates& updates,
                    const Answer& answer) {
  const UpdateFormat format = FormatOf(step);
  const auto apply = [&](const std::string& update) {
    const absl::Status status = receiver.Apply(update, format);
    if (!status.ok()) throw CaseError("update refused: " + status.ToString());
  };
  if (const Json* numbers = Find(step, "merge")) {
    apply(updates.Merge(AsArray(*numbers), format));
  } else if (const Json* blobs = Find(step, "b")) {
    for (const Json& blob : AsArray(*blobs)) apply(answer.blobs.Get(blob));
  } else {
    for (const Json& number : NeedArray(step, "u")) apply(updates.Get(number, format));
  }
}

Json RunDelivery(const Json& delivery, const Roots& roots, const SessionUpdates& updates,
                 Answer& answer, std::unique_ptr<Replica>* receiver_out) {
  auto receiver =
      std::make_unique<Replica>(NeedUint(delivery, "clientId"), BoolOr(delivery, "gc", true));
  const Json* opening = Find(delivery, "roots");
  const bool late = opening != nullptr && AsString(*opening) == "late";
  if (!late) OpenRoots(receiver->doc(), roots);

  Any::Object result = Pick(delivery, {"name", "gc", "roots", "clientId", "steps"});
  Any::Array checkpoints;
  for (const Json& checkpoint : ArrayOrEmpty(delivery, "checkpoints")) {
    checkpoints.push_back(Pick(checkpoint, {"after"}));
  }
  uint64_t done = 0;
  for (const Json& step : NeedArray(delivery, "steps")) {
    ApplyDelivered(*receiver, step, updates, answer);
    ++done;
    for (Json& checkpoint : checkpoints) {
      if (NeedUint(checkpoint, "after") != done) continue;
      Any::Object reached = AsObject(TakeState(receiver->doc(), roots, answer));
      Put(reached, "after", Json(done));
      checkpoint = std::move(reached);
    }
  }
  if (!checkpoints.empty()) result.emplace_back("checkpoints", std::move(checkpoints));
  result.emplace_back("final", TakeState(receiver->doc(), roots, answer));
  *receiver_out = std::move(receiver);
  return result;
}

}  // namespace

Json RunDeliveries(const Json& case_json, const Roots& roots, const SessionUpdates& updates,
                   Answer& answer, std::unique_ptr<Replica>* in_order) {
  Any::Array results;
  for (const Json& delivery : ArrayOrEmpty(case_json, "deliveries")) {
    std::unique_ptr<Replica> receiver;
    results.push_back(RunDelivery(delivery, roots, updates, answer, &receiver));
    if (*in_order == nullptr) *in_order = std::move(receiver);
  }
  return results;
}

}  // namespace ypp::eval
