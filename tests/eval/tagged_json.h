// Tagged JSON: how cases write values that JSON does not have (undefined, NaN, big integers, bytes,
// …).
#ifndef YPP_TESTS_EVAL_TAGGED_JSON_H_
#define YPP_TESTS_EVAL_TAGGED_JSON_H_

#include <string_view>

#include "codec/any.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

Json ToTagged(const Any& value);

// Of plain values. Throws CaseError on an unknown tag, on a shared type and on a document, which
// are not values (see Tag).
Any FromTagged(const Json& tagged);

// The tag of an object with a "$" member, else empty.
std::string_view Tag(const Json& value);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_TAGGED_JSON_H_
