#include "plugin/element_tracker.h"

#include <utility>

namespace ypp::plugin {

std::vector<Value> ElementTracker::TakeNew(const Array& array) {
  std::vector<Value> found;
  uint32_t index = 0;
  array.ForEach([&](const Value& value) {
    const SharedType* type = value.if_type();
    const bool is_new = type != nullptr ? seen_.insert(KeyOf(*type)).second : index >= length_;
    if (is_new) found.push_back(value);
    ++index;
  });
  length_ = index;
  return found;
}

std::vector<Value> ElementTracker::TakeAppended(const Array& array) {
  std::vector<Value> found;
  for (const uint32_t length = array.length(); length_ < length; ++length_) {
    Value value = array.Get(length_);
    if (const SharedType* type = value.if_type()) seen_.insert(KeyOf(*type));
    found.push_back(std::move(value));
  }
  return found;
}

}  // namespace ypp::plugin
