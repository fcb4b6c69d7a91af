// The table of what is measured: which measure on which input, and how fast it has to be.
#ifndef YPP_BENCH_ROWS_H_
#define YPP_BENCH_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ypp::bench {

struct Goal {
  std::string_view reference;  // a peer, or "best": whoever is fastest
  double ratio = 1;            // the reference's figure over ours has to be at least this
};

struct Row {
  std::string_view group;    // the program bench/<group>_bench.cc
  std::string work;          // "A1 local replay, automerge-paper"
  std::string_view measure;  // measures.h
  std::string_view input;    // inputs.h
  uint32_t n = 0;            // steps, updates, or the N of the public set; 0: all of a recording
  std::vector<Goal> goals;   // may be empty
};

// With recordings, or without. `most` bounds every n, for trying things out.
std::vector<Row> Rows(bool recordings, uint32_t most);

// What the measure counts: "ms", "bytes", "allocations".
std::string_view UnitOf(std::string_view measure);

}  // namespace ypp::bench

#endif  // YPP_BENCH_ROWS_H_
