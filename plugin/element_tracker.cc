#include "plugin/element_tracker.h"

#include <algorithm>

namespace ypp::plugin {

std::vector<Value> ElementTracker::TakeNew(const Array& array) {
  const uint32_t length = array.length();
  const uint32_t grown_by = length > length_ ? length - length_ : 0;
  // After a deletion the lengths no longer tell how many are new.
  const bool search_all = length < length_;
  std::vector<Value> found;
  for (uint32_t i = length; i > 0 && (search_all || found.size() < grown_by); --i) {
    Value value = array.Get(i - 1);
    const SharedType* type = value.if_type();
    const bool is_new = type != nullptr ? seen_.insert(KeyOf(*type)).second : i > length_;
    if (is_new) found.push_back(std::move(value));
  }
  std::reverse(found.begin(), found.end());
  length_ = length;
  return found;
}

}  // namespace ypp::plugin
