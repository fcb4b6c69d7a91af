// Kind "session": scripts of several clients that edit and exchange updates, and what is made of
// their updates afterwards.
#ifndef YPP_TESTS_EVAL_SESSION_H_
#define YPP_TESTS_EVAL_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/eval/answer.h"
#include "tests/eval/json_access.h"
#include "tests/eval/replica.h"
#include "tests/eval/roots.h"
#include "tests/eval/session_client.h"

namespace ypp::eval {

// The recorded updates of a session: input of everything but the clients' own edits.
struct SessionUpdates {
  std::vector<std::string> v1;
  std::vector<std::string> v2;

  SessionUpdates(const Json& case_json, const Answer& answer);
  // Throws CaseError for a number that is no update's.
  const std::string& Get(const Json& number, UpdateFormat format) const;
  std::string Merge(const Any::Array& numbers, UpdateFormat format) const;
};

class SessionClients {
 public:
  SessionClients(const Json& case_json, const Roots& roots, const WriteBytes& write);
  // Throws CaseError for an index that is no client's.
  SessionClient& At(const Json& index) const;

 private:
  std::vector<std::unique_ptr<SessionClient>> clients_;
};

// Each computes one part of the answer (session_steps.cc, session_deliveries.cc, session_looks.cc,
// session_utils.cc).
Json RunSteps(const Json& case_json, const SessionClients& clients, const Roots& roots,
              const SessionUpdates& updates, Answer& answer);
// `in_order`: filled with the first delivery's document, if there is one.
Json RunDeliveries(const Json& case_json, const Roots& roots, const SessionUpdates& updates,
                   Answer& answer, std::unique_ptr<Replica>* in_order);
// Recorded positions, resolved on the first delivery's document and on a client's last one.
Json ResolvePositions(const Json& case_json, const SessionClients& clients, Replica* in_order,
                      const Answer& answer);
// What the snapshots that clients took show at the end.
Json ShowSnapshots(const Json& case_json, const SessionClients& clients, Answer& answer);
Json RunUtils(const Json& utils, const SessionUpdates& updates, const Replica* in_order,
              Answer& answer);

Any::Object EvaluateSession(const Json& case_json, Answer& answer);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_SESSION_H_
