#include "tests/crdt/allocation_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local long long held_bytes = 0;
thread_local long long peak_bytes = 0;

void* Take(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  held_bytes += static_cast<long long>(malloc_usable_size(memory));
  peak_bytes = std::max(peak_bytes, held_bytes);
  return memory;
}

void Give(void* memory) {
  if (memory == nullptr) return;
  held_bytes -= static_cast<long long>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Take(size); }
void* operator new[](std::size_t size) { return Take(size); }
void operator delete(void* memory) noexcept { Give(memory); }
void operator delete[](void* memory) noexcept { Give(memory); }
void operator delete(void* memory, std::size_t) noexcept { Give(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Give(memory); }

namespace ypp {

AllocationMeter::AllocationMeter() : base_(held_bytes) { peak_bytes = held_bytes; }

size_t AllocationMeter::held() const {
  return static_cast<size_t>(std::max(0LL, held_bytes - base_));
}

size_t AllocationMeter::peak() const {
  return static_cast<size_t>(std::max(0LL, peak_bytes - base_));
}

}  // namespace ypp
