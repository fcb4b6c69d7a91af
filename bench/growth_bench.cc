// How cost grows with the number of edits and of authors.
#include "bench/bench_main.h"

int main(int argc, char** argv) { return ypp::bench::BenchMain("growth", argc, argv); }
