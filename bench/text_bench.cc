// One author's text: typing it, encoding, loading, applying, what it takes in memory.
#include "bench/bench_main.h"

int main(int argc, char** argv) { return ypp::bench::BenchMain("text", argc, argv); }
