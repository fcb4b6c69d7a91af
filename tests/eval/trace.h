// Recorded editing sessions, as github.com/josephg/editing-traces has them.
//
// FORMAT (JSON, gzip or not). One author: {"endContent", "txns": [{"patches": [[position, deleted,
// inserted text]]}]}. Several authors at the same time: also "kind": "concurrent", "numAgents", and
// in each transaction "agent" and "parents": [number of a transaction]; it was made in the text
// that its parents, and theirs, give. Positions count code points.
#ifndef YPP_TESTS_EVAL_TRACE_H_
#define YPP_TESTS_EVAL_TRACE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ypp::eval {

struct TracePatch {
  uint32_t position = 0;  // UTF-16 units; no recording has characters above U+FFFF
  uint32_t deleted = 0;
  std::string inserted;
};

struct TraceTransaction {
  uint32_t agent = 0;
  // Transactions that reach the author before this one, ascending: what the author sees only grows.
  std::vector<uint32_t> received;
  std::vector<TracePatch> patches;
};

struct Trace {
  uint32_t agents = 1;
  std::vector<TraceTransaction> transactions;
  std::string end_text;
};

// `-` is standard input. Throws CaseError (json_access.h).
Trace ReadTrace(const std::string& path);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_TRACE_H_
