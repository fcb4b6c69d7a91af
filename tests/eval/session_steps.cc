// The steps of a session: edits, exchange, and looks at the documents.
#include <memory>
#include <utility>

#include "tests/eval/operations.h"
#include "tests/eval/session.h"
#include "tests/eval/snapshot.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {

namespace {

constexpr std::initializer_list<const char*> kStepInputs = {
    "c", "tx", "origin", "recv", "sync", "um", "snapshot", "relpos", "state"};

// A client that is asked for what the engine lacks stops there: its document is not what it was in
// the recording. The others go on, for what they receive are recorded updates; only who syncs from
// a stopped client stops too.
class StepRunner {
 public:
  StepRunner(const Json& case_json, const Roots& roots, const SessionUpdates& updates,
             Answer& answer)
      : roots_(roots), updates_(updates), answer_(answer) {
    for (const Json& spec : NeedArray(case_json, "clients")) {
      clients_.push_back(std::make_unique<Client>(NeedUint(spec, "id"), BoolOr(spec, "gc", true)));
      OpenRoots(clients_.back()->replica.doc(), roots_);
      if (BoolOr(spec, "events", false)) NoteMissing("events of shared types");
      if (BoolOr(spec, "subdocEvents", false)) NoteMissing("sub-documents");
      // An undo manager keeps deleted content alive, which shows in every encoding.
      clients_.back()->stopped = Find(spec, "undo") != nullptr;
      if (clients_.back()->stopped) NoteMissing("undo");
    }
  }

  // Only the inputs when the client has stopped. Counts those in `skipped`.
  Json TryRun(const Json& step, size_t* skipped) {
    Client& client = ClientAt(Need(step, "c"));
    if (!client.stopped) {
      try {
        return Run(step, client.replica);
      } catch (const Unsupported& missing) {
        NoteMissing(missing.what());
        client.stopped = true;
      }
    }
    ++*skipped;
    return Pick(step, kStepInputs);
  }

 private:
  struct Client {
    Client(ClientId id, bool gc) : replica(id, gc) {}
    Replica replica;
    bool stopped = false;
  };

  Json Run(const Json& step, Replica& client) {
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

  void NoteMissing(const char* what) {
    answer_.Try([what] { throw Unsupported(what); });
  }

  Client& ClientAt(const Json& index) {
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
    Client& from = ClientAt(Need(sync, "from"));
    if (from.stopped) throw Unsupported("a client that stopped");
    const std::string difference =
        from.replica.doc().EncodeUpdate(client.doc().GetStateVector(), format);
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
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

Json RunSteps(const Json& case_json, const Roots& roots, const SessionUpdates& updates,
              Answer& answer) {
  Any::Array results;
  size_t skipped = 0;
  StepRunner runner(case_json, roots, updates, answer);
  for (const Json& step : NeedArray(case_json, "steps")) {
    try {
      results.push_back(runner.TryRun(step, &skipped));
    } catch (const CaseError& error) {
      throw CaseError("step " + std::to_string(results.size()) + ": " + error.what());
    }
  }
  if (skipped > 0) answer.Stop(std::to_string(skipped) + " steps could not be run");
  return results;
}

}  // namespace ypp::eval
