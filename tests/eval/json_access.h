// Reading and building JSON as ypp::Any values: what every part of ypp-eval does with its case and
// its answer.
//
// A member that is undefined is not printed; so an answer simply leaves a result undefined that
// does not exist.
#ifndef YPP_TESTS_EVAL_JSON_ACCESS_H_
#define YPP_TESTS_EVAL_JSON_ACCESS_H_

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "codec/id.h"

namespace ypp::eval {

using Json = Any;

// The case itself is at fault: a member is missing or of the wrong kind, an index points nowhere.
class CaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// nullptr when absent, null or undefined.
const Json* Find(const Json& object, std::string_view key);
// These throw CaseError when the member is absent or of another kind.
const Json& Need(const Json& object, std::string_view key);
const std::string& NeedString(const Json& object, std::string_view key);
uint64_t NeedUint(const Json& object, std::string_view key);
uint32_t NeedIndex(const Json& object, std::string_view key);  // below 2^32
const Any::Array& NeedArray(const Json& object, std::string_view key);

const Any::Array& AsArray(const Json& value);
const Any::Object& AsObject(const Json& value);
const std::string& AsString(const Json& value);
uint64_t AsUint(const Json& value);
uint32_t AsIndex(const Json& value);

// Empty when the member is absent.
const Any::Array& ArrayOrEmpty(const Json& object, std::string_view key);
bool BoolOr(const Json& object, std::string_view key, bool otherwise);

// Sets a member, in place when it is there already.
void Put(Any::Object& object, std::string_view key, Json value);
void Erase(Any::Object& object, std::string_view key);

// Only the members of `object` that are named.
Any::Object Pick(const Json& object, std::initializer_list<const char*> names);

// [[client, clock], …]
Json PairsJson(const std::vector<std::pair<ClientId, Clock>>& pairs);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_JSON_ACCESS_H_
