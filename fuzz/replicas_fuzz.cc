// The input is a script: three replicas edit, exchange updates in any order, late, twice or merged,
// undo and redo. Every transaction leaves the invariants in place, and when all has arrived all are
// equal; so is who loads everything at once.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "codec/check.h"
#include "codec/json.h"
#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/undo_manager.h"

namespace {

constexpr size_t kReplicas = 3;
constexpr size_t kMaxSteps = 400;

class Script {
 public:
  Script(const uint8_t* data, size_t size) : next_(data), end_(data + size) {}
  bool empty() const { return next_ == end_; }
  // Below `bound`; 0 once the script has ended.
  uint32_t Next(size_t bound) { return empty() ? 0 : static_cast<uint32_t>(*next_++ % bound); }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

struct Replica {
  explicit Replica(size_t index) : doc(ypp::DocOptions{index + 1}) {
    doc.GetText("t");
    doc.GetArray("a");
    doc.GetMap("m");
    ypp::UndoOptions options;
    options.capture_timeout = std::chrono::milliseconds(0);
    undo = std::make_unique<ypp::UndoManager>(doc, options);
    updates =
        doc.OnUpdate([this](const ypp::UpdateEvent& event) { sent.emplace_back(event.update); });
  }

  ypp::Doc doc;
  std::unique_ptr<ypp::UndoManager> undo;
  ypp::Subscription updates;
  std::vector<std::string> sent;
};

// Everything that all replicas must show alike. Keys of a map keep the order in which they came to
// each.
std::string Shown(ypp::Doc& doc) {
  std::string shown = doc.GetText("t").ToString() + ypp::codec::ToJson(doc.GetArray("a").ToJson());
  for (const char* const key : {"a", "b", "c"}) {
    shown += ypp::codec::ToJson(doc.GetMap("m").Get(key).ToAny());
  }
  return shown;
}

void EditText(ypp::Text text, Script& script) {
  const uint32_t at = script.Next(text.length() + 1);
  switch (script.Next(4)) {
    case 0:
      (void)text.Insert(at, "ab");
      break;
    case 1:
      // No pairs of surrogates: Yjs replicas differ, too, when somebody deletes one half of a pair.
      (void)text.Insert(at, "\xc3\xa9\xe2\x82\xac");
      break;
    case 2:
      (void)text.Delete(at, script.Next(4));
      break;
    default:
      (void)text.Format(at, script.Next(4),
                        {{"b", script.Next(2) == 0 ? ypp::Any(true) : ypp::Any(nullptr)}});
  }
}

void EditArray(ypp::Array array, Script& script) {
  const uint32_t at = script.Next(array.length() + 1);
  if (script.Next(3) == 0) {
    (void)array.Delete(at, script.Next(3));
  } else {
    (void)array.Insert(at, {static_cast<double>(at), "x"});
  }
}

void EditMap(ypp::Map map, Script& script) {
  const std::string key(1, static_cast<char>('a' + script.Next(3)));
  switch (script.Next(3)) {
    case 0:
      (void)map.Delete(key);
      break;
    case 1:
      (void)map.SetText(key);
      break;
    default:
      (void)map.Set(key, static_cast<double>(script.Next(256)));
  }
}

void Deliver(std::array<std::unique_ptr<Replica>, kReplicas>& replicas, Replica& to,
             Script& script) {
  const std::vector<std::string>& sent = replicas[script.Next(kReplicas)]->sent;
  if (sent.empty()) return;
  const std::string& first = sent[script.Next(sent.size())];
  const std::string& second = sent[script.Next(sent.size())];
  if (script.Next(2) == 0) {
    YPP_CHECK(to.doc.ApplyUpdate(first).ok());
    return;
  }
  const ypp::codec::Bytes both[] = {ypp::codec::AsBytes(first), ypp::codec::AsBytes(second)};
  const absl::StatusOr<std::string> merged = ypp::MergeUpdates(both, ypp::UpdateFormat::kV1);
  YPP_CHECK(merged.ok() && to.doc.ApplyUpdate(*merged).ok());
}

void Step(std::array<std::unique_ptr<Replica>, kReplicas>& replicas, Script& script) {
  Replica& replica = *replicas[script.Next(kReplicas)];
  switch (script.Next(7)) {
    case 0:
    case 1:
      EditText(replica.doc.GetText("t"), script);
      break;
    case 2:
      EditArray(replica.doc.GetArray("a"), script);
      break;
    case 3:
      EditMap(replica.doc.GetMap("m"), script);
      break;
    case 4:
      (void)(script.Next(2) == 0 ? replica.undo->Undo() : replica.undo->Redo());
      break;
    default:
      Deliver(replicas, replica, script);
  }
  YPP_CHECK(ypp::CheckInvariants(replica.doc).ok());
}

// Everything as one update, which is loaded the fast way once a client has written enough.
void LoadAtOnce(Replica& expected, const std::vector<std::string>& sent) {
  std::vector<ypp::codec::Bytes> parts;
  for (const std::string& update : sent) parts.push_back(ypp::codec::AsBytes(update));
  const absl::StatusOr<std::string> merged = ypp::MergeUpdates(parts, ypp::UpdateFormat::kV1);
  YPP_CHECK(merged.ok());
  const auto load = [&](const std::string& update, ypp::UpdateFormat format) {
    Replica newcomer(kReplicas);
    YPP_CHECK(newcomer.doc.ApplyUpdate(update, {}, format).ok());
    YPP_CHECK(ypp::CheckInvariants(newcomer.doc).ok());
    YPP_CHECK(newcomer.doc.GetPending().empty());
    YPP_CHECK(newcomer.doc.GetStateVector() == expected.doc.GetStateVector());
    YPP_CHECK(Shown(newcomer.doc) == Shown(expected.doc));
  };
  load(*merged, ypp::UpdateFormat::kV1);
  load(expected.doc.EncodeUpdate(), ypp::UpdateFormat::kV1);
  load(expected.doc.EncodeUpdate({}, ypp::UpdateFormat::kV2), ypp::UpdateFormat::kV2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::array<std::unique_ptr<Replica>, kReplicas> replicas;
  for (size_t i = 0; i < kReplicas; ++i) replicas[i] = std::make_unique<Replica>(i);
  Script script(data, size);
  for (size_t steps = 0; steps < kMaxSteps && !script.empty(); ++steps) Step(replicas, script);

  for (const auto& from : replicas) {
    const std::vector<std::string> sent = from->sent;
    for (const auto& to : replicas) {
      for (const std::string& update : sent) YPP_CHECK(to->doc.ApplyUpdate(update).ok());
    }
  }
  for (const auto& replica : replicas) {
    YPP_CHECK(ypp::CheckInvariants(replica->doc).ok());
    YPP_CHECK(replica->doc.GetPending().empty());
    YPP_CHECK(replica->doc.GetStateVector() == replicas[0]->doc.GetStateVector());
    YPP_CHECK(Shown(replica->doc) == Shown(replicas[0]->doc));
  }
  std::vector<std::string> sent;
  for (const auto& replica : replicas) {
    sent.insert(sent.end(), replica->sent.begin(), replica->sent.end());
  }
  LoadAtOnce(*replicas[0], sent);
  return 0;
}
