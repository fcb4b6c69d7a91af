// What is looked at when all steps of a session are done: positions and snapshots of earlier steps.
#include "tests/eval/position_json.h"
#include "tests/eval/session.h"

namespace ypp::eval {

namespace {

const Json& StepAt(const Json& case_json, const Json& number) {
  const Any::Array& steps = NeedArray(case_json, "steps");
  const uint32_t i = AsIndex(number);
  if (i >= steps.size()) throw CaseError("no step " + std::to_string(i));
  return steps[i];
}

Json ShowSnapshot(const Json& snapshot, SessionClient& client, Answer& answer) {
  Any::Object result = Pick(snapshot, {"id", "c"});
  const Json& number = Need(snapshot, "id");
  result.emplace_back("restored", answer.states.Add(client.RestoredContent(number)));
  Any::Array deltas;
  for (const Json& entry : ArrayOrEmpty(snapshot, "deltas")) {
    Any::Object shown = Pick(entry, {"root", "prev"});
    shown.emplace_back("delta",
                       client.TextDeltaAt(NeedString(entry, "root"), number, Find(entry, "prev")));
    deltas.push_back(std::move(shown));
  }
  result.emplace_back("deltas", std::move(deltas));
  if (const Json* array = Find(snapshot, "array")) {
    Any::Object shown = Pick(*array, {"root"});
    shown.emplace_back("json", client.ArrayAt(NeedString(*array, "root"), number));
    result.emplace_back("array", std::move(shown));
  }
  return result;
}

}  // namespace

Json ResolvePositions(const Json& case_json, const SessionClients& clients, Replica* in_order,
                      const Answer& answer) {
  Any::Array results;
  for (const Json& entry : ArrayOrEmpty(case_json, "relpos")) {
    Any::Object result = Pick(entry, {"step", "n", "bytes"});
    const std::string& position = answer.blobs.Get(Need(entry, "bytes"));
    SessionClient& client = clients.At(Need(StepAt(case_json, Need(entry, "step")), "c"));
    if (in_order != nullptr) {
      result.emplace_back("onReceiver0", ResolvedJson(in_order->doc(), position));
    }
    result.emplace_back("onClient", ResolvedJson(client.doc(), position));
    results.push_back(std::move(result));
  }
  return results;
}

Json ShowSnapshots(const Json& case_json, const SessionClients& clients, Answer& answer) {
  Any::Array results;
  for (const Json& snapshot : ArrayOrEmpty(case_json, "snapshots")) {
    results.push_back(ShowSnapshot(snapshot, clients.At(Need(snapshot, "c")), answer));
  }
  return results;
}

}  // namespace ypp::eval
