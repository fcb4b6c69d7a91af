#include "tests/crdt/allocation_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local int meters = 0;
thread_local long long held_bytes = 0;
thread_local long long peak_bytes = 0;
thread_local size_t taken = 0;  // how many times

void Count(void* memory) {
  if (meters == 0) return;
  held_bytes += static_cast<long long>(malloc_usable_size(memory));
  peak_bytes = std::max(peak_bytes, held_bytes);
  ++taken;
}

void* Take(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  Count(memory);
  return memory;
}

void* Take(std::size_t size, std::align_val_t alignment) {
  void* memory = nullptr;
  if (posix_memalign(&memory, static_cast<std::size_t>(alignment), size) != 0) std::abort();
  Count(memory);
  return memory;
}

void Give(void* memory) {
  if (memory == nullptr) return;
  if (meters > 0) held_bytes -= static_cast<long long>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Take(size); }
void* operator new[](std::size_t size) { return Take(size); }
// std::stable_sort asks for memory in this way.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Take(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return Take(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return Take(size, alignment); }
void operator delete(void* memory) noexcept { Give(memory); }
void operator delete[](void* memory) noexcept { Give(memory); }
void operator delete(void* memory, std::size_t) noexcept { Give(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Give(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Give(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Give(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { Give(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { Give(memory); }

namespace ypp {

AllocationMeter::AllocationMeter() : base_(held_bytes), base_allocations_(taken) {
  peak_bytes = held_bytes;
  ++meters;
}

AllocationMeter::~AllocationMeter() { --meters; }

size_t AllocationMeter::allocations() const { return taken - base_allocations_; }

size_t AllocationMeter::held() const {
  return static_cast<size_t>(std::max(0LL, held_bytes - base_));
}

size_t AllocationMeter::peak() const {
  return static_cast<size_t>(std::max(0LL, peak_bytes - base_));
}

}  // namespace ypp
