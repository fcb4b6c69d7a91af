// Updates without a document.
#include "bench/bench_main.h"

int main(int argc, char** argv) { return ypp::bench::BenchMain("algebra", argc, argv); }
