// Counts the memory that a piece of code takes from the heap: the test program's operator new and
// delete keep the sum. Of this thread alone.
#ifndef YPP_TESTS_CRDT_ALLOCATION_METER_H_
#define YPP_TESTS_CRDT_ALLOCATION_METER_H_

#include <cstddef>

namespace ypp {

// From its construction on.
class AllocationMeter {
 public:
  AllocationMeter();

  // Bytes that were taken and not given back, now and at the worst moment.
  size_t held() const;
  size_t peak() const;

 private:
  long long base_;
};

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_ALLOCATION_METER_H_
