// A text delta as the compact JSON that `JSON.stringify(text.toDelta())` gives. A nested type shows
// as what its ToJson gives.
#ifndef YPP_TESTS_CRDT_DELTA_JSON_H_
#define YPP_TESTS_CRDT_DELTA_JSON_H_

#include <string>

#include "crdt/delta.h"

namespace ypp {

std::string DeltaJson(const TextDelta& delta);

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_DELTA_JSON_H_
