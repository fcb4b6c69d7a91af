#include "tests/eval/compare.h"

#include <map>

#include "codec/json.h"
#include "tests/eval/answer.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/results.h"
#include "tests/eval/same_json.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

constexpr size_t kMaxShown = 300;  // bytes of a value in a message

std::string Shown(const Json& value) {
  std::string text = codec::ToJson(value);
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "…";
  return text;
}

void Check(const std::string& where, const Json& expected, const Json& got, Comparison* result) {
  if (SameJson(expected, got)) {
    ++result->equal;
  } else {
    result->wrong.push_back(where + "\n  expected " + Shown(expected) + "\n  got      " +
                            Shown(got));
  }
}

// Cases in which the reference reads what no writer writes, and an engine may refuse: integers
// above 2^53 - 1, and a varInt from nothing.
bool MayRefuse(const std::string& where, const Json& expected, const Json& got) {
  if (got != Json("throws") || !where.starts_with("var")) return false;
  const Any::Array* row = expected.if_array();
  const double* value = row == nullptr ? nullptr : row->at(0).if_number();
  if (value == nullptr) return false;
  const bool above =
      *value > static_cast<double>(kMaxClientId) || -*value > static_cast<double>(kMaxClientId);
  return above || where == "varIntDecodeOnly 0";
}

// What comes back from decoding an encoding is the value that went in.
void CheckDecoded(const Json& answer, Comparison* result) {
  for (const auto& [name, table] : AsObject(answer)) {
    if (table.if_array() == nullptr || name == "tags" || name == "varStringLoneSurrogate") continue;
    if (name.ends_with("DecodeOnly")) continue;
    for (const Json& row : *table.if_array()) {
      const Any::Array& cells = AsArray(row);
      // A big integer that does not fit 64 bits comes back wrapped.
      Check(name + " decoded", ToTagged(FromTagged(cells.at(0))), cells.at(2), result);
    }
  }
}

// After some updates Yjs itself can no longer encode its document, and no state is recorded. An
// engine that still can may show it.
bool IsStateOfBrokenStep(const std::string& where, const Json& recorded) {
  const Any::Array& steps = ArrayOrEmpty(recorded, "steps");
  for (size_t i = 0; i < steps.size(); ++i) {
    if (Find(steps[i], "broken") == nullptr) continue;
    if (where.starts_with("step " + std::to_string(i) + ".state.")) return true;
  }
  return false;
}

std::string HexAt(const Blobs& blobs, const Json& object, const char* name) {
  const Json* index = Find(object, name);
  return index == nullptr ? std::string() : ToHex(blobs.Get(*index));
}

// One input of a malformed set.
class MalformedComparer {
 public:
  MalformedComparer(const Json& recorded, const Json& answer)
      : recorded_blobs_(recorded),
        answer_blobs_(answer),
        recorded_states_(ArrayOrEmpty(recorded, "states")),
        answer_states_(ArrayOrEmpty(answer, "states")) {}

  Comparison Compare(const Json& expected, const Json& got) const {
    Comparison result;
    const Json& mine = Need(got, "got");
    Check("roundtrip", true, Need(mine, "roundtrip"), &result);
    if (!BoolOr(expected, "strict", false)) return result;
    const Json& yjs = Need(expected, "yjs");
    Check("result", "accept", Need(mine, "result"), &result);
    for (const char* name : {"sv", "v1"}) {
      Check(name, Json(HexAt(recorded_blobs_, yjs, name)), Json(HexAt(answer_blobs_, mine, name)),
            &result);
    }
    const Json* roots = Find(yjs, "roots");
    if (roots == nullptr) return result;
    const Json* mine_roots = Find(mine, "roots");
    if (mine_roots == nullptr) {
      result.missing.push_back("roots");
    } else {
      Check("roots", recorded_states_.at(AsIndex(*roots)), answer_states_.at(AsIndex(*mine_roots)),
            &result);
    }
    return result;
  }

 private:
  const Blobs recorded_blobs_;
  const Blobs answer_blobs_;
  const Any::Array& recorded_states_;
  const Any::Array& answer_states_;
};

}  // namespace

Comparison Compare(const Json& recorded, const Json& answer) {
  Comparison result;
  if (Find(answer, "kind") == nullptr) {
    const Json* error = Find(answer, "error");
    result.wrong.push_back("no answer: " + (error == nullptr ? std::string("?") : Shown(*error)));
    return result;
  }
  std::map<std::string, Json> got;
  for (Result& entry : ResultsOf(answer))
    got.emplace(std::move(entry.first), std::move(entry.second));
  for (const auto& [where, expected] : ResultsOf(recorded)) {
    const auto it = got.find(where);
    if (it == got.end()) {
      result.missing.push_back(where);
      continue;
    }
    if (!MayRefuse(where, expected, it->second)) Check(where, expected, it->second, &result);
    got.erase(it);
  }
  for (const auto& [where, extra] : got) {
    if (IsStateOfBrokenStep(where, recorded)) continue;
    result.wrong.push_back(where + "\n  expected nothing\n  got      " + Shown(extra));
  }
  if (NeedString(recorded, "kind") == "lib0") CheckDecoded(answer, &result);
  return result;
}

std::vector<std::pair<std::string, Comparison>> CompareParts(const std::string& name,
                                                             const Json& recorded,
                                                             const Json& answer) {
  if (NeedString(recorded, "kind") != "malformed" || Find(answer, "kind") == nullptr) {
    return {{name, Compare(recorded, answer)}};
  }
  std::vector<std::pair<std::string, Comparison>> parts;
  const MalformedComparer comparer(recorded, answer);
  const Any::Array& expected = NeedArray(recorded, "cases");
  const Any::Array& got = NeedArray(answer, "cases");
  for (size_t i = 0; i < expected.size(); ++i) {
    parts.emplace_back(name + "/" + std::to_string(i), comparer.Compare(expected[i], got.at(i)));
  }
  return parts;
}

}  // namespace ypp::eval
