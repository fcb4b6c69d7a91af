// What another process on this machine has used.
#ifndef YPP_BENCH_RELAY_SERVER_USAGE_H_
#define YPP_BENCH_RELAY_SERVER_USAGE_H_

#include <cstddef>
#include <cstdint>

namespace ypp::bench {

// Processor time of all its threads, as the scheduler counts it: finer than the 10 ms of
// /proc/PID/stat. Threads that have ended are not in it.
int64_t CpuNs(int pid);

// Resident memory.
size_t ResidentBytes(int pid);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_SERVER_USAGE_H_
