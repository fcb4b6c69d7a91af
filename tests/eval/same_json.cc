#include "tests/eval/same_json.h"

#include <algorithm>

namespace ypp::eval {

bool SameJson(const Json& a, const Json& b) {
  if (a.kind() != b.kind()) return false;
  if (const Any::Array* array = a.if_array()) {
    const Any::Array& other = *b.if_array();
    return std::equal(array->begin(), array->end(), other.begin(), other.end(), SameJson);
  }
  const Any::Object* object = a.if_object();
  if (object == nullptr) return a == b;
  return object->size() == b.if_object()->size() &&
         std::all_of(object->begin(), object->end(), [&b](const auto& member) {
           const Json* other = b.Find(member.first);
           return other != nullptr && SameJson(member.second, *other);
         });
}

}  // namespace ypp::eval
