// Clients that move their cursors: awareness states with a running number, whose arrival is timed.
#ifndef YPP_BENCH_RELAY_CURSOR_LOAD_H_
#define YPP_BENCH_RELAY_CURSOR_LOAD_H_

#include <cstdint>
#include <vector>

#include "bench/relay/client_pool.h"
#include "bench/relay/load_case.h"
#include "bench/relay/measuring.h"

namespace ypp::bench {

class CursorLoad {
 public:
  CursorLoad(ClientPool* pool, const LoadCase& load_case);

  // REQUIRES: the pool is connected.
  void Start() { Pace(NowNs()); }
  LoadCounts& counts() { return counts_; }

 private:
  struct Cursor {
    LoadClient* client = nullptr;
    std::vector<int64_t> sent_ns = {0};  // by clock, which begins with 1
  };

  void Pace(int64_t due_ns);
  void Move(size_t cursor);
  // `own`: the cursor of the client that gets it.
  void OnAwareness(codec::Bytes update, size_t own);

  ClientPool* pool_;
  LoadCase load_case_;
  std::vector<Cursor> cursors_;
  size_t next_ = 0;
  LoadCounts counts_;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_CURSOR_LOAD_H_
