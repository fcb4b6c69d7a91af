#include "tests/eval/results.h"

#include <algorithm>
#include <initializer_list>

#include "tests/eval/answer.h"
#include "tests/eval/bytes_text.h"

namespace ypp::eval {

namespace {

class Collector {
 public:
  explicit Collector(const Json& case_json)
      : case_(case_json), blobs_(case_json), states_(ArrayOrEmpty(case_json, "states")) {}

  std::vector<Result> Collect() {
    const std::string& kind = NeedString(case_, "kind");
    if (kind == "session") Session();
    if (kind == "apply") Apply();
    if (kind == "lib0") Lib0();
    if (kind == "awareness") Awareness();
    if (kind == "sync") Sync();
    if (kind == "file") Plain("expected", case_, "expected");
    return std::move(results_);
  }

 private:
  // A member that is a value of its own.
  void Plain(const std::string& where, const Json& object, const char* name) {
    if (const Json* value = Find(object, name)) results_.emplace_back(where, *value);
  }
  void Blob(const std::string& where, const Json& object, const char* name) {
    if (const Json* index = Find(object, name)) results_.emplace_back(where, BlobHex(*index));
  }
  void BlobMembers(const std::string& where, const Json& object,
                   std::initializer_list<const char*> names) {
    for (const char* name : names) Blob(where + "." + name, object, name);
  }
  // Always there, so that a failure where none was recorded shows.
  void Throws(const std::string& where, const Json& object) {
    results_.emplace_back(where + ".throws", Json(Find(object, "throws") != nullptr));
  }

  Json BlobHex(const Json& index) const { return Json(ToHex(blobs_.Get(index))); }
  Json StateAt(const Json& index) const {
    const uint32_t i = AsIndex(index);
    if (i >= states_.size()) throw CaseError("no state " + std::to_string(i));
    return states_[i];
  }

  void State(const std::string& where, const Json& record) {
    BlobMembers(where, record, {"sv", "v1", "v2", "snapV1", "snapV2"});
    if (const Json* roots = Find(record, "roots")) {
      results_.emplace_back(where + ".roots", StateAt(*roots));
    }
    const Json* pending = Find(record, "pending");
    const bool deletes = pending != nullptr && BoolOr(*pending, "ds", false);
    results_.emplace_back(where + ".pending", pending == nullptr
                                                  ? Json("none")
                                                  : Json(deletes ? "deletes" : "structs"));
  }

  // [[v1, v2, remote], …], whichever way the case writes it.
  void Emits(const std::string& where, const Json& step) {
    Any::Array list;
    for (const Json& emit : ArrayOrEmpty(step, "emits")) {
      if (const Json* number = Find(emit, "u")) {
        const Any::Array& updates = NeedArray(case_, "updates");
        const Json& update = updates.at(AsIndex(*number));
        list.push_back(Any::Array{BlobHex(Need(update, "v1")), BlobHex(Need(update, "v2")), false});
      } else if (const Json* remote = Find(emit, "r")) {
        list.push_back(
            Any::Array{BlobHex(AsArray(*remote).at(0)), BlobHex(AsArray(*remote).at(1)), true});
      } else {
        list.push_back(Any::Array{BlobHex(Need(emit, "v1")), BlobHex(Need(emit, "v2")),
                                  Json(BoolOr(emit, "remote", false))});
      }
    }
    results_.emplace_back(where + ".emits", std::move(list));
  }

  void Session() {
    const Any::Array& steps = NeedArray(case_, "steps");
    for (size_t i = 0; i < steps.size(); ++i) SessionStep("step " + std::to_string(i), steps[i]);
    for (const Json& delivery : ArrayOrEmpty(case_, "deliveries")) {
      const std::string where = "delivery " + NeedString(delivery, "name");
      for (const Json& checkpoint : ArrayOrEmpty(delivery, "checkpoints")) {
        State(where + " after " + std::to_string(NeedUint(checkpoint, "after")), checkpoint);
      }
      if (const Json* final = Find(delivery, "final")) State(where + " final", *final);
    }
    const Any::Array& positions = ArrayOrEmpty(case_, "relpos");
    for (size_t i = 0; i < positions.size(); ++i) {
      const std::string where = "relpos " + std::to_string(i);
      Plain(where + ".onReceiver0", positions[i], "onReceiver0");
      Plain(where + ".onClient", positions[i], "onClient");
    }
    for (const Json& snapshot : ArrayOrEmpty(case_, "snapshots")) Snapshot(snapshot);
    if (const Json* utils = Find(case_, "utils")) Utils(*utils);
  }

  void SessionStep(const std::string& where, const Json& step) {
    Blob(where + ".bytes", step, "bytes");
    Plain(where + ".stacks", step, "stacks");
    Plain(where + ".ret", step, "ret");
    if (const Json* snap = Find(step, "snap")) {
      results_.emplace_back(where + ".snap", Any::Array{BlobHex(AsArray(*snap).at(0)),
                                                        BlobHex(AsArray(*snap).at(1))});
    }
    const Any::Array& positions = ArrayOrEmpty(step, "relposOut");
    for (size_t i = 0; i < positions.size(); ++i) {
      const std::string position = where + ".relposOut " + std::to_string(i);
      Blob(position + ".bytes", positions[i], "bytes");
      Plain(position + ".json", positions[i], "json");
    }
    if (const Json* state = Find(step, "stateOut")) State(where + ".stateOut", *state);
    if (!ArrayOrEmpty(step, "events").empty()) Plain(where + ".events", step, "events");
    Emits(where, step);
  }

  void Snapshot(const Json& snapshot) {
    const std::string where = "snapshot " + std::to_string(NeedUint(snapshot, "id"));
    if (const Json* state = Find(snapshot, "restored")) {
      results_.emplace_back(where + ".restored", StateAt(*state));
    }
    const Any::Array& deltas = ArrayOrEmpty(snapshot, "deltas");
    for (size_t i = 0; i < deltas.size(); ++i) {
      Plain(where + ".deltas " + std::to_string(i), deltas[i], "delta");
    }
    if (const Json* array = Find(snapshot, "array")) Plain(where + ".array", *array, "json");
  }

  void Utils(const Json& utils) {
    const auto each = [&](const char* list, std::initializer_list<const char*> blobs,
                          std::initializer_list<const char*> metas) {
      const Any::Array& entries = ArrayOrEmpty(utils, list);
      for (size_t i = 0; i < entries.size(); ++i) {
        const std::string where = std::string("utils.") + list + " " + std::to_string(i);
        BlobMembers(where, entries[i], blobs);
        for (const char* meta : metas) Meta(where + "." + meta, entries[i], meta);
      }
    };
    each("merge", {"v1", "v2", "svV1", "svV2"}, {"meta", "metaV2"});
    each("diff", {"d1", "d2"}, {});
    each("convert", {"toV1", "toV2"}, {});
    each("obfuscate", {"out"}, {});
    each("svFromUpdate", {"sv"}, {"meta"});
    const Any::Array& contains = ArrayOrEmpty(utils, "contains");
    for (size_t i = 0; i < contains.size(); ++i) {
      Plain("utils.contains " + std::to_string(i), contains[i], "result");
    }
  }

  // The pairs of a meta come in any order.
  static Json SortedMeta(const Json& meta) {
    Any::Object sorted;
    for (const char* side : {"from", "to"}) {
      Any::Array pairs = NeedArray(meta, side);
      std::sort(pairs.begin(), pairs.end(), [](const Json& a, const Json& b) {
        return AsUint(AsArray(a).at(0)) < AsUint(AsArray(b).at(0));
      });
      sorted.emplace_back(side, std::move(pairs));
    }
    return sorted;
  }

  void Meta(const std::string& where, const Json& object, const char* name) {
    if (const Json* meta = Find(object, name)) results_.emplace_back(where, SortedMeta(*meta));
  }

  void Apply() {
    const Any::Array& steps = NeedArray(case_, "steps");
    for (size_t i = 0; i < steps.size(); ++i) {
      const std::string where = "step " + std::to_string(i);
      Throws(where, steps[i]);
      if (BoolOr(steps[i], "unchecked", false)) continue;
      if (const Json* state = Find(steps[i], "state")) State(where + ".state", *state);
      Emits(where, steps[i]);
      results_.emplace_back(where + ".clientIdChanged",
                            Json(BoolOr(steps[i], "clientIdChanged", false)));
    }
    const Any::Array& positions = ArrayOrEmpty(case_, "relpos");
    for (size_t i = 0; i < positions.size(); ++i) {
      Plain("relpos " + std::to_string(i), positions[i], "onReceiver0");
    }
    const Any::Array& utils = ArrayOrEmpty(case_, "utils");
    for (size_t i = 0; i < utils.size(); ++i) {
      const std::string where = "util " + std::to_string(i) + " " + NeedString(utils[i], "fn");
      const Json* result = Find(utils[i], "result");
      if (result != nullptr && result->Find("from") != nullptr) {
        results_.emplace_back(where, SortedMeta(*result));
      } else {
        Plain(where, utils[i], "result");
      }
    }
  }

  void Awareness() {
    const Any::Array& steps = NeedArray(case_, "steps");
    for (size_t i = 0; i < steps.size(); ++i) {
      const std::string where = "step " + std::to_string(i);
      Throws(where, steps[i]);
      Plain(where + ".bytes", steps[i], "bytes");
      results_.emplace_back(where + ".events", ArrayOrEmpty(steps[i], "events"));
      Plain(where + ".states", steps[i], "states");
      Plain(where + ".meta", steps[i], "meta");
    }
  }

  void Sync() {
    const Any::Array& steps = NeedArray(case_, "steps");
    for (size_t i = 0; i < steps.size(); ++i) {
      const std::string where = "step " + std::to_string(i);
      Throws(where, steps[i]);
      BlobMembers(where, steps[i], {"out", "sv"});
      Plain(where + ".type", steps[i], "type");
    }
  }

  // A table row is [value, hex] or, decode only, [hex, value, consumed] or [hex, {throws}].
  void Lib0() {
    for (const auto& [name, value] : AsObject(case_)) {
      if (value.if_array() == nullptr || name == "tags" || name == "varStringLoneSurrogate")
        continue;
      const bool decode_only = name.ends_with("DecodeOnly");
      const Any::Array& rows = *value.if_array();
      for (size_t i = 0; i < rows.size(); ++i) {
        const std::string where = name + " " + std::to_string(i);
        const Any::Array& row = AsArray(rows[i]);
        if (!decode_only) {
          results_.emplace_back(where + ".hex", row.at(1));
        } else if (row.at(1).Find("throws") != nullptr) {
          results_.emplace_back(where, Json("throws"));
        } else {
          results_.emplace_back(where, Any::Array{row.at(1), row.at(2)});
        }
      }
    }
  }

  const Json& case_;
  Blobs blobs_;
  const Any::Array& states_;
  std::vector<Result> results_;
};

}  // namespace

std::vector<Result> ResultsOf(const Json& case_json) { return Collector(case_json).Collect(); }

}  // namespace ypp::eval
