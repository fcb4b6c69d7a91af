// Kind "sync": the messages of the sync protocol between documents.
#include <memory>
#include <vector>

#include "codec/byte_writer.h"
#include "codec/state_vector.h"
#include "codec/sync_message.h"
#include "tests/eval/kinds.h"
#include "tests/eval/replica.h"

namespace ypp::eval {

namespace {

std::string Message(codec::SyncType type, std::string_view payload) {
  codec::ByteWriter out;
  codec::WriteSyncMessage(out, type, codec::AsBytes(payload));
  return out.Take();
}

// readSyncMessage: replies to step 1, applies the others. Sets `type` once it is known. A bad
// update is the sender's trouble: it is dropped and the message counts as read, as in y-protocols.
absl::StatusOr<std::string> Read(Doc& doc, const std::string& message, Json* type) {
  codec::ByteReader in(codec::AsBytes(message));
  const codec::SyncMessage read = codec::ReadSyncMessage(in);
  if (!in.ok()) return in.status();
  if (read.type == codec::SyncType::kStep1) {
    const absl::StatusOr<StateVector> known = StateVector::Decode(read.payload);
    if (!known.ok()) return known.status();
    *type = Json(static_cast<int>(read.type));
    return Message(codec::SyncType::kStep2, doc.EncodeUpdate(*known));
  }
  *type = Json(static_cast<int>(read.type));
  (void)doc.ApplyUpdate(read.payload, "net");
  return std::string();
}

Json RunStep(const Json& step, const std::vector<std::unique_ptr<Doc>>& docs, Answer& answer) {
  const uint32_t d = NeedIndex(step, "d");
  if (d >= docs.size()) throw CaseError("no document " + std::to_string(d));
  Doc& doc = *docs[d];
  Any::Object result = Pick(step, {"op", "d", "m", "u"});
  const std::string& op = NeedString(step, "op");
  std::string out;
  if (op == "step1") {
    out = Message(codec::SyncType::kStep1, doc.GetStateVector().Encode());
  } else if (op == "update") {
    out = Message(codec::SyncType::kUpdate, answer.blobs.Get(Need(step, "u")));
  } else if (op == "read") {
    Json type;
    const absl::StatusOr<std::string> reply = Read(doc, answer.blobs.Get(Need(step, "m")), &type);
    if (reply.ok()) {
      out = *reply;
    } else {
      result.emplace_back("throws", Json(reply.status().ToString()));
    }
    result.emplace_back("type", type);
  } else {
    throw CaseError("unknown operation \"" + op + "\"");
  }
  result.emplace_back("out", answer.blobs.Add(out));
  result.emplace_back("sv", answer.blobs.Add(doc.GetStateVector().Encode()));
  return result;
}

}  // namespace

Any::Object EvaluateSync(const Json& case_json, Answer& answer) {
  Any::Object result = Pick(case_json, {"format", "kind", "name", "tags", "note", "docs"});
  std::vector<std::unique_ptr<Doc>> docs;
  for (const Json& spec : NeedArray(case_json, "docs")) {
    docs.push_back(std::make_unique<Doc>(DocOptions{NeedUint(spec, "clientId"), true}));
    if (const Json* update = Find(spec, "u")) {
      const absl::Status status = docs.back()->ApplyUpdate(answer.blobs.Get(*update));
      if (!status.ok()) throw CaseError("first update refused: " + status.ToString());
    }
  }
  Any::Array steps;
  for (const Json& step : NeedArray(case_json, "steps")) {
    steps.push_back(RunStep(step, docs, answer));
  }
  result.emplace_back("steps", std::move(steps));
  return result;
}

}  // namespace ypp::eval
