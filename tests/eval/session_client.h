// One client of a session: a document with what its case attaches to it (a log of events, an undo
// manager), and the steps that need nobody else.
#ifndef YPP_TESTS_EVAL_SESSION_CLIENT_H_
#define YPP_TESTS_EVAL_SESSION_CLIENT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crdt/snapshot.h"
#include "crdt/undo_manager.h"
#include "tests/eval/json_access.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"
#include "tests/eval/write_bytes.h"

namespace ypp::eval {

class SessionClient {
 public:
  // `spec`: {id, gc, events?, subdocEvents?, undo?}. Opens the roots. `write` puts byte strings
  // into answers.
  SessionClient(const Json& spec, const Roots& roots, WriteBytes write);

  Doc& doc() { return replica_.doc(); }
  const Doc& doc() const { return replica_.doc(); }

  void Apply(const std::string& update, UpdateFormat format);
  // Does a step `tx`, `um`, `snapshot` or `relpos` and adds its own results to `result`. False for
  // another step.
  bool Run(const Json& step, Any::Object* result);
  // What was emitted and observed since the last call, as members of a step's results.
  void AddEmitsAndEvents(Any::Object* result);

  // What a snapshot shows that was taken by a step.
  Json RestoredContent(const Json& number);
  Json TextDeltaAt(const std::string& root, const Json& number, const Json* previous);
  Json ArrayAt(const std::string& root, const Json& number);

 private:
  void WatchEvents();
  void Edit(const Json& step);
  void UseUndoManager(const std::string& action, Any::Object* result);
  const Snapshot& SnapshotOf(const Json& number) const;

  const Roots& roots_;
  const WriteBytes write_;
  Replica replica_;
  std::optional<UndoManager> undo_;
  std::map<uint64_t, Snapshot> snapshots_;
  Any::Array events_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_SESSION_CLIENT_H_
