// Kind "malformed": damaged updates, each for a fresh document. Whatever happens, the document
// afterwards is whole.
#include "tests/eval/content.h"
#include "tests/eval/kinds.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"

namespace ypp::eval {

namespace {

// Deeper contents are reported by their depth alone.
constexpr int kMaxJsonDepth = 250;

bool LoadsElsewhere(const std::string& v1, const Roots& roots, ClientId client,
                    const StateVector& state) {
  Doc doc(DocOptions{client, true});
  OpenRoots(doc, roots);
  return doc.ApplyUpdate(v1).ok() && doc.GetStateVector() == state;
}

Json Got(const Json& input, const Roots& roots, ClientId client, Answer& answer) {
  Doc doc(DocOptions{client, true});
  OpenRoots(doc, roots);
  if (const Json* base = Find(input, "base")) {
    const absl::Status status = doc.ApplyUpdate(answer.blobs.Get(*base), kRemoteOrigin);
    if (!status.ok()) throw CaseError("base refused: " + status.ToString());
  }
  const absl::Status status =
      doc.ApplyUpdate(answer.blobs.Get(Need(input, "u")), kRemoteOrigin, FormatOf(input));

  Any::Object got;
  got.emplace_back("result", status.ok() ? Json("accept") : Json("throw"));
  if (!status.ok()) got.emplace_back("throws", Json(status.ToString()));
  const StateVector state = doc.GetStateVector();
  const std::string v1 = doc.EncodeUpdate();
  got.emplace_back("sv", answer.blobs.Add(state.Encode()));
  got.emplace_back("v1", answer.blobs.Add(v1));
  const Json content = Content(doc, roots);
  if (const int depth = Depth(content); depth > kMaxJsonDepth) {
    got.emplace_back("deep", Json(depth));
  } else {
    got.emplace_back("roots", answer.states.Add(content));
  }
  got.emplace_back("roundtrip", Json(LoadsElsewhere(v1, roots, client, state)));
  return got;
}

}  // namespace

Any::Object EvaluateMalformed(const Json& case_json, Answer& answer) {
  Any::Object result =
      Pick(case_json, {"format", "kind", "name", "tags", "roots", "clientId", "producer"});
  const Roots roots = ReadRoots(case_json);
  const ClientId client = NeedUint(case_json, "clientId");
  Any::Array cases;
  for (const Json& input : NeedArray(case_json, "cases")) {
    Any::Object evaluated = Pick(input, {"mutation", "src", "enc", "base", "u"});
    evaluated.emplace_back("got", Got(input, roots, client, answer));
    cases.push_back(std::move(evaluated));
  }
  result.emplace_back("cases", std::move(cases));
  return result;
}

}  // namespace ypp::eval
