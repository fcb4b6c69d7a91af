// Two authors who type at the same time.
#include "bench/bench_main.h"

int main(int argc, char** argv) { return ypp::bench::BenchMain("two_authors", argc, argv); }
