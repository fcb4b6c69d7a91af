#include "tests/eval/session_client.h"

#include <cmath>
#include <utility>

#include "tests/eval/content.h"
#include "tests/eval/event_json.h"
#include "tests/eval/operations.h"
#include "tests/eval/position_json.h"
#include "tests/eval/tagged_value.h"

namespace ypp::eval {

namespace {

UndoOptions ReadUndoOptions(const Json& spec) {
  UndoOptions options;
  // Cases use 0, which never joins steps, and a time that no session takes. So no clock is needed.
  options.capture_timeout = std::chrono::milliseconds(NeedUint(spec, "captureTimeout"));
  options.ignore_remote_map_changes = BoolOr(spec, "ignoreRemoteMapChanges", false);
  if (const Json* tracked = Find(spec, "trackedOrigins")) {
    options.tracked_origins.clear();
    for (const Json& origin : AsArray(*tracked)) {
      options.tracked_origins.push_back(origin.is_null() ? Origin() : Origin(AsString(origin)));
    }
  }
  return options;
}

DocOptions ReadDocOptions(const Json& spec) {
  DocOptions options;
  options.client_id = NeedUint(spec, "id");
  options.gc = BoolOr(spec, "gc", true);
  options.guid = "guid-" + std::to_string(options.client_id);
  return options;
}

// An element of an array at a snapshot: numbers, strings, booleans and null stand for themselves,
// everything else is a word.
Json SnapshotElement(const Value& value) {
  const Any* any = value.if_any();
  if (any == nullptr) return "$type";
  switch (any->kind()) {
    case Any::Kind::kUndefined:
      return "$undefined";
    case Any::Kind::kBigInt:
      return "$bigint";
    case Any::Kind::kBytes:
      return "$bytes";
    case Any::Kind::kArray:
    case Any::Kind::kObject:
      return "$obj";
    case Any::Kind::kNumber: {
      const double number = *any->if_number();
      if (!std::isfinite(number) || (number == 0 && std::signbit(number))) return "$number";
      return *any;
    }
    default:
      return *any;
  }
}

}  // namespace

SessionClient::SessionClient(const Json& spec, const Roots& roots, WriteBytes write)
    : roots_(roots), write_(std::move(write)), replica_(ReadDocOptions(spec)) {
  OpenRoots(doc(), roots_);
  if (BoolOr(spec, "subdocEvents", false)) {
    subscriptions_.push_back(doc().OnSubdocs(
        [this](const SubdocsEvent& event) { events_.push_back(SubdocsJson(event)); }));
  }
  if (BoolOr(spec, "events", false)) WatchEvents();
  if (const Json* undo = Find(spec, "undo")) {
    std::vector<SharedType> scope;
    for (const Json& name : NeedArray(*undo, "scope")) {
      scope.push_back(OpenRoot(doc(), FindRoot(roots_, AsString(name))));
    }
    undo_.emplace(doc(), std::move(scope), ReadUndoOptions(*undo));
  }
}

void SessionClient::WatchEvents() {
  for (const Root& root : roots_) {
    subscriptions_.push_back(
        OpenRoot(doc(), root)
            .ObserveDeep([this, name = root.name](const std::vector<Event>& events) {
              for (const Event& event : events) events_.push_back(EventJson(name, event));
            }));
  }
}

void SessionClient::Apply(const std::string& update, UpdateFormat format) {
  const absl::Status status = replica_.Apply(update, format);
  if (!status.ok()) throw CaseError("update refused: " + status.ToString());
}

bool SessionClient::Run(const Json& step, Any::Object* result) {
  if (Find(step, "tx") != nullptr) {
    Edit(step);
  } else if (const Json* action = Find(step, "um")) {
    UseUndoManager(AsString(*action), result);
  } else if (const Json* number = Find(step, "snapshot")) {
    const Snapshot& snapshot = snapshots_[AsUint(*number)] = TakeSnapshot(doc());
    result->emplace_back("snap", Any::Array{write_(EncodeSnapshot(snapshot, UpdateFormat::kV1)),
                                            write_(EncodeSnapshot(snapshot, UpdateFormat::kV2))});
  } else if (const Json* places = Find(step, "relpos")) {
    Any::Array positions;
    for (const Json& place : AsArray(*places)) {
      positions.push_back(PositionAtJson(ResolvePath(doc(), roots_, Need(place, "p")),
                                         NeedIndex(place, "i"), Find(place, "assoc"), write_));
    }
    result->emplace_back("relposOut", std::move(positions));
  } else {
    return false;
  }
  return true;
}

void SessionClient::Edit(const Json& step) {
  const Json* origin = Find(step, "origin");
  Transaction transaction(doc(), origin == nullptr ? Origin() : Origin(AsString(*origin)));
  for (const Json& operation : NeedArray(step, "tx")) ApplyOperation(doc(), roots_, operation);
}

void SessionClient::UseUndoManager(const std::string& action, Any::Object* result) {
  if (!undo_) throw CaseError("the client has no undo manager");
  if (action == "undo") {
    result->emplace_back("ret", undo_->Undo());
  } else if (action == "redo") {
    result->emplace_back("ret", undo_->Redo());
  } else if (action == "stop") {
    undo_->StopCapturing();
  } else if (action == "clear") {
    undo_->Clear();
  } else {
    throw CaseError("unknown use of the undo manager \"" + action + "\"");
  }
  result->emplace_back("stacks", Any::Array{Json(uint64_t{undo_->undo_steps()}),
                                            Json(uint64_t{undo_->redo_steps()})});
}

void SessionClient::AddEmitsAndEvents(Any::Object* result) {
  result->emplace_back("emits", replica_.TakeEmits(write_));
  if (!events_.empty()) result->emplace_back("events", std::exchange(events_, {}));
}

const Snapshot& SessionClient::SnapshotOf(const Json& number) const {
  const auto it = snapshots_.find(AsUint(number));
  if (it == snapshots_.end()) throw CaseError("the client took no such snapshot");
  return it->second;
}

Json SessionClient::RestoredContent(const Json& number) {
  absl::StatusOr<Doc> restored = DocFromSnapshot(doc(), SnapshotOf(number));
  if (!restored.ok()) throw CaseError("not restored: " + restored.status().ToString());
  return Content(*restored, roots_);
}

Json SessionClient::TextDeltaAt(const std::string& root, const Json& number, const Json* previous) {
  const Text text(OpenRoot(doc(), FindRoot(roots_, root)));
  const Snapshot& at = SnapshotOf(number);
  return FromDelta(previous == nullptr ? text.ToDelta(at) : text.ToDelta(at, SnapshotOf(*previous)),
                   TypesAs::kContent);
}

Json SessionClient::ArrayAt(const std::string& root, const Json& number) {
  const SharedType array = OpenRoot(doc(), FindRoot(roots_, root));
  Any::Array list;
  for (const Value& value : ElementsAt(array, SnapshotOf(number), SnapshotDetail::kItemsAsInYjs)) {
    list.push_back(SnapshotElement(value));
  }
  return list;
}

}  // namespace ypp::eval
