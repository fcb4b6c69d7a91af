// ypp-peer: documents at the end of a pipe, for programs in other languages that edit together with
// the engine. Reads one JSON command per line and answers each with one line. Bytes are base64;
// edits are written as in crdt-fixture/1.
//
//   {"clients": [{"id", "gc"}], "roots": {name: kind}}   begins anew
//   {"c": i, "tx": [operation]}                          edits in one transaction
//   {"c": i, "apply": bytes, "enc": 1|2}                 applies an update
//   {"c": i, "diff": state vector, "enc": 1|2}           {bytes}: what that peer lacks
//   {"c": i, "state": true}                              {sv, v1, v2, roots}; checks the document's
//   invariants
//   {"merge": [updates], "enc": 1|2}                     {bytes}; and in the same way, without a
//   document:
//   {"convert": update, "enc": of it}, {"cut": update, "known": state vector, "enc"}, {"vector":
//   update, "enc"}
// Edits and updates are answered with {emits: [[v1, v2, remote]]}, failures with {error}.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "codec/json.h"
#include "codec/state_vector.h"
#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/content.h"
#include "tests/eval/operations.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"

namespace ypp::eval {
namespace {

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) throw CaseError(result.status().ToString());
  return *std::move(result);
}

StateVector DecodeVector(const Json& base64) {
  const std::string encoded = FromBase64(AsString(base64));
  return Must(StateVector::Decode(codec::AsBytes(encoded)));
}

// What needs no document.
std::string RunAlgebra(const Json& command) {
  const UpdateFormat format = FormatOf(command);
  const auto bytes_of = [&command](const char* name) {
    return FromBase64(NeedString(command, name));
  };
  if (const Json* list = Find(command, "merge")) {
    std::vector<std::string> updates;
    for (const Json& update : AsArray(*list)) updates.push_back(FromBase64(AsString(update)));
    std::vector<codec::Bytes> parts;
    for (const std::string& update : updates) parts.push_back(codec::AsBytes(update));
    return Must(MergeUpdates(parts, format));
  }
  if (Find(command, "convert") != nullptr) {
    const UpdateFormat to = format == UpdateFormat::kV1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
    return Must(ConvertUpdate(codec::AsBytes(bytes_of("convert")), format, to));
  }
  if (Find(command, "cut") != nullptr) {
    return Must(
        DiffUpdate(codec::AsBytes(bytes_of("cut")), DecodeVector(Need(command, "known")), format));
  }
  return Must(StateVectorFromUpdate(codec::AsBytes(bytes_of("vector")), format)).Encode();
}

class Peer {
 public:
  Json Run(const Json& command) {
    if (Find(command, "clients") != nullptr) return Begin(command);
    if (Find(command, "c") == nullptr) {
      return Any::Object{{"bytes", Json(ToBase64(RunAlgebra(command)))}};
    }
    const uint32_t c = NeedIndex(command, "c");
    if (c >= replicas_.size()) throw CaseError("no such client");
    Replica& replica = *replicas_[c];
    if (const Json* operations = Find(command, "tx")) {
      {
        Transaction transaction(replica.doc());
        for (const Json& operation : AsArray(*operations)) {
          ApplyOperation(replica.doc(), roots_, operation);
        }
      }
      return Emits(replica);
    }
    if (const Json* update = Find(command, "apply")) {
      const absl::Status status = replica.Apply(FromBase64(AsString(*update)), FormatOf(command));
      if (!status.ok()) throw CaseError(status.ToString());
      return Emits(replica);
    }
    if (const Json* vector = Find(command, "diff")) {
      return Any::Object{{"bytes", Json(ToBase64(replica.doc().EncodeUpdate(DecodeVector(*vector),
                                                                            FormatOf(command))))}};
    }
    return State(replica.doc());
  }

 private:
  Json Begin(const Json& command) {
    replicas_.clear();
    roots_ = ReadRoots(command);
    for (const Json& client : NeedArray(command, "clients")) {
      replicas_.push_back(
          std::make_unique<Replica>(NeedUint(client, "id"), BoolOr(client, "gc", true)));
      OpenRoots(replicas_.back()->doc(), roots_);
    }
    return Any::Object{};
  }

  static Json Emits(Replica& replica) {
    Any::Array list;
    for (const Replica::Emit& emit : replica.TakeEmits()) {
      list.push_back(Any::Array{ToBase64(emit.v1), ToBase64(emit.v2), emit.remote});
    }
    return Any::Object{{"emits", std::move(list)}};
  }

  Json State(Doc& doc) {
    const absl::Status whole = CheckInvariants(doc);
    if (!whole.ok()) throw CaseError("broken: " + whole.ToString());
    const std::string v1 = doc.EncodeUpdate();
    return Any::Object{{"sv", Json(ToBase64(doc.GetStateVector().Encode()))},
                       {"v1", Json(ToBase64(v1))},
                       {"v2", Json(ToBase64(doc.EncodeUpdate({}, UpdateFormat::kV2)))},
                       {"roots", Content(doc, roots_, v1)}};
  }

  Roots roots_;
  std::vector<std::unique_ptr<Replica>> replicas_;
};

Json Reply(Peer& peer, const std::string& line) {
  try {
    const absl::StatusOr<Any> command = codec::ParseJson(line);
    if (!command.ok()) throw CaseError("no JSON: " + command.status().ToString());
    return peer.Run(*command);
  } catch (const std::exception& error) {
    return Any::Object{{"error", Json(error.what())}};
  }
}

}  // namespace
}  // namespace ypp::eval

int main() {
  std::ios::sync_with_stdio(false);
  ypp::eval::Peer peer;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << ypp::codec::ToJson(ypp::eval::Reply(peer, line)) << std::endl;
  }
}
