// Kind "file": binary files of updates, checked by hashes.
#include <fstream>
#include <iterator>

#include "codec/any.h"
#include "codec/state_vector.h"
#include "codec/utf.h"
#include "crdt/snapshot.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/kinds.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"
#include "tests/eval/same_json.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

constexpr ClientId kFileClient = 999000001;
constexpr size_t kShortHash = 16;  // hex digits

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw CaseError("cannot open " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Json LengthAndHash(const std::string& bytes) {
  return Any::Object{{"length", Json(uint64_t{bytes.size()})}, {"sha256", Json(Sha256Hex(bytes))}};
}

Json OneUpdate(const std::string& data, const std::string& root) {
  Doc doc(DocOptions{kFileClient, true});
  Text text = doc.GetText(root);
  const absl::Status status = doc.ApplyUpdate(data);
  if (!status.ok()) throw CaseError("update refused: " + status.ToString());
  const std::string content = text.ToString();
  const std::string v1 = doc.EncodeUpdate();
  return Any::Object{
      {"textLength", Json(codec::Utf16Length(content))},
      {"textUtf8Sha256", Json(Sha256Hex(content))},
      {"sv", Json(ToBase64(doc.GetStateVector().Encode()))},
      {"v1", LengthAndHash(v1)},
      {"v2", LengthAndHash(doc.EncodeUpdate({}, UpdateFormat::kV2))},
      {"snapshotV1", LengthAndHash(EncodeSnapshot(TakeSnapshot(doc), UpdateFormat::kV1))}};
}

// Reads one case of a file of many; adds its line to `runs`. True when the content is the one the
// file gives.
bool RunOne(codec::ByteReader& in, uint64_t* updates, Any::Array* runs) {
  Doc doc(DocOptions{kFileClient, true});
  Text text = doc.GetText("text");
  Map map = doc.GetMap("map");
  Array array = doc.GetArray("array");
  const uint64_t count = in.ReadCount();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const absl::Status status = doc.ApplyUpdate(in.ReadVarBytes());
    if (!status.ok()) throw CaseError("update refused: " + status.ToString());
  }
  const std::string_view expected_text = in.ReadVarString();
  const Any expected_map = codec::ReadAny(in);
  const Any expected_array = codec::ReadAny(in);
  if (!in.ok()) throw CaseError("bad file: " + in.status().ToString());
  *updates += count;

  const std::string v1 = doc.EncodeUpdate();
  const std::string v2 = doc.EncodeUpdate({}, UpdateFormat::kV2);
  runs->push_back(
      Any::Array{Json(count), Json(uint64_t{v1.size()}), Json(Sha256Hex(v1).substr(0, kShortHash)),
                 Json(Sha256Hex(v2).substr(0, kShortHash)), Json(!doc.GetPending().empty())});
  return text.ToString() == expected_text &&
         SameJson(ToTagged(map.ToJson()), ToTagged(expected_map)) &&
         SameJson(ToTagged(array.ToJson()), ToTagged(expected_array));
}

Json ManyCases(const std::string& data) {
  codec::ByteReader in(codec::AsBytes(data));
  const uint64_t cases = in.ReadCount();
  uint64_t updates = 0;
  uint64_t matching = 0;
  Any::Array runs;
  for (uint64_t i = 0; i < cases; ++i) {
    if (RunOne(in, &updates, &runs)) ++matching;
  }
  return Any::Object{{"cases", Json(cases)},
                     {"updates", Json(updates)},
                     {"matchingInYjs", Json(matching)},
                     {"runs", std::move(runs)}};
}

}  // namespace

Any::Object EvaluateFile(const Json& case_json, const std::string& folder) {
  Any::Object result = Pick(case_json, {"format", "kind", "name", "tags", "note", "file", "layout",
                                        "sha256", "root", "rootKind"});
  const std::string data = ReadWhole(folder + "/" + NeedString(case_json, "file"));
  if (Sha256Hex(data) != NeedString(case_json, "sha256"))
    throw CaseError("the file has another hash");
  const Json* root = Find(case_json, "root");
  result.emplace_back("expected",
                      root == nullptr ? ManyCases(data) : OneUpdate(data, AsString(*root)));
  return result;
}

}  // namespace ypp::eval
