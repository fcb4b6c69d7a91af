// The steps of a session: edits, exchange, and looks at the documents.
#include <memory>
#include <utility>

#include "tests/eval/session.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {

namespace {

constexpr std::initializer_list<const char*> kStepInputs = {
    "c", "tx", "origin", "recv", "sync", "um", "snapshot", "relpos", "state"};

class StepRunner {
 public:
  StepRunner(const SessionClients& clients, const Roots& roots, const SessionUpdates& updates,
             Answer& answer)
      : clients_(clients), roots_(roots), updates_(updates), answer_(answer) {}

  Json Run(const Json& step) {
    SessionClient& client = clients_.At(Need(step, "c"));
    Any::Object result = Pick(step, kStepInputs);
    if (const Json* receive = Find(step, "recv")) {
      Receive(client, *receive, &result);
    } else if (const Json* sync = Find(step, "sync")) {
      Sync(client, *sync, &result);
    } else if (Find(step, "state") != nullptr) {
      result.emplace_back("stateOut", TakeState(client.doc(), roots_, answer_));
    } else if (!client.Run(step, &result)) {
      throw CaseError("unknown step");
    }
    client.AddEmitsAndEvents(&result);
    return result;
  }

 private:
  void Receive(SessionClient& client, const Json& receive, Any::Object* result) {
    const UpdateFormat format = FormatOf(receive);
    const Any::Array& numbers = NeedArray(receive, "u");
    if (BoolOr(receive, "merge", false)) {
      const std::string merged = updates_.Merge(numbers, format);
      result->emplace_back("bytes", answer_.blobs.Add(merged));
      client.Apply(merged, format);
      return;
    }
    for (const Json& number : numbers) client.Apply(updates_.Get(number, format), format);
  }

  void Sync(SessionClient& client, const Json& sync, Any::Object* result) {
    const UpdateFormat format = FormatOf(sync);
    const Doc& from = clients_.At(Need(sync, "from")).doc();
    const std::string difference = from.EncodeUpdate(client.doc().GetStateVector(), format);
    result->emplace_back("bytes", answer_.blobs.Add(difference));
    client.Apply(difference, format);
  }

  const SessionClients& clients_;
  const Roots& roots_;
  const SessionUpdates& updates_;
  Answer& answer_;
};

}  // namespace

Json RunSteps(const Json& case_json, const SessionClients& clients, const Roots& roots,
              const SessionUpdates& updates, Answer& answer) {
  Any::Array results;
  StepRunner runner(clients, roots, updates, answer);
  for (const Json& step : NeedArray(case_json, "steps")) {
    try {
      results.push_back(runner.Run(step));
    } catch (const CaseError& error) {
      throw CaseError("step " + std::to_string(results.size()) + ": " + error.what());
    }
  }
  return results;
}

}  // namespace ypp::eval
