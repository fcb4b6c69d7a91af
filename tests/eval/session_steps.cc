// The steps of a session: edits, exchange, and looks at the documents.
#include <memory>
#include <utility>

#include "tests/eval/operations.h"
#include "tests/eval/session.h"
#include "tests/eval/snapshot.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {

namespace {

constexpr std::initializer_list<const char*> kStepInputs = {"c",  "tx",       "origin", "recv", "sync",
                                                            "um", "snapshot", "relpos", "state"};

class StepRunner {
 public:
  StepRunner(const Json& case_json, const Roots& roots, const SessionUpdates& updates, Answer& answer)
      : roots_(roots), updates_(updates), answer_(answer) {
    for (const Json& client : NeedArray(case_json, "clients")) {
      // An undo manager keeps deleted content alive, which shows in every encoding.
      if (Find(client, "undo") != nullptr) throw Unsupported("undo");
      if (BoolOr(client, "events", false)) NoteMissing("events of shared types");
      if (BoolOr(client, "subdocEvents", false)) NoteMissing("sub-documents");
      clients_.push_back(std::make_unique<Replica>(NeedUint(client, "id"), BoolOr(client, "gc", true)));
      OpenRoots(clients_.back()->doc(), roots_);
    }
  }

  Json Run(const Json& step) {
    Replica& client = ClientAt(Need(step, "c"));
    Any::Object result = Pick(step, kStepInputs);
    if (const Json* operations = Find(step, "tx")) {
      Edit(client.doc(), *operations, step);
    } else if (const Json* receive = Find(step, "recv")) {
      Receive(client, *receive, result);
    } else if (const Json* sync = Find(step, "sync")) {
      Sync(client, *sync, result);
    } else if (Find(step, "um") != nullptr) {
      throw Unsupported("undo");
    } else if (Find(step, "snapshot") != nullptr) {
      const EncodedSnapshot snapshot = TakeSnapshot(client.doc(), client.doc().EncodeUpdate());
      result.emplace_back(
          "snap", Any::Array{answer_.blobs.Add(snapshot.v1), answer_.blobs.Add(snapshot.v2)});
    } else if (Find(step, "relpos") != nullptr) {
      NoteMissing("relative positions");
    } else if (Find(step, "state") != nullptr) {
      result.emplace_back("stateOut", TakeState(client.doc(), roots_, answer_));
    } else {
      throw CaseError("unknown step");
    }
    result.emplace_back("emits", client.TakeEmits(answer_));
    return result;
  }

 private:
  void NoteMissing(const char* what) {
    answer_.Try([what] { throw Unsupported(what); });
  }

  Replica& ClientAt(const Json& index) {
    const uint32_t i = AsIndex(index);
    if (i >= clients_.size()) throw CaseError("no client " + std::to_string(i));
    return *clients_[i];
  }

  void Edit(Doc& doc, const Json& operations, const Json& step) {
    const Json* origin = Find(step, "origin");
    Transaction transaction(doc, origin == nullptr ? Origin() : Origin(AsString(*origin)));
    for (const Json& operation : AsArray(operations)) ApplyOperation(doc, roots_, operation);
  }

  void Receive(Replica& client, const Json& receive, Any::Object& result) {
    const UpdateFormat format = FormatOf(receive);
    const Any::Array& numbers = NeedArray(receive, "u");
    if (BoolOr(receive, "merge", false)) {
      const std::string merged = updates_.Merge(numbers, format);
      result.emplace_back("bytes", answer_.blobs.Add(merged));
      Apply(client, merged, format);
      return;
    }
    for (const Json& number : numbers) Apply(client, updates_.Get(number, format), format);
  }

  void Sync(Replica& client, const Json& sync, Any::Object& result) {
    const UpdateFormat format = FormatOf(sync);
    const std::string difference = ClientAt(Need(sync, "from"))
                                       .doc()
                                       .EncodeUpdate(client.doc().GetStateVector(), format);
    result.emplace_back("bytes", answer_.blobs.Add(difference));
    Apply(client, difference, format);
  }

  static void Apply(Replica& client, const std::string& update, UpdateFormat format) {
    const absl::Status status = client.Apply(update, format);
    if (!status.ok()) throw CaseError("update refused: " + status.ToString());
  }

  const Roots& roots_;
  const SessionUpdates& updates_;
  Answer& answer_;
  std::vector<std::unique_ptr<Replica>> clients_;
};

}  // namespace

Json RunSteps(const Json& case_json, const Roots& roots, const SessionUpdates& updates,
              Answer& answer) {
  Any::Array results;
  const Any::Array& steps = NeedArray(case_json, "steps");
  try {
    StepRunner runner(case_json, roots, updates, answer);
    for (const Json& step : steps) results.push_back(runner.Run(step));
  } catch (const Unsupported& missing) {
    answer.Try([&] { throw; });
    answer.Stop("step " + std::to_string(results.size()) + " needs " + missing.what());
  } catch (const CaseError& error) {
    answer.Stop("step " + std::to_string(results.size()) + ": " + error.what());
  }
  while (results.size() < steps.size()) results.push_back(Pick(steps[results.size()], kStepInputs));
  return results;
}

}  // namespace ypp::eval
