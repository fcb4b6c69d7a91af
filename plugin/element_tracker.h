// Finds the elements of an array that were not there at the last look.
//
// New elements stand mostly at the end, but a merge may put them anywhere. The search walks from
// the end and stops when it has found as many as the array has grown by, so a look after an append
// costs one step however long the array is. An array that shrank is searched whole.
#ifndef YPP_PLUGIN_ELEMENT_TRACKER_H_
#define YPP_PLUGIN_ELEMENT_TRACKER_H_

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "crdt/array.h"
#include "crdt/value.h"

namespace ypp::plugin {

// A number that tells the shared types of one document apart.
inline uint64_t KeyOf(const SharedType& type) {
  return uint64_t{type.generation()} << 32 | type.index();
}

class ElementTracker {
 public:
  // In the order of the array. Elements that are plain values have no identity: they are new only
  // while the array grows past the number of elements it had.
  std::vector<Value> TakeNew(const Array& array);

 private:
  std::unordered_set<uint64_t> seen_;
  uint32_t length_ = 0;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_ELEMENT_TRACKER_H_
