// Counts the memory that a piece of code takes from the heap: the program's operator new and
// delete keep the sum. Of this thread alone.
#ifndef YPP_TESTS_CRDT_ALLOCATION_METER_H_
#define YPP_TESTS_CRDT_ALLOCATION_METER_H_

#include <cstddef>

namespace ypp {

// From its construction on. Nothing is counted, and next to nothing spent, while there is no meter.
class AllocationMeter {
 public:
  AllocationMeter();
  ~AllocationMeter();
  AllocationMeter(const AllocationMeter&) = delete;
  AllocationMeter& operator=(const AllocationMeter&) = delete;

  // Bytes that were taken and not given back, now and at the worst moment.
  size_t held() const;
  size_t peak() const;
  // How many times memory was taken.
  size_t allocations() const;

 private:
  long long base_;
  size_t base_allocations_;
};

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_ALLOCATION_METER_H_
