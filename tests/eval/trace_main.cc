// ypp-trace FILE...: replays recorded editing sessions, one document per person, and compares every
// document with the recorded end text. trace.h has the format. `-` is standard input.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/eval/json_access.h"
#include "tests/eval/trace.h"

namespace ypp::eval {
namespace {

class Replay {
 public:
  explicit Replay(const Trace& trace) : trace_(trace) {
    // Ids that ascend with the people: recordings tell by that who comes first where two type at
    // the same place.
    for (uint32_t i = 0; i < trace.agents; ++i) people_.push_back(std::make_unique<Person>(i + 1));
    for (const auto& person : people_) person->has.resize(trace.transactions.size());
    updates_.resize(trace.transactions.size());
  }

  void Run() {
    for (size_t i = 0; i < trace_.transactions.size(); ++i) RunOne(i);
    for (const auto& person : people_) {
      for (size_t i = 0; i < trace_.transactions.size(); ++i) Receive(*person, i);
    }
  }

  // Throws CaseError when a document shows another text or is broken.
  void Check() const {
    for (const auto& person : people_) {
      const absl::Status whole = CheckInvariants(person->doc);
      if (!whole.ok()) throw CaseError("broken: " + whole.ToString());
      if (person->text.ToString() != trace_.end_text) throw CaseError("another end text");
    }
  }

  std::string State(UpdateFormat format) const { return people_[0]->doc.EncodeUpdate({}, format); }

 private:
  struct Person {
    explicit Person(ClientId client) : doc(DocOptions{client, true}), text(doc.GetText("t")) {}
    Doc doc;
    Text text;
    std::vector<bool> has;  // by transaction
  };

  static void Must(const absl::Status& status) {
    if (!status.ok()) throw CaseError(status.ToString());
  }

  void Receive(Person& person, size_t number) {
    if (person.has[number]) return;
    Must(person.doc.ApplyUpdate(updates_[number], "remote"));
    person.has[number] = true;
  }

  void RunOne(size_t number) {
    const TraceTransaction& transaction = trace_.transactions[number];
    Person& person = *people_[transaction.agent];
    for (const uint32_t received : transaction.received) Receive(person, received);
    const Subscription updates = person.doc.OnUpdate(
        [&](const UpdateEvent& event) { updates_[number] = std::string(event.update); });
    {
      Transaction edit(person.doc);
      for (const TracePatch& patch : transaction.patches) {
        if (patch.deleted > 0) Must(person.text.Delete(patch.position, patch.deleted));
        if (!patch.inserted.empty()) Must(person.text.Insert(patch.position, patch.inserted));
      }
    }
    person.has[number] = true;
    if (updates_[number].empty()) updates_[number] = std::string(2, '\0');  // it changed nothing
  }

  const Trace& trace_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::string> updates_;
};

void CheckLoads(const std::string& state, UpdateFormat format, const std::string& end_text) {
  Doc doc;
  const absl::Status status = doc.ApplyUpdate(state, "file", format);
  if (!status.ok()) throw CaseError("its own state is refused: " + status.ToString());
  if (doc.GetText("t").ToString() != end_text)
    throw CaseError("the loaded state shows another text");
}

void Run(const std::string& path) {
  const Trace trace = ReadTrace(path);
  Replay replay(trace);
  replay.Run();
  replay.Check();
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    CheckLoads(replay.State(format), format, trace.end_text);
  }
  std::cout << path << ": " << trace.transactions.size() << " transactions, the recorded text of "
            << trace.end_text.size() << " bytes; state of "
            << replay.State(UpdateFormat::kV1).size() << " bytes in V1, "
            << replay.State(UpdateFormat::kV2).size() << " in V2\n";
}

}  // namespace
}  // namespace ypp::eval

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: ypp-trace FILE...   (JSON or JSON.gz; - is standard input)\n";
    return 2;
  }
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      ypp::eval::Run(argv[i]);
    } catch (const std::exception& error) {
      std::cerr << "ypp-trace: " << argv[i] << ": " << error.what() << '\n';
      failed = 1;
    }
  }
  return failed;
}
