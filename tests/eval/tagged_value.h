// Values of documents in tagged JSON (tagged_json.h), which also has shared types, sub-documents
// and deltas.
#ifndef YPP_TESTS_EVAL_TAGGED_VALUE_H_
#define YPP_TESTS_EVAL_TAGGED_VALUE_H_

#include <vector>

#include "crdt/delta.h"
#include "crdt/new_type.h"
#include "crdt/value.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

// What a case gives to an edit. All throw CaseError for what is none.
Value ToValue(const Json& tagged);
std::vector<Value> ToValues(const Any::Array& tagged);
Attributes ToAttributes(const Json& tagged);
TextDelta ToTextDelta(const Any::Array& steps);

// How shared types are shown: with their content, or by their kind alone, as in events.
enum class TypesAs { kContent, kKind };

Json FromValue(const Value& value, TypesAs types);
Json FromDelta(const TextDelta& delta, TypesAs types);
Json FromDelta(const ListDelta& delta, TypesAs types);
// A list of values by key as an object.
Json FromEntries(const Entries& entries);

// What toJSON of a shared type gives; of another value, what FromValue gives.
Json PlainContent(const Value& value);

// As cases write it.
const char* KindName(TypeKind kind);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_TAGGED_VALUE_H_
