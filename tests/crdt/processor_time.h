// How long this thread has been working: time that other work on the machine takes does not count.
#ifndef YPP_TESTS_CRDT_PROCESSOR_TIME_H_
#define YPP_TESTS_CRDT_PROCESSOR_TIME_H_

#include <ctime>

namespace ypp {

inline double ProcessorSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_PROCESSOR_TIME_H_
