// A snapshot of a document, encoded: what is deleted, and the state vector. Computed from the
// document's own full update.
#ifndef YPP_TESTS_EVAL_SNAPSHOT_H_
#define YPP_TESTS_EVAL_SNAPSHOT_H_

#include <string>

#include "crdt/doc.h"

namespace ypp::eval {

struct EncodedSnapshot {
  std::string v1;
  std::string v2;
};

// `update`: the full V1 update of the document.
EncodedSnapshot TakeSnapshot(const Doc& doc, const std::string& update);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_SNAPSHOT_H_
