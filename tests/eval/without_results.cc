#include "tests/eval/without_results.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace ypp::eval {

namespace {

using Names = std::initializer_list<const char*>;

// Goes by the lists of inputs that the format gives for each kind.
class Stripper {
 public:
  explicit Stripper(Results results) : results_(results) {}

  Json Strip(const Json& case_json) {
    const std::string& kind = NeedString(case_json, "kind");
    if (kind == "lib0") return StripTables(case_json);
    Any::Object stripped =
        Keep(case_json, {"format", "kind", "name", "blobs", "roots", "clients", "updates", "doc",
                         "docs", "clientId", "file", "layout", "sha256", "root", "rootKind"});
    if (kind == "session") {
      Each(case_json, "steps", stripped,
           {"c", "tx", "origin", "recv", "sync", "um", "snapshot", "relpos", "state"});
      Deliveries(case_json, stripped);
      Each(case_json, "relpos", stripped, {"step", "n", "bytes"});
      Snapshots(case_json, stripped);
      Utils(case_json, stripped);
    } else if (kind == "apply") {
      Each(case_json, "steps", stripped, {"enc", "u", "note", "unchecked"});
      Each(case_json, "relpos", stripped, {"bytes"});
      Each(case_json, "utils", stripped, {"fn", "args", "opts"});
    } else if (kind == "malformed") {
      Each(case_json, "cases", stripped, {"mutation", "src", "enc", "u", "base"});
    } else {
      Each(case_json, "steps", stripped,
           {"c", "op", "v", "k", "ids", "origin", "raw", "d", "m", "u"});
    }
    return stripped;
  }

 private:
  // The named members; the others become null or vanish.
  Any::Object Keep(const Json& object, Names inputs) const {
    Any::Object kept;
    for (const auto& [name, value] : AsObject(object)) {
      const bool input = std::find(inputs.begin(), inputs.end(), name) != inputs.end();
      if (input || results_ == Results::kNull) {
        kept.emplace_back(name, input ? value : Json(nullptr));
      }
    }
    return kept;
  }

  // The same for every element of a list, if there is one.
  void Each(const Json& object, const char* list, Any::Object& stripped, Names inputs) const {
    if (Find(object, list) == nullptr) return;
    Any::Array kept;
    for (const Json& element : NeedArray(object, list)) kept.push_back(Keep(element, inputs));
    Put(stripped, list, std::move(kept));
  }

  void Deliveries(const Json& case_json, Any::Object& stripped) const {
    Any::Array deliveries;
    for (const Json& delivery : ArrayOrEmpty(case_json, "deliveries")) {
      Any::Object kept = Keep(delivery, {"name", "gc", "roots", "clientId", "steps"});
      Each(delivery, "checkpoints", kept, {"after"});
      deliveries.push_back(std::move(kept));
    }
    Put(stripped, "deliveries", std::move(deliveries));
  }

  void Snapshots(const Json& case_json, Any::Object& stripped) const {
    Any::Array snapshots;
    for (const Json& snapshot : ArrayOrEmpty(case_json, "snapshots")) {
      Any::Object kept = Keep(snapshot, {"id", "c"});
      Each(snapshot, "deltas", kept, {"root", "prev"});
      if (const Json* array = Find(snapshot, "array")) Put(kept, "array", Keep(*array, {"root"}));
      snapshots.push_back(std::move(kept));
    }
    Put(stripped, "snapshots", std::move(snapshots));
  }

  void Utils(const Json& case_json, Any::Object& stripped) const {
    const Json* utils = Find(case_json, "utils");
    if (utils == nullptr) return;
    Any::Object kept;
    Each(*utils, "merge", kept, {"name", "order"});
    Each(*utils, "diff", kept, {"doc", "v1", "v2", "sv"});
    Each(*utils, "convert", kept, {"v1", "v2"});
    Each(*utils, "obfuscate", kept, {"v1", "opts"});
    Each(*utils, "contains", kept, {"snap", "u"});
    Each(*utils, "svFromUpdate", kept, {"u"});
    Put(stripped, "utils", std::move(kept));
  }

  // A row of a table is [input, result …].
  Json StripTables(const Json& case_json) const {
    Any::Object stripped;
    for (const auto& [name, value] : AsObject(case_json)) {
      const Any::Array* table = value.if_array();
      if (table == nullptr || name == "tags" || name == "varStringLoneSurrogate") {
        stripped.emplace_back(name, value);
        continue;
      }
      Any::Array rows;
      for (const Json& row : *table) {
        rows.push_back(Any::Array{AsArray(row).at(0)});
        if (results_ == Results::kNull) rows.back() = Any::Array{AsArray(row).at(0), nullptr};
      }
      stripped.emplace_back(name, std::move(rows));
    }
    return stripped;
  }

  const Results results_;
};

}  // namespace

Json WithoutResults(const Json& case_json, Results results) {
  return Stripper(results).Strip(case_json);
}

}  // namespace ypp::eval
