// What is measured on: recorded sessions, or sessions of a made-up typist, and the inputs of the
// public benchmarks of CRDTs (github.com/dmonad/crdt-benchmarks). All of it is the same in every
// run: the seeds are fixed.
#ifndef YPP_BENCH_INPUTS_H_
#define YPP_BENCH_INPUTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/script.h"

namespace ypp::bench {

struct Input {
  Script script;
  // Written by one author after the other into one document, each knowing all before: the script
  // has no steps then. Otherwise empty.
  std::vector<std::string> updates;
  std::string v1, v2;  // the state when all is known

  // Makes updates (one per step, V1), v1 and v2 from the script, unless they are there. Author i
  // has the client id kFirstClient + i (play.h).
  void MakeUpdates();
};

// `name` is a recording in `traces` (a folder; empty: none), or one of those that need none:
//   typist, typists       one author, two authors at the same time
//   random-inserts, map-key, array-prepends, same-position, one-insert-each
//   B1.1 ... B3.5         of the public set
// `n` is the number of steps; of a recording, 0 means all. Throws std::runtime_error.
Input MakeInput(std::string_view name, uint32_t n, const std::string& traces);

}  // namespace ypp::bench

#endif  // YPP_BENCH_INPUTS_H_
