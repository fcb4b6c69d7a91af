// Random sessions for property tests: a list of plain steps that always make sense, whatever
// documents they meet, so that RapidCheck can drop and shrink them at will.
#ifndef YPP_TESTS_CRDT_EDIT_SCRIPT_H_
#define YPP_TESTS_CRDT_EDIT_SCRIPT_H_

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace ypp {

inline constexpr uint32_t kScriptReplicas = 3;

// What the numbers mean depends on what is there: they are taken modulo the possibilities.
struct ScriptStep {
  uint32_t replica = 0;
  uint32_t action = 0;
  uint32_t place = 0;   // which shared type
  uint32_t index = 0;   // where in it
  uint32_t amount = 0;  // how much, or which value
};
std::ostream& operator<<(std::ostream& out, const ScriptStep& step);

struct EmittedUpdate {
  std::string v1;
  std::string v2;
};
inline const std::string& In(const EmittedUpdate& update, UpdateFormat format) {
  return format == UpdateFormat::kV1 ? update.v1 : update.v2;
}

// A replica that writes nothing.
inline constexpr ClientId kReceiver = 999'000'001;

// The replicas after a script, and every update they made themselves, in order.
struct Session {
  std::vector<std::unique_ptr<Doc>> replicas;
  std::vector<EmittedUpdate> updates;
};

// Runs a script of edits and exchanges. Checks the invariants of the document after each step.
Session RunScript(const std::vector<ScriptStep>& script);

std::unique_ptr<Doc> NewReplica(ClientId client, bool gc = true);

// The content of the roots of a script as text, the same for documents with the same content.
std::string ShownContent(Doc& doc);

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_EDIT_SCRIPT_H_
