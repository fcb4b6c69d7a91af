// ypp-peer: documents at the end of a pipe, for programs in other languages that edit together with
// the engine. Reads one JSON command per line and answers each with one line. Bytes are base64;
// clients, edits and steps are written as in crdt-fixture/1.
//
//   {"clients": [client], "roots": {name: kind}}   begins anew
//   {"c": i, ...}                                  with one of these:
//     "tx": [operation], "origin"?                 edits in one transaction
//     "um": "undo"|"redo"|"stop"|"clear"           {ret, stacks}
//     "snapshot": n                                {snap: [V1, V2]}
//     "look": n, "prev": n|null                    what snapshot n shows: {restored, deltas,
//     arrays} "relpos": [{p, i, assoc}]                    {relposOut: [{bytes, json}]} "resolve":
//     [position]                        {resolved: [{index, assoc, type}|null]} "apply": bytes,
//     "enc": 1|2                   applies an update "diff": state vector, "enc": 1|2 {bytes}: what
//     that peer lacks "state": true                                a state record; checks the
//     document's invariants
//   {"merge": [updates], "enc": 1|2}               {bytes}; and in the same way, without a
//   document:
//   {"convert": update, "enc": of it}, {"cut": update, "known": state vector, "enc"},
//   {"vector": update, "enc"}
//
// An answer for a client also has {emits: [{v1, v2, remote}], events: []}. Failures: {error}.
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
#include "tests/eval/position_json.h"
#include "tests/eval/roots.h"
#include "tests/eval/session_client.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {
namespace {

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) throw CaseError(result.status().ToString());
  return *std::move(result);
}

Json Base64(std::string_view bytes) { return Json(ToBase64(bytes)); }

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
      return Any::Object{{"bytes", Base64(RunAlgebra(command))}};
    }
    const uint32_t c = NeedIndex(command, "c");
    if (c >= clients_.size()) throw CaseError("no such client");
    SessionClient& client = *clients_[c];
    Any::Object result;
    if (!client.Run(command, &result)) Run(command, client, &result);
    client.AddEmitsAndEvents(&result);
    return result;
  }

 private:
  Json Begin(const Json& command) {
    clients_.clear();
    roots_ = ReadRoots(command);
    for (const Json& spec : NeedArray(command, "clients")) {
      clients_.push_back(std::make_unique<SessionClient>(spec, roots_, Base64));
    }
    return Any::Object{};
  }

  void Run(const Json& command, SessionClient& client, Any::Object* result) {
    if (const Json* update = Find(command, "apply")) {
      client.Apply(FromBase64(AsString(*update)), FormatOf(command));
    } else if (const Json* vector = Find(command, "diff")) {
      const UpdateFormat format = FormatOf(command);
      result->emplace_back("bytes",
                           Base64(client.doc().EncodeUpdate(DecodeVector(*vector), format)));
    } else if (const Json* number = Find(command, "look")) {
      Look(client, *number, Find(command, "prev"), result);
    } else if (const Json* positions = Find(command, "resolve")) {
      Any::Array resolved;
      for (const Json& position : AsArray(*positions)) {
        resolved.push_back(ResolvedJson(client.doc(), FromBase64(AsString(position))));
      }
      result->emplace_back("resolved", std::move(resolved));
    } else if (Find(command, "state") != nullptr) {
      const absl::Status whole = CheckInvariants(client.doc());
      if (!whole.ok()) throw CaseError("broken: " + whole.ToString());
      *result = TakeEncodings(client.doc(), Base64);
      result->emplace_back("roots", Content(client.doc(), roots_));
    } else {
      throw CaseError("unknown command");
    }
  }

  void Look(SessionClient& client, const Json& number, const Json* previous, Any::Object* result) {
    Any::Object deltas;
    Any::Object arrays;
    for (const Root& root : roots_) {
      if (root.kind == TypeKind::kText) {
        deltas.emplace_back(root.name, client.TextDeltaAt(root.name, number, previous));
      } else if (root.kind == TypeKind::kArray) {
        arrays.emplace_back(root.name, client.ArrayAt(root.name, number));
      }
    }
    *result = {{"restored", client.RestoredContent(number)},
               {"deltas", std::move(deltas)},
               {"arrays", std::move(arrays)}};
  }

  Roots roots_;
  std::vector<std::unique_ptr<SessionClient>> clients_;
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
