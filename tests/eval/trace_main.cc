// ypp-trace FILE...: replays recorded editing sessions in which people typed at the same time, one
// document per person, and compares every document with the recorded end text. `-` is standard
// input.
//
// FORMAT (JSON): {"kind": "concurrent", "endContent", "numAgents", "txns": [{"parents": [number of
// a transaction], "agent", "patches": [[position, deleted, inserted text]]}]}. A transaction was
// made in the text that its parents, and theirs, give. Positions count code points.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "codec/json.h"
#include "codec/utf.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {
namespace {

class Replay {
 public:
  explicit Replay(const Json& trace) : transactions_(NeedArray(trace, "txns")) {
    const uint32_t people = NeedIndex(trace, "numAgents");
    // Ids that ascend with the people: recordings tell by that who comes first where two type at
    // the same place.
    for (uint32_t i = 0; i < people; ++i) people_.push_back(std::make_unique<Person>(i + 1));
    for (const auto& person : people_) person->has.resize(transactions_.size());
    updates_.resize(transactions_.size());
  }

  void Run() {
    for (size_t i = 0; i < transactions_.size(); ++i) RunOne(i);
    for (const auto& person : people_) {
      for (size_t i = 0; i < transactions_.size(); ++i) Receive(*person, i);
    }
  }

  // Throws CaseError when a document shows another text or is broken.
  void Check(const std::string& end_text) const {
    for (const auto& person : people_) {
      const absl::Status whole = CheckInvariants(person->doc);
      if (!whole.ok()) throw CaseError("broken: " + whole.ToString());
      if (person->text.ToString() != end_text) throw CaseError("another end text");
    }
  }

  size_t size() const { return transactions_.size(); }
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

  // What a person sees only grows, so what its document has is what it had seen.
  void ReceiveParents(Person& person, const Json& transaction) {
    std::set<size_t> wanted;  // ascending: no transaction comes before its parents
    std::vector<size_t> todo;
    const auto want_parents = [&](const Json& child) {
      for (const Json& parent : NeedArray(child, "parents")) {
        const uint32_t number = AsIndex(parent);
        if (number >= transactions_.size()) throw CaseError("a parent that does not exist");
        if (!person.has[number] && wanted.insert(number).second) todo.push_back(number);
      }
    };
    want_parents(transaction);
    while (!todo.empty()) {
      const size_t number = todo.back();
      todo.pop_back();
      want_parents(transactions_[number]);
    }
    for (const size_t number : wanted) Receive(person, number);
  }

  void RunOne(size_t number) {
    const Json& transaction = transactions_[number];
    const uint32_t agent = NeedIndex(transaction, "agent");
    if (agent >= people_.size()) throw CaseError("a person that does not exist");
    Person& person = *people_[agent];
    ReceiveParents(person, transaction);
    const Subscription updates = person.doc.OnUpdate(
        [&](const UpdateEvent& event) { updates_[number] = std::string(event.update); });
    {
      Transaction edit(person.doc);
      for (const Json& patch : NeedArray(transaction, "patches")) Apply(person.text, patch);
    }
    person.has[number] = true;
    if (updates_[number].empty()) updates_[number] = std::string(2, '\0');  // it changed nothing
  }

  static void Apply(Text& text, const Json& patch) {
    const Any::Array& parts = AsArray(patch);
    if (parts.size() != 3) throw CaseError("not a patch");
    const uint32_t position = AsIndex(parts[0]);
    const std::string& inserted = AsString(parts[2]);
    // Code points are UTF-16 units as long as none lies above U+FFFF, where UTF-8 has four bytes.
    for (const char c : inserted) {
      if (static_cast<unsigned char>(c) >= 0xF0) throw CaseError("text above U+FFFF");
    }
    if (const uint32_t deleted = AsIndex(parts[1]); deleted > 0) {
      Must(text.Delete(position, deleted));
    }
    if (!inserted.empty()) Must(text.Insert(position, inserted));
  }

  const Any::Array& transactions_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::string> updates_;
};

Json ReadTrace(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) throw CaseError("cannot open " + path);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  absl::StatusOr<Any> json = codec::ParseJson(text);
  if (!json.ok()) throw CaseError("no JSON: " + json.status().ToString());
  return *std::move(json);
}

void CheckLoads(const std::string& state, UpdateFormat format, const std::string& end_text) {
  Doc doc;
  const absl::Status status = doc.ApplyUpdate(state, "file", format);
  if (!status.ok()) throw CaseError("its own state is refused: " + status.ToString());
  if (doc.GetText("t").ToString() != end_text)
    throw CaseError("the loaded state shows another text");
}

void Run(const std::string& path) {
  const Json trace = ReadTrace(path);
  const std::string& end_text = NeedString(trace, "endContent");
  Replay replay(trace);
  replay.Run();
  replay.Check(end_text);
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    CheckLoads(replay.State(format), format, end_text);
  }
  std::cout << path << ": " << replay.size() << " transactions, the recorded text of "
            << end_text.size() << " bytes; state of " << replay.State(UpdateFormat::kV1).size()
            << " bytes in V1, " << replay.State(UpdateFormat::kV2).size() << " in V2\n";
}

}  // namespace
}  // namespace ypp::eval

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: ypp-trace FILE...   (JSON; - is standard input)\n";
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
