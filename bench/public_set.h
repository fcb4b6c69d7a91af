// The inputs of github.com/dmonad/crdt-benchmarks, B1.1 to B3.5, with seeds of our own.
#ifndef YPP_BENCH_PUBLIC_SET_H_
#define YPP_BENCH_PUBLIC_SET_H_

#include <cstdint>
#include <string_view>

#include "bench/script.h"

namespace ypp::bench {

// `n` is the set's N; B3 has 20 * floor(sqrt(N)) authors with one step each. B1 and B2 have two
// authors, and in the end each knows all. Throws std::runtime_error for other names.
Script PublicScript(std::string_view name, uint32_t n);

}  // namespace ypp::bench

#endif  // YPP_BENCH_PUBLIC_SET_H_
