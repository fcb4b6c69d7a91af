// Puts values of a case into a document: plain ones, and shared types that come with content of
// their own.
#ifndef YPP_TESTS_EVAL_TYPE_INIT_H_
#define YPP_TESTS_EVAL_TYPE_INIT_H_

#include "absl/status/status.h"
#include "crdt/doc.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

// Throws CaseError when an edit is refused.
void Require(const absl::Status& status);

void InsertValues(Array array, uint32_t index, const Any::Array& tagged);
void PushValues(Array array, const Any::Array& tagged);
void SetValue(Map map, const std::string& key, const Json& tagged);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_TYPE_INIT_H_
