#include "tests/eval/evaluate.h"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/json.h"
#include "tests/eval/answer.h"
#include "tests/eval/kinds.h"
#include "tests/eval/session.h"

namespace ypp::eval {

namespace {

Any::Object Dispatch(const Json& case_json, const std::string& folder, Answer& answer) {
  const std::string& kind = NeedString(case_json, "kind");
  if (kind == "session") return EvaluateSession(case_json, answer);
  if (kind == "apply") return EvaluateApply(case_json, answer);
  if (kind == "lib0") return EvaluateLib0(case_json);
  if (kind == "awareness") return EvaluateAwareness(case_json);
  if (kind == "sync") return EvaluateSync(case_json, answer);
  if (kind == "file") return EvaluateFile(case_json, folder);
  if (kind == "malformed") return EvaluateMalformed(case_json, answer);
  throw CaseError("unknown kind \"" + kind + "\"");
}

}  // namespace

Json EvaluateCase(const Json& case_json, const std::string& folder) {
  if (NeedString(case_json, "format") != "crdt-fixture/1") throw CaseError("unknown format");
  Answer answer(case_json);
  Any::Object result = Dispatch(case_json, folder, answer);
  if (case_json.Find("blobs") != nullptr) {
    result.emplace_back("blobs", answer.blobs.ToJson());
    result.emplace_back("states", answer.states.ToJson());
  }
  return result;
}

Json ReadCaseFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw CaseError("cannot open " + path);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  absl::StatusOr<Any> json = codec::ParseJson(text);
  if (!json.ok()) throw CaseError("no JSON: " + json.status().ToString());
  return *std::move(json);
}

Json EvaluateCaseFile(const std::string& path) {
  const std::filesystem::path file(path);
  std::string name = file.stem().string();
  try {
    const Json case_json = ReadCaseFile(path);
    if (const Json* own_name = Find(case_json, "name")) name = AsString(*own_name);
    return EvaluateCase(case_json, file.parent_path().empty() ? "." : file.parent_path().string());
  } catch (const std::exception& error) {
    return Any::Object{{"name", Json(name)}, {"error", Json(error.what())}};
  }
}

}  // namespace ypp::eval
