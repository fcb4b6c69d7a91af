// Relative positions as cases write them.
#ifndef YPP_TESTS_EVAL_POSITION_JSON_H_
#define YPP_TESTS_EVAL_POSITION_JSON_H_

#include <cstdint>
#include <string>

#include "crdt/doc.h"
#include "tests/eval/json_access.h"
#include "tests/eval/write_bytes.h"

namespace ypp::eval {

// {bytes, json}. `assoc`: null for none.
Json PositionAtJson(const SharedType& type, uint32_t index, const Json* assoc,
                    const WriteBytes& write);

// {index, assoc, type: {root} or {item: [client, clock]}}; null when the encoded position leads
// nowhere. Throws CaseError for bytes that are no position.
Json ResolvedJson(Doc& doc, const std::string& encoded);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_POSITION_JSON_H_
