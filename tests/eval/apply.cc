// Kind "apply": raw update bytes applied one after the other to one document, and functions on raw
// bytes.
#include "codec/obfuscate.h"
#include "codec/snapshot.h"
#include "codec/state_vector.h"
#include "codec/update_algebra.h"
#include "crdt/relative_position.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/kinds.h"
#include "tests/eval/meta_json.h"
#include "tests/eval/obfuscate_options.h"
#include "tests/eval/position_json.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"
#include "tests/eval/state_record.h"

namespace ypp::eval {

namespace {

Json RunStep(const Json& step, Replica& replica, ClientId client, const Roots& roots,
             Answer& answer) {
  Any::Object result = Pick(step, {"enc", "u", "note", "unchecked"});
  const absl::Status status = replica.Apply(answer.blobs.Get(Need(step, "u")), FormatOf(step));
  if (!status.ok()) result.emplace_back("throws", Json(status.ToString()));
  const Json emits = replica.TakeEmits(answer.write);
  if (BoolOr(step, "unchecked", false)) return result;
  result.emplace_back("state", TakeState(replica.doc(), roots, answer));
  result.emplace_back("emits", emits);
  if (replica.doc().client_id() != client) result.emplace_back("clientIdChanged", true);
  return result;
}

Json Encoded(const absl::StatusOr<std::string>& bytes) {
  if (!bytes.ok()) return Any::Object{{"throws", true}};
  return Json(ToBase64(*bytes));
}

Json MetaOrThrows(const absl::StatusOr<UpdateMeta>& meta) {
  if (!meta.ok()) return Any::Object{{"throws", true}};
  return MetaJson(*meta);
}

absl::StatusOr<std::string> EncodedStateVector(codec::Bytes update, UpdateFormat format) {
  const absl::StatusOr<StateVector> vector = StateVectorFromUpdate(update, format);
  if (!vector.ok()) return vector.status();
  return vector->Encode();
}

absl::StatusOr<std::string> Diff(codec::Bytes update, codec::Bytes encoded, UpdateFormat format) {
  const absl::StatusOr<StateVector> known = StateVector::Decode(encoded);
  if (!known.ok()) return known.status();
  return DiffUpdate(update, *known, format);
}

// From V1 to V2.
absl::StatusOr<std::string> RecodeSnapshot(codec::Bytes snapshot) {
  const absl::StatusOr<Snapshot> decoded = DecodeSnapshot(snapshot, UpdateFormat::kV1);
  if (!decoded.ok()) return decoded.status();
  return EncodeSnapshot(*decoded, UpdateFormat::kV2);
}

Json PositionOrThrows(const absl::StatusOr<RelativePosition>& position) {
  if (!position.ok()) return Any::Object{{"throws", true}};
  return RelativePositionToJson(*position);
}

Json RunFunction(const std::string& name, const std::vector<codec::Bytes>& args,
                 const ObfuscateOptions& options) {
  const auto arg = [&args](size_t i) {
    if (i >= args.size()) throw CaseError("too few arguments");
    return args[i];
  };
  constexpr UpdateFormat kV1 = UpdateFormat::kV1;
  constexpr UpdateFormat kV2 = UpdateFormat::kV2;
  if (name == "mergeUpdates") return Encoded(MergeUpdates(args, kV1));
  if (name == "mergeUpdatesV2") return Encoded(MergeUpdates(args, kV2));
  if (name == "diffUpdate") return Encoded(Diff(arg(0), arg(1), kV1));
  if (name == "diffUpdateV2") return Encoded(Diff(arg(0), arg(1), kV2));
  if (name == "encodeStateVectorFromUpdate") return Encoded(EncodedStateVector(arg(0), kV1));
  if (name == "encodeStateVectorFromUpdateV2") return Encoded(EncodedStateVector(arg(0), kV2));
  if (name == "parseUpdateMeta") return MetaOrThrows(ParseUpdateMeta(arg(0), kV1));
  if (name == "parseUpdateMetaV2") return MetaOrThrows(ParseUpdateMeta(arg(0), kV2));
  if (name == "convertUpdateFormatV1ToV2") return Encoded(ConvertUpdate(arg(0), kV1, kV2));
  if (name == "convertUpdateFormatV2ToV1") return Encoded(ConvertUpdate(arg(0), kV2, kV1));
  if (name == "decodeSnapshot") return Encoded(RecodeSnapshot(arg(0)));
  if (name == "decodeStateVector") {
    const absl::StatusOr<StateVector> vector = StateVector::Decode(arg(0));
    return vector.ok() ? PairsJson(vector->entries()) : Json(Any::Object{{"throws", true}});
  }
  if (name == "obfuscateUpdate") return Encoded(ObfuscateUpdate(arg(0), kV1, options));
  if (name == "obfuscateUpdateV2") return Encoded(ObfuscateUpdate(arg(0), kV2, options));
  if (name == "decodeRelativePosition") return PositionOrThrows(DecodeRelativePosition(arg(0)));
  throw CaseError("unknown function \"" + name + "\"");
}

Json RunUtil(const Json& util, Answer& answer) {
  Any::Object result = Pick(util, {"fn", "args", "opts"});
  std::vector<codec::Bytes> args;
  for (const Json& index : NeedArray(util, "args")) {
    args.push_back(codec::AsBytes(answer.blobs.Get(index)));
  }
  result.emplace_back("result",
                      RunFunction(NeedString(util, "fn"), args, ReadObfuscateOptions(util)));
  return result;
}

}  // namespace

Any::Object EvaluateApply(const Json& case_json, Answer& answer) {
  Any::Object result =
      Pick(case_json, {"format", "kind", "name", "tags", "note", "producer", "roots", "doc"});
  const Roots roots = ReadRoots(case_json);
  const Json& doc = Need(case_json, "doc");
  const ClientId client = NeedUint(doc, "clientId");
  Replica replica(client, BoolOr(doc, "gc", true));
  if (!BoolOr(doc, "late", false)) OpenRoots(replica.doc(), roots);

  Any::Array steps;
  for (const Json& step : NeedArray(case_json, "steps")) {
    steps.push_back(RunStep(step, replica, client, roots, answer));
  }
  result.emplace_back("steps", std::move(steps));
  if (const Any::Array& positions = ArrayOrEmpty(case_json, "relpos"); !positions.empty()) {
    Any::Array resolved;
    for (const Json& position : positions) {
      Any::Object entry = Pick(position, {"bytes"});
      entry.emplace_back("onReceiver0",
                         ResolvedJson(replica.doc(), answer.blobs.Get(Need(position, "bytes"))));
      resolved.push_back(std::move(entry));
    }
    result.emplace_back("relpos", std::move(resolved));
  }
  if (const Any::Array& utils = ArrayOrEmpty(case_json, "utils"); !utils.empty()) {
    Any::Array results;
    for (const Json& util : utils) results.push_back(RunUtil(util, answer));
    result.emplace_back("utils", std::move(results));
  }
  return result;
}

}  // namespace ypp::eval
