// The main of the programs bench/*_bench.cc: one benchmark per row of the group, with the flags of
// Google Benchmark and these:
//
//   --traces=DIR   recordings, as github.com/josephg/editing-traces has them; otherwise a typist
//   --most=N       at most N steps in each row, for trying things out
#ifndef YPP_BENCH_BENCH_MAIN_H_
#define YPP_BENCH_BENCH_MAIN_H_

#include <string_view>

namespace ypp::bench {

int BenchMain(std::string_view group, int argc, char** argv);

}  // namespace ypp::bench

#endif  // YPP_BENCH_BENCH_MAIN_H_
