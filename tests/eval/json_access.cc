#include "tests/eval/json_access.h"

#include <algorithm>
#include <limits>

namespace ypp::eval {

const Json* Find(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  const bool absent = value == nullptr || value->is_null() || value->is_undefined();
  return absent ? nullptr : value;
}

const Json& Need(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  if (value == nullptr) throw CaseError("no member \"" + std::string(key) + "\"");
  return *value;
}

namespace {

// Names the member in the error of a conversion.
template <typename Convert>
decltype(auto) NeedAs(const Json& object, std::string_view key, Convert convert) {
  const Json& value = Need(object, key);
  try {
    return convert(value);
  } catch (const CaseError& error) {
    throw CaseError("member \"" + std::string(key) + "\": " + error.what());
  }
}

}  // namespace

const std::string& NeedString(const Json& object, std::string_view key) {
  return NeedAs(object, key, AsString);
}
uint64_t NeedUint(const Json& object, std::string_view key) { return NeedAs(object, key, AsUint); }
uint32_t NeedIndex(const Json& object, std::string_view key) {
  return NeedAs(object, key, AsIndex);
}
const Any::Array& NeedArray(const Json& object, std::string_view key) {
  return NeedAs(object, key, AsArray);
}

const Any::Array& AsArray(const Json& value) {
  if (const Any::Array* array = value.if_array()) return *array;
  throw CaseError("not an array");
}

const Any::Object& AsObject(const Json& value) {
  if (const Any::Object* object = value.if_object()) return *object;
  throw CaseError("not an object");
}

const std::string& AsString(const Json& value) {
  if (const std::string* text = value.if_string()) return *text;
  throw CaseError("not a string");
}

uint64_t AsUint(const Json& value) {
  const double* number = value.if_number();
  if (number == nullptr || *number < 0 || *number > static_cast<double>(kMaxClientId) ||
      *number != static_cast<double>(static_cast<uint64_t>(*number))) {
    throw CaseError("not an integer from 0 to 2^53 - 1");
  }
  return static_cast<uint64_t>(*number);
}

uint32_t AsIndex(const Json& value) {
  const uint64_t number = AsUint(value);
  if (number > std::numeric_limits<uint32_t>::max()) throw CaseError("index out of range");
  return static_cast<uint32_t>(number);
}

const Any::Array& ArrayOrEmpty(const Json& object, std::string_view key) {
  static const Any::Array empty;
  const Json* value = Find(object, key);
  return value == nullptr ? empty : AsArray(*value);
}

bool BoolOr(const Json& object, std::string_view key, bool otherwise) {
  const Json* value = Find(object, key);
  if (value == nullptr) return otherwise;
  const bool* flag = value->if_bool();
  if (flag == nullptr) throw CaseError("member \"" + std::string(key) + "\" is not a boolean");
  return *flag;
}

void Put(Any::Object& object, std::string_view key, Json value) {
  for (auto& [name, old] : object) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  object.emplace_back(key, std::move(value));
}

void Erase(Any::Object& object, std::string_view key) {
  object.erase(std::remove_if(object.begin(), object.end(),
                              [key](const auto& member) { return member.first == key; }),
               object.end());
}

Any::Object Pick(const Json& object, std::initializer_list<const char*> names) {
  Any::Object picked;
  for (const char* name : names) {
    if (const Json* value = object.Find(name)) picked.emplace_back(name, *value);
  }
  return picked;
}

Json PairsJson(const std::vector<std::pair<ClientId, Clock>>& pairs) {
  Any::Array list;
  for (const auto& [client, clock] : pairs) list.push_back(Any::Array{Json(client), Json(clock)});
  return list;
}

}  // namespace ypp::eval
