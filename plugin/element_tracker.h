// Finds the elements of an array that were not there at the last look.
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
  //
  // Walks the whole array, as a merge may have put elements anywhere and taken others away.
  std::vector<Value> TakeNew(const Array& array);
  // Walks from the end, as many steps as the array has grown by: one after an append, however long
  // the array is. REQUIRES: since the last look elements were only appended.
  std::vector<Value> TakeAppended(const Array& array);

 private:
  std::unordered_set<uint64_t> seen_;
  uint32_t length_ = 0;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_ELEMENT_TRACKER_H_
