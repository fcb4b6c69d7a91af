// Seeded, made-up typing.
#ifndef YPP_BENCH_TYPIST_H_
#define YPP_BENCH_TYPIST_H_

#include <cstdint>

#include "bench/script.h"

namespace ypp::bench {

// One author who types in bursts, goes back to correct, and jumps to somewhere else; of the shape
// of the recording automerge-paper: single characters, a third of them deleted again.
Script TypistScript(uint32_t steps);

// Two authors who do so in one text, each a few steps behind the other.
Script TypistsScript(uint32_t steps);

}  // namespace ypp::bench

#endif  // YPP_BENCH_TYPIST_H_
