#include "tests/eval/replica.h"

#include <utility>

namespace ypp::eval {

UpdateFormat FormatOf(const Json& step) {
  const uint64_t format = NeedUint(step, "enc");
  if (format != 1 && format != 2) throw CaseError("unknown encoding");
  return format == 1 ? UpdateFormat::kV1 : UpdateFormat::kV2;
}

Replica::Replica(const DocOptions& options) : doc_(options) {
  doc_.set_client_id(options.client_id);  // among the options, 0 asks for a random one
  on_v1_ = doc_.OnUpdate(
      [this](const UpdateEvent& event) {
        emits_.push_back({std::string(event.update), {}, event.origin.label == kRemoteOrigin});
      },
      UpdateFormat::kV1);
  on_v2_ = doc_.OnUpdate(
      [this](const UpdateEvent& event) { emits_.back().v2 = std::string(event.update); },
      UpdateFormat::kV2);
}

Json Replica::TakeEmits(const WriteBytes& write) {
  Any::Array list;
  for (const Emit& emit : std::exchange(emits_, {})) {
    list.push_back(
        Any::Object{{"v1", write(emit.v1)}, {"v2", write(emit.v2)}, {"remote", Json(emit.remote)}});
  }
  return list;
}

}  // namespace ypp::eval
