// What can be done with the updates of a session without its documents.
#include <utility>

#include "codec/obfuscate.h"
#include "codec/snapshot.h"
#include "codec/state_vector.h"
#include "codec/update_algebra.h"
#include "tests/eval/meta_json.h"
#include "tests/eval/obfuscate_options.h"
#include "tests/eval/session.h"

namespace ypp::eval {

namespace {

template <typename T>
T Must(absl::StatusOr<T> result, const char* what) {
  if (!result.ok()) throw CaseError(std::string(what) + ": " + result.status().ToString());
  return *std::move(result);
}

Json StateVectorBlob(const std::string& update, UpdateFormat format, Answer& answer) {
  const StateVector vector =
      Must(StateVectorFromUpdate(codec::AsBytes(update), format), "state vector");
  return answer.blobs.Add(vector.Encode());
}

Json Meta(const std::string& update, UpdateFormat format) {
  return MetaJson(Must(ParseUpdateMeta(codec::AsBytes(update), format), "meta"));
}

Json Merge(const Json& entry, const SessionUpdates& updates, Answer& answer) {
  Any::Object result = Pick(entry, {"name", "order"});
  const Any::Array& order = NeedArray(entry, "order");
  const std::string v1 = updates.Merge(order, UpdateFormat::kV1);
  const std::string v2 = updates.Merge(order, UpdateFormat::kV2);
  result.emplace_back("v1", answer.blobs.Add(v1));
  result.emplace_back("v2", answer.blobs.Add(v2));
  result.emplace_back("svV1", StateVectorBlob(v1, UpdateFormat::kV1, answer));
  result.emplace_back("svV2", StateVectorBlob(v2, UpdateFormat::kV2, answer));
  result.emplace_back("meta", Meta(v1, UpdateFormat::kV1));
  result.emplace_back("metaV2", Meta(v2, UpdateFormat::kV2));
  return result;
}

Json Diff(const Json& entry, const Replica* in_order, Answer& answer) {
  Any::Object result = Pick(entry, {"doc", "v1", "v2", "sv"});
  const std::string& encoded = answer.blobs.Get(Need(entry, "sv"));
  const StateVector known = Must(StateVector::Decode(codec::AsBytes(encoded)), "state vector");
  std::string v1;
  std::string v2;
  if (BoolOr(entry, "doc", false)) {
    if (in_order == nullptr) throw CaseError("no delivery to take the document from");
    const Doc& doc = in_order->doc();
    v1 = doc.EncodeUpdate(known, UpdateFormat::kV1);
    v2 = doc.EncodeUpdate(known, UpdateFormat::kV2);
  } else {
    const auto diff = [&](const char* name, UpdateFormat format) {
      const std::string& update = answer.blobs.Get(Need(entry, name));
      return Must(DiffUpdate(codec::AsBytes(update), known, format), "diff");
    };
    v1 = diff("v1", UpdateFormat::kV1);
    v2 = diff("v2", UpdateFormat::kV2);
  }
  result.emplace_back("d1", answer.blobs.Add(v1));
  result.emplace_back("d2", answer.blobs.Add(v2));
  return result;
}

Json Convert(const Json& entry, Answer& answer) {
  const bool from_v1 = Find(entry, "v1") != nullptr;
  const UpdateFormat from = from_v1 ? UpdateFormat::kV1 : UpdateFormat::kV2;
  const UpdateFormat to = from_v1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
  const char* input = from_v1 ? "v1" : "v2";
  const std::string& update = answer.blobs.Get(Need(entry, input));
  const std::string converted = Must(ConvertUpdate(codec::AsBytes(update), from, to), "convert");
  Any::Object result = Pick(entry, {input});
  result.emplace_back(from_v1 ? "toV2" : "toV1", answer.blobs.Add(converted));
  return result;
}

Json StateVectorOf(const Json& entry, const SessionUpdates& updates, Answer& answer) {
  Any::Object result = Pick(entry, {"u"});
  const std::string& update = updates.Get(Need(entry, "u"), UpdateFormat::kV1);
  result.emplace_back("sv", StateVectorBlob(update, UpdateFormat::kV1, answer));
  result.emplace_back("meta", Meta(update, UpdateFormat::kV1));
  return result;
}

Json Obfuscate(const Json& entry, Answer& answer) {
  Any::Object result = Pick(entry, {"v1", "opts"});
  const std::string& update = answer.blobs.Get(Need(entry, "v1"));
  const std::string obfuscated =
      Must(ObfuscateUpdate(codec::AsBytes(update), UpdateFormat::kV1, ReadObfuscateOptions(entry)),
           "obfuscate");
  result.emplace_back("out", answer.blobs.Add(obfuscated));
  return result;
}

Json Contains(const Json& entry, const SessionUpdates& updates, Answer& answer) {
  Any::Object result = Pick(entry, {"snap", "u"});
  const std::string& encoded = answer.blobs.Get(Need(entry, "snap"));
  const Snapshot snapshot =
      Must(DecodeSnapshot(codec::AsBytes(encoded), UpdateFormat::kV1), "snapshot");
  const std::string& update = updates.Get(Need(entry, "u"), UpdateFormat::kV1);
  const bool contains =
      Must(SnapshotContainsUpdate(snapshot, codec::AsBytes(update), UpdateFormat::kV1), "contains");
  result.emplace_back("result", contains);
  return result;
}

}  // namespace

Json RunUtils(const Json& utils, const SessionUpdates& updates, const Replica* in_order,
              Answer& answer) {
  Any::Object results;
  const auto each = [&](const char* name, auto&& run) {
    if (utils.Find(name) == nullptr) return;
    Any::Array list;
    for (const Json& entry : ArrayOrEmpty(utils, name)) list.push_back(run(entry));
    results.emplace_back(name, std::move(list));
  };
  each("merge", [&](const Json& entry) { return Merge(entry, updates, answer); });
  each("diff", [&](const Json& entry) { return Diff(entry, in_order, answer); });
  each("convert", [&](const Json& entry) { return Convert(entry, answer); });
  each("svFromUpdate", [&](const Json& entry) { return StateVectorOf(entry, updates, answer); });
  each("obfuscate", [&](const Json& entry) { return Obfuscate(entry, answer); });
  each("contains", [&](const Json& entry) { return Contains(entry, updates, answer); });
  return results;
}

}  // namespace ypp::eval
