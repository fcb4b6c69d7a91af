// The public benchmarks of CRDTs.
#include "bench/bench_main.h"

int main(int argc, char** argv) { return ypp::bench::BenchMain("public_set", argc, argv); }
